/* fuzz_feed.c - any bytes as a feed: whole, in pieces and byte by byte all that is read must be the same, and
 * every text valid UTF-8. The first byte is the size of the pieces, so that a corpus file is that byte and a
 * feed. */
#include <stdlib.h>

#include "common/utf8.h"
#include "tests/ingest/feed/feed_same.h"

enum { WAYS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool good)
{
	if (!good)
		abort();
}

static void must_be_utf8(const struct tt_feed *f)
{
	const struct tt_str all[] = {f->title, f->url, f->lang};
	for (size_t i = 0; i < TT_LEN(all); i++)
		must(!all[i].p || tt_utf8_valid(all[i]));
	for (size_t i = 0; i < f->n_items; i++) {
		const struct tt_feed_item *it = &f->items[i];
		const struct tt_str texts[] = {
			it->guid, it->url, it->title, it->summary, it->content, it->author, it->lang};
		for (size_t k = 0; k < TT_LEN(texts); k++)
			must(!texts[k].p || tt_utf8_valid(texts[k]));
		for (size_t k = 0; k < it->n_categories; k++)
			must(tt_utf8_valid(it->categories[k]));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t max_text[] = {64, 1 << 16};
	if (size < 1)
		return 0;
	const size_t chunks[WAYS] = {1 << 20, 1 + data[0], 1};
	struct tt_feed_limits limits = tt_feed_limits_default;
	struct tt_arena arenas[WAYS];
	struct tt_feed feeds[WAYS];
	struct tt_str bytes = {(const char *)data + 1, size - 1}, none = {NULL, 0},
		      base = TT_STR("http://feeds.example/dir/");
	int first = 0;
	limits.max_items = 50;
	limits.max_text_bytes = max_text[data[0] & 1];
	for (size_t i = 0; i < WAYS; i++) {
		limits.chunk_bytes = chunks[i];
		tt_arena_init(&arenas[i], 64 << 20);
		int rc = tt_feed_parse(bytes, none, base, &limits, &arenas[i], &feeds[i], NULL);
		first = i ? first : rc;
		must(rc == first);
		if (rc == 0)
			must(feed_same(&feeds[0], &feeds[i]));
	}
	if (first == 0)
		must_be_utf8(&feeds[0]);
	for (size_t i = 0; i < WAYS; i++)
		tt_arena_done(&arenas[i]);
	return 0;
}
