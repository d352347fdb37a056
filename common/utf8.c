/* utf8.c - see utf8.h. */
#include "common/utf8.h"

#include <string.h>

#include "common/err.h"

enum { REPLACEMENT = 0xFFFD };

/* How many bytes follow the lead byte, and the range of the first of them (which rules out overlong forms,
 * surrogates and what lies beyond U+10FFFF); false for a byte that cannot lead. */
static bool lead(unsigned char b, size_t *more, unsigned char *lo, unsigned char *hi)
{
	*lo = b == 0xE0 ? 0xA0 : b == 0xF0 ? 0x90 : 0x80;
	*hi = b == 0xED ? 0x9F : b == 0xF4 ? 0x8F : 0xBF;
	*more = b >= 0xF0 ? 3 : b >= 0xE0 ? 2 : 1;
	return b >= 0xC2 && b <= 0xF4;
}

uint32_t tt_utf8_decode(struct tt_str text, size_t at, size_t *len)
{
	const unsigned char *p = (const unsigned char *)text.p + at;
	size_t left = text.n - at, more, i;
	unsigned char lo, hi;
	*len = 1;
	if (p[0] < 0x80)
		return p[0];
	if (!lead(p[0], &more, &lo, &hi))
		return REPLACEMENT;
	uint32_t c = p[0] & (0x3Fu >> more);
	for (i = 1; i <= more && i < left && p[i] >= lo && p[i] <= hi; i++) {
		c = c << 6 | (p[i] & 0x3Fu);
		lo = 0x80, hi = 0xBF;
	}
	*len = i;
	return i > more ? c : REPLACEMENT;
}

size_t tt_utf8_char(struct tt_str s, uint32_t *ret)
{
	size_t len;
	if (!s.n)
		return 0;
	uint32_t c = tt_utf8_decode(s, 0, &len);
	if (tt_utf8_broken(s, 0, c, len))
		return 0;
	*ret = c;
	return len;
}

size_t tt_utf8_encode(uint32_t c, char out[TT_UTF8_MAX])
{
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c > 0x10FFFF || (c >= 0xD800 && c < 0xE000))
		return 0;
	size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3F));
	out[0] = (char)((0xF00 >> n & 0xFF) | c);
	return n;
}

size_t tt_utf8_ascii(struct tt_str s)
{
	size_t i = 0;
	uint64_t eight;
	while (i + 8 <= s.n && (memcpy(&eight, s.p + i, 8), (eight & 0x8080808080808080) == 0))
		i += 8;
	while (i < s.n && (unsigned char)s.p[i] < 0x80)
		i++;
	return i;
}

/* How many bytes of s, from `at` on, are fine; *ret_broken: how many after them make the broken piece, 0 at
 * the end of s. */
static size_t fine(struct tt_str s, size_t at, size_t *ret_broken)
{
	const size_t from = at;
	size_t len;
	*ret_broken = 0;
	for (; at < s.n; at += len) {
		at += tt_utf8_ascii((struct tt_str){s.p + at, s.n - at});
		if (at == s.n)
			break;
		uint32_t c = tt_utf8_decode(s, at, &len);
		if (tt_utf8_broken(s, at, c, len)) {
			*ret_broken = len;
			break;
		}
	}
	return at - from;
}

bool tt_utf8_valid(struct tt_str s)
{
	size_t broken;
	fine(s, 0, &broken);
	return broken == 0;
}

int tt_utf8_repair(struct tt_buf *out, struct tt_str s)
{
	size_t at = 0, broken;
	do {
		size_t good = fine(s, at, &broken);
		int rc = tt_buf_add(out, s.p + at, good);
		if (rc == TT_OK && broken)
			rc = tt_buf_str(out, TT_STR("\xEF\xBF\xBD"));
		if (rc < 0)
			return rc;
		at += good + broken;
	} while (broken);
	return TT_OK;
}

size_t tt_utf8_count(struct tt_str text)
{
	size_t n = 0, len;
	for (size_t at = 0; at < text.n; at += len, n++)
		tt_utf8_decode(text, at, &len);
	return n;
}

bool tt_utf8_byte_of(struct tt_str text, size_t cp, size_t *ret_byte)
{
	size_t at = 0, len;
	for (; cp > 0 && at < text.n; at += len, cp--)
		tt_utf8_decode(text, at, &len);
	if (cp > 0)
		return false;
	*ret_byte = at;
	return true;
}
