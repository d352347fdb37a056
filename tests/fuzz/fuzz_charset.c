/* fuzz_charset.c - any bytes, any label: what comes out is valid UTF-8 and within the limit. The first byte
 * is how much of the rest is the Content-Type. */
#include <stdlib.h>

#include "common/err.h"
#include "common/utf8.h"
#include "ingest/feed/charset.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_charset got;
	struct tt_buf buf;
	if (size < 1)
		return 0;
	size_t n = data[0] < size - 1 ? data[0] : size - 1;
	struct tt_str type = {(const char *)data + 1, n}, bytes = {(const char *)data + 1 + n, size - 1 - n};
	tt_buf_init(&buf, 4 * bytes.n + 64);
	int rc = tt_charset_decode(bytes, type, &buf, &got);
	if (rc == TT_OK && !tt_utf8_valid(got.text))
		abort();
	if (rc != TT_OK && rc != TT_ELIMIT)
		abort();
	tt_buf_done(&buf);
	return 0;
}
