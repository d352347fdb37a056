/* unicode.h - what the Hugging Face fast BERT tokenizer knows about a code point.
 *
 * That tokenizer mixes versions of Unicode, and a token id hangs on it; so the sets are our own tables, made
 * from its answers for every code point (make_unicode_tables.py), and the same on every Debian. Only the
 * decomposition itself comes from utf8proc: by Unicode's stability policy it never changes for a code point
 * that is in the table. Pure functions. */
#ifndef TT_NLP_TOKEN_UNICODE_H
#define TT_NLP_TOKEN_UNICODE_H

#include "common/str.h"

#define TT_UNI_MAX        0x110000u
#define TT_UNI_DECOMP_MAX 4 /* code points that one canonical decomposition has at most */

struct tt_uni_range {
	uint32_t first, last;
};

struct tt_uni_class_range {
	uint32_t first, last;
	uint8_t combining;
};

struct tt_uni_lower_range {
	uint32_t first, last;
	int stride, delta;
};

bool tt_uni_dropped(uint32_t c);    /* removed by cleaning */
bool tt_uni_space(uint32_t c);      /* becomes a space */
bool tt_uni_chinese(uint32_t c);    /* is set apart */
bool tt_uni_nonspacing(uint32_t c); /* is an accent */
bool tt_uni_punct(uint32_t c);      /* is a word of its own */
int tt_uni_combining(uint32_t c);   /* canonical combining class, 0 for starters */

/* Canonical decomposition, at least one code point (c itself); returns how many. */
int tt_uni_decompose(uint32_t c, uint32_t out[TT_UNI_DECOMP_MAX]);

/* Lower case: one code point, or two for U+0130; returns how many. */
int tt_uni_lower(uint32_t c, uint32_t out[2]);

#endif
