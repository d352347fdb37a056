/* utf8.c - UTF-8 validation (table 3-7 of the Unicode Standard) and repair. */
#include "sink/utf8.h"

#include <string.h>

static bool in(unsigned char c, unsigned char lo, unsigned char hi)
{
	return c >= lo && c <= hi;
}

/* Length of the character at p, n bytes left; when it is none, *ret_bad is how many bytes make one broken
 * part. */
static size_t char_len(const unsigned char *p, size_t n, size_t *ret_bad)
{
	unsigned char lo = 0x80, hi = 0xbf; /* allowed second byte */
	size_t len, i;

	*ret_bad = 1;
	if (in(p[0], 0x01, 0x7f))
		return 1;
	if (in(p[0], 0xc2, 0xdf))
		len = 2;
	else if (in(p[0], 0xe0, 0xef))
		len = 3;
	else if (in(p[0], 0xf0, 0xf4))
		len = 4;
	else
		return 0;
	if (p[0] == 0xe0)
		lo = 0xa0; /* shorter forms exist */
	else if (p[0] == 0xed)
		hi = 0x9f; /* surrogates */
	else if (p[0] == 0xf0)
		lo = 0x90;
	else if (p[0] == 0xf4)
		hi = 0x8f; /* beyond U+10FFFF */
	for (i = 1; i < len; i++, lo = 0x80, hi = 0xbf)
		if (i >= n || !in(p[i], lo, hi)) {
			*ret_bad = i;
			return 0;
		}
	return len;
}

/* True when all eight bytes are ASCII and none is NUL. */
static bool plain8(const unsigned char *p)
{
	const uint64_t high = 0x8080808080808080, ones = 0x0101010101010101;
	uint64_t v;

	memcpy(&v, p, 8);
	return !(((v - ones) | v) & high);
}

static size_t valid(const unsigned char *p, size_t n, size_t *ret_bad)
{
	size_t i = 0, len;

	while (i < n) {
		if (n - i >= 8 && plain8(p + i)) {
			i += 8;
			continue;
		}
		len = char_len(p + i, n - i, ret_bad);
		if (!len)
			return i;
		i += len;
	}
	return n;
}

size_t tt_sink_utf8_valid(struct tt_str s)
{
	size_t bad;

	return valid((const unsigned char *)s.p, s.n, &bad);
}

int tt_sink_utf8_repair(struct tt_buf *out, struct tt_str s)
{
	size_t good, bad;
	int rc;

	for (;;) {
		good = valid((const unsigned char *)s.p, s.n, &bad);
		rc = tt_buf_add(out, s.p, good);
		if (rc < 0 || good == s.n)
			return rc;
		rc = tt_buf_str(out, TT_STR("\xef\xbf\xbd"));
		if (rc < 0)
			return rc;
		s = (struct tt_str){s.p + good + bad, s.n - good - bad};
	}
}
