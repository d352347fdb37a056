/* fuzz_sketch.c - any bytes as the title and summary of an item: the sketch packs and reads back, is like
 * itself, and any bytes as a packed sketch are refused or read as one that packs to the same bytes. */
#include <stdlib.h>
#include <string.h>

#include "nlp/story/sketch.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct tt_str all = {(const char *)data, size};
	const struct tt_sketch *s;
	struct tt_sketch back;
	struct tt_arena arena;
	char packed[TT_SKETCH_BYTES];

	tt_arena_init(&arena, 1 << 24);
	struct tt_str title = {all.p, size / 3}, summary = {all.p + size / 3, size - size / 3};
	if (tt_sketch_text(title, summary, &title, 1, &arena, &s) < 0)
		abort();
	if (s) {
		size_t n = tt_sketch_pack(s, packed);
		if (n > sizeof(packed) || !tt_sketch_unpack((struct tt_str){packed, n}, &back) ||
			tt_sketch_similarity(s, &back) < 1)
			abort();
	}
	if (tt_sketch_unpack(all, &back)) {
		size_t n = tt_sketch_pack(&back, packed);
		if (n != size || memcmp(packed, data, n) != 0)
			abort();
	}
	tt_arena_done(&arena);
	return 0;
}
