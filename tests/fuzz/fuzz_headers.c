/* fuzz_headers.c - any bytes as HTTP header lines, and as a URL: waits stay within their bounds, a canonical
 * URL is not longer than the URL, nor does it grow when made canonical again. */
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "ingest/fetch/headers.h"
#include "ingest/canonical.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TEN_YEARS_MS (10LL * 365 * 86400 * 1000)

static void check_headers(struct tt_str rest, struct tt_arena *arena)
{
	const int64_t now_ms = 1795448783000;
	struct tt_headers h;
	tt_headers_init(&h);
	while (rest.p)
		if (tt_headers_line(&h, tt_str_split(&rest, '\n'), now_ms, arena) != TT_OK)
			abort();
	int64_t fresh_ms = tt_headers_fresh_ms(&h, now_ms);
	if (fresh_ms < 0 || fresh_ms > TEN_YEARS_MS || h.retry_after_ms < -1 || (h.etag.p && !h.etag.n))
		abort();
}

static void check_url(struct tt_str url, struct tt_arena *arena)
{
	struct tt_str once, twice;
	if (tt_url_canonical(url, arena, &once) != TT_OK)
		abort();
	if (!once.p)
		return;
	char *again = tt_arena_alloc(arena, once.n + 7);
	if (once.n > url.n || !again)
		abort();
	memcpy(again, "http://", 7);
	memcpy(again + 7, once.p, once.n);
	if (tt_url_canonical((struct tt_str){again, once.n + 7}, arena, &twice) != TT_OK || twice.n > once.n)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_arena arena;
	struct tt_str s = {(const char *)data, size};
	tt_arena_init(&arena, 64 << 20);
	if (size && size < 1 << 16) {
		check_headers(s, &arena);
		check_url(s, &arena);
	}
	tt_arena_done(&arena);
	return 0;
}
