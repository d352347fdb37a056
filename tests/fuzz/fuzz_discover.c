/* fuzz_discover.c - any bytes as a page: few candidates, each an address that could be fetched, each once.
 * The first byte says whether a Content-Type names a charset. */
#include <stdlib.h>

#include "common/utf8.h"
#include "ingest/discover.h"
#include "ingest/feed_address.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_arena arena;
	struct tt_feed_link *v;
	size_t n;
	if (size < 1)
		return 0;
	struct tt_str bytes = {(const char *)data + 1, size - 1};
	struct tt_str type = data[0] & 1 ? TT_STR("text/html; charset=utf-8") : TT_STR("text/html");
	tt_arena_init(&arena, 64 << 20);
	if (tt_discover(bytes, type, TT_STR("https://site.example/dir/page"), &arena, &v, &n, NULL) ==
		TT_OK) {
		must(n <= TT_DISCOVER_MAX);
		for (size_t i = 0; i < n; i++) {
			must(tt_str_starts_ci(v[i].url, TT_STR("http")) && v[i].url.n <= TT_FEED_URL_MAX);
			must(tt_utf8_valid(v[i].url) &&
				(!v[i].title.p || (v[i].title.n && tt_utf8_valid(v[i].title))));
			for (size_t k = 0; k < i; k++)
				must(!tt_str_eq(v[i].url, v[k].url));
		}
	}
	tt_arena_done(&arena);
	return 0;
}
