/* fuzz_opml.c - any bytes as a list of feeds: what is read is valid UTF-8 and an address each, and written
 * and read again it is the same. */
#include <stdlib.h>

#include "common/clock.h"
#include "common/utf8.h"
#include "ingest/feed_address.h"
#include "ingest/opml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

static bool same(struct tt_str a, struct tt_str b)
{
	must(!a.p || (a.n && tt_utf8_valid(a)));
	return !a.p == !b.p && tt_str_eq(a, b);
}

static void same_feed(const struct tt_opml_feed *a, const struct tt_opml_feed *b)
{
	must(a->url.n <= TT_FEED_URL_MAX && tt_str_starts_ci(a->url, TT_STR("http")));
	must(same(a->url, b->url) && same(a->site, b->site) && same(a->lang, b->lang));
	must(same(a->name, b->name));
	must(a->interval_ms == b->interval_ms && a->disabled == b->disabled);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tt_arena arena;
	struct tt_opml list, back;
	struct tt_buf out;
	tt_arena_init(&arena, 256 << 20);
	tt_buf_init(&out, 256 << 20);
	if (tt_opml_parse((struct tt_str){(const char *)data, size}, &arena, &list, NULL) == TT_OK) {
		for (size_t i = 0; i < list.n_refused; i++)
			must(list.refused[i].reason);
		must(tt_opml_write(&list, TT_TIME_NONE, &out) == TT_OK);
		must(tt_opml_parse(tt_buf_view(&out), &arena, &back, NULL) == TT_OK);
		must(back.n_feeds == list.n_feeds && back.n_refused == 0 && same(list.title, back.title));
		for (size_t i = 0; i < list.n_feeds; i++)
			same_feed(&list.feeds[i], &back.feeds[i]);
	}
	tt_buf_done(&out);
	tt_arena_done(&arena);
	return 0;
}
