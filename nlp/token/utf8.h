/* utf8.h - reading UTF-8 that may be broken. Each maximal broken piece reads as one U+FFFD (the Unicode
 * standard's practice, and what Python's errors="replace" does), so that code point offsets agree with other
 * tools. Pure functions. */
#ifndef TT_NLP_TOKEN_UTF8_H
#define TT_NLP_TOKEN_UTF8_H

#include "common/str.h"

/* The code point at text.p[at] (at < text.n); *len is how many bytes it takes, at least 1. */
uint32_t tt_utf8_decode(struct tt_str text, size_t at, size_t *len);

/* Whether the code point c of `len` bytes that was decoded there stands for a broken piece, not for U+FFFD
 * itself. */
static inline bool tt_utf8_broken(struct tt_str text, size_t at, uint32_t c, size_t len)
{
	return c == 0xFFFD && !(len == 3 && (unsigned char)text.p[at] == 0xEF);
}

/* No broken piece in it. */
bool tt_utf8_whole(struct tt_str text);

/* Writes c (a Unicode scalar value) and returns its length. */
size_t tt_utf8_encode(uint32_t c, char out[4]);

size_t tt_utf8_count(struct tt_str text); /* code points */

/* Byte offset of code point number `cp` (0..count); false when the text has fewer. */
bool tt_utf8_byte_of(struct tt_str text, size_t cp, size_t *ret_byte);

#endif
