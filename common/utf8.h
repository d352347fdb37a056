/* utf8.h - reading and writing UTF-8 that may be broken. Each maximal broken piece reads as one U+FFFD (the
 * Unicode Standard's practice, and what browsers and Python's errors="replace" do), so that code point
 * offsets agree with other tools. Pure functions. */
#ifndef TT_COMMON_UTF8_H
#define TT_COMMON_UTF8_H

#include "common/buf.h"
#include "common/str.h"

enum { TT_UTF8_MAX = 4 /* bytes of one character */ };

/* The code point at text.p[at] (at < text.n); *len is how many bytes it takes, at least 1. */
uint32_t tt_utf8_decode(struct tt_str text, size_t at, size_t *len);

/* Whether the code point c of `len` bytes that was decoded there stands for a broken piece, not for U+FFFD
 * itself. */
static inline bool tt_utf8_broken(struct tt_str text, size_t at, uint32_t c, size_t len)
{
	return c == 0xFFFD && !(len == 3 && (unsigned char)text.p[at] == 0xEF);
}

/* The well-formed character s starts with: its length in bytes; 0 when there is none (then *ret is left
 * alone). */
size_t tt_utf8_char(struct tt_str s, uint32_t *ret);

/* Writes c and returns its length; 0 for what is no Unicode scalar value. */
size_t tt_utf8_encode(uint32_t c, char out[TT_UTF8_MAX]);

size_t tt_utf8_ascii(struct tt_str s); /* how many bytes at the start are ASCII */
bool tt_utf8_valid(struct tt_str s);   /* no broken piece in it */

/* Appends s with every broken piece as U+FFFD. Errors: those of the buffer. */
int tt_utf8_repair(struct tt_buf *out, struct tt_str s);

size_t tt_utf8_count(struct tt_str text); /* code points */

/* Byte offset of code point number `cp` (0..count); false when the text has fewer. */
bool tt_utf8_byte_of(struct tt_str text, size_t cp, size_t *ret_byte);

#endif
