/* unicode.c - see unicode.h: binary searches in the tables, and utf8proc for decompositions. */
#include "nlp/token/unicode.h"

#include <utf8proc.h>

#include "nlp/token/unicode_tables.h"

/* Index of the range that holds c, or -1. Rows of `size` bytes begin with {first, last} and are sorted. */
static long find(const void *rows, size_t n, size_t size, uint32_t c)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		const uint32_t *range = (const uint32_t *)(const void *)((const char *)rows + mid * size);
		if (c < range[0])
			hi = mid;
		else if (c > range[1])
			lo = mid + 1;
		else
			return (long)mid;
	}
	return -1;
}

#define FIND(table, c) find(table, TT_LEN(table), sizeof((table)[0]), c)

bool tt_uni_dropped(uint32_t c)
{
	return FIND(dropped, c) >= 0;
}

bool tt_uni_space(uint32_t c)
{
	return FIND(space, c) >= 0;
}

bool tt_uni_chinese(uint32_t c)
{
	return FIND(chinese, c) >= 0;
}

bool tt_uni_nonspacing(uint32_t c)
{
	return FIND(nonspacing, c) >= 0;
}

bool tt_uni_punct(uint32_t c)
{
	return FIND(punct, c) >= 0;
}

int tt_uni_combining(uint32_t c)
{
	long i = FIND(combining, c);
	return i < 0 ? 0 : combining[i].combining;
}

int tt_uni_decompose(uint32_t c, uint32_t out[TT_UNI_DECOMP_MAX])
{
	bool hangul = c >= 0xAC00 && c <= 0xD7A3;
	int32_t got[TT_UNI_DECOMP_MAX];
	out[0] = c;
	if (!hangul && FIND(decomposed, c) < 0)
		return 1;
	int n = (int)utf8proc_decompose_char((int32_t)c, got, TT_UNI_DECOMP_MAX, UTF8PROC_DECOMPOSE, NULL);
	if (n < 1 || n > TT_UNI_DECOMP_MAX)
		return 1;
	for (int i = 0; i < n; i++)
		out[i] = (uint32_t)got[i];
	return n;
}

int tt_uni_lower(uint32_t c, uint32_t out[2])
{
	long i = FIND(lower, c);
	out[0] = c;
	if (c == 0x130) {
		out[0] = 'i', out[1] = 0x307;
		return 2;
	}
	if (i >= 0 && (c - lower[i].first) % (uint32_t)lower[i].stride == 0)
		out[0] = c + (uint32_t)lower[i].delta;
	return 1;
}
