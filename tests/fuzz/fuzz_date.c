/* fuzz_date.c - any text as a date: what comes out lies in the years 1 to 10000, where hours too many go over
 * into days, and, printed, reads back as itself. */
#include <stdlib.h>

#include "ingest/feed/date.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int64_t ms, again;
	char text[40];
	if (!tt_feed_date((struct tt_str){(const char *)data, size}, &ms))
		return 0;
	if (ms < -62135769600000 - 86400000 || ms > 253402300800000 + 7 * 86400000LL)
		abort();
	if (ms < -30610224000000 || ms >= 253402300800000) /* before 1000, after 9999: not in RFC 3339 */
		return 0;
	tt_time_rfc3339(ms, text);
	if (!tt_feed_date(tt_str_c(text), &again) || again != ms)
		abort();
	return 0;
}
