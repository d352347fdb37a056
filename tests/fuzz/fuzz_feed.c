/* fuzz_feed.c - any bytes as a feed: whole and in pieces, the items must be the same, and every text valid
 * UTF-8. The first byte is the size of the pieces, so that a corpus file is that byte and a feed. */
#include <stdlib.h>

#include "common/utf8.h"
#include "ingest/feed/charset.h"
#include "ingest/feed/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

static bool same(struct tt_str a, struct tt_str b)
{
	must(!a.p || tt_utf8_valid(a));
	return !a.p == !b.p && tt_str_eq(a, b);
}

static bool same_items(const struct tt_feed_item *a, const struct tt_feed_item *b)
{
	bool good = same(a->guid, b->guid) && same(a->url, b->url) && same(a->title, b->title) &&
		    same(a->summary, b->summary) && same(a->content, b->content) &&
		    same(a->author, b->author) && same(a->lang, b->lang) &&
		    a->n_categories == b->n_categories && a->published_ms == b->published_ms &&
		    a->updated_ms == b->updated_ms;
	for (size_t i = 0; good && i < a->n_categories; i++)
		good = same(a->categories[i], b->categories[i]);
	return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t max_text[] = {64, 1 << 16};
	struct tt_feed_limits limits = tt_feed_limits_default;
	struct tt_arena whole_arena, split_arena;
	struct tt_feed whole, split;
	if (size < 1)
		return 0;
	struct tt_str bytes = {(const char *)data + 1, size - 1}, none = {NULL, 0},
		      base = TT_STR("http://feeds.example/dir/");
	limits.max_items = 50;
	limits.max_text_bytes = max_text[data[0] & 1];
	tt_arena_init(&whole_arena, 64 << 20);
	tt_arena_init(&split_arena, 64 << 20);
	limits.chunk_bytes = 1 << 20;
	int a = tt_feed_parse(bytes, none, base, &limits, &whole_arena, &whole, NULL);
	limits.chunk_bytes = 1 + data[0];
	int b = tt_feed_parse(bytes, none, base, &limits, &split_arena, &split, NULL);
	must(a == b);
	if (a == TT_OK) {
		must(whole.format == split.format && whole.recovered == split.recovered &&
			whole.n_items == split.n_items);
		must(same(whole.title, split.title) && same(whole.url, split.url) &&
			same(whole.lang, split.lang));
		for (size_t i = 0; i < whole.n_items; i++)
			must(same_items(&whole.items[i], &split.items[i]));
	}
	tt_arena_done(&whole_arena);
	tt_arena_done(&split_arena);
	return 0;
}
