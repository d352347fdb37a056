/* sketch.h - what a text is recognised by, as plain data that travels with an item (nlp/story/sketch.h makes
 * and compares it). */
#ifndef TT_COMMON_SKETCH_H
#define TT_COMMON_SKETCH_H

#include <stdint.h>

#include "common/str.h"

enum {
	TT_SKETCH_TITLE = 32,  /* most words of a title */
	TT_SKETCH_BODY = 48,   /* ... of a summary, those of the title left out */
	TT_SKETCH_NUMBERS = 4, /* ... numbers of a title */
	TT_SKETCH_NAMES = 4,   /* ... entities in a title */
	TT_SKETCH_BYTES = 5 + 4 * (TT_SKETCH_TITLE + TT_SKETCH_BODY + TT_SKETCH_NUMBERS +
					  TT_SKETCH_NAMES), /* packed, at most */
};

struct tt_sketch {
	uint8_t n_title, n_body, n_numbers, n_names;
	uint8_t rises, falls;                                  /* 1: the title says so */
	uint32_t title[TT_SKETCH_TITLE], body[TT_SKETCH_BODY]; /* each ascending, as the next */
	uint32_t numbers[TT_SKETCH_NUMBERS], names[TT_SKETCH_NAMES];
};

/* As bytes, the same on every machine. Returns how many. */
size_t tt_sketch_pack(const struct tt_sketch *s, char out[TT_SKETCH_BYTES]);
bool tt_sketch_unpack(struct tt_str bytes, struct tt_sketch *ret); /* false: these are not the bytes of one */

#endif
