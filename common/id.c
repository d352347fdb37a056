/* id.c - see id.h. */
#include "common/id.h"

#include <string.h>

/* for the layout of XXH3_state_t, so that it can live on the stack */
#define XXH_STATIC_LINKING_ONLY
#include <xxhash.h>

struct tt_id tt_id_of(const struct tt_str *parts, size_t n)
{
	XXH3_state_t state;
	XXH128_canonical_t canonical;
	struct tt_id id;
	XXH3_128bits_reset(&state);
	for (size_t i = 0; i < n; i++) {
		uint8_t length[8];
		for (int k = 0; k < 8; k++)
			length[k] = (uint8_t)((uint64_t)parts[i].n >> (8 * k));
		XXH3_128bits_update(&state, parts[i].p ? parts[i].p : "", parts[i].n);
		XXH3_128bits_update(&state, length, sizeof(length));
	}
	XXH128_canonicalFromHash(&canonical, XXH3_128bits_digest(&state));
	memcpy(id.b, canonical.digest, sizeof(id.b));
	id.b[6] = (uint8_t)((id.b[6] & 0x0f) | 0x80);
	id.b[8] = (uint8_t)((id.b[8] & 0x3f) | 0x80);
	return id;
}

bool tt_id_eq(struct tt_id a, struct tt_id b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}

bool tt_id_is_zero(struct tt_id a)
{
	return tt_id_eq(a, (struct tt_id){{0}});
}

void tt_id_format(struct tt_id id, char out[37])
{
	static const char hex[] = "0123456789abcdef";
	char *p = out;
	for (int i = 0; i < 16; i++) {
		if (i == 4 || i == 6 || i == 8 || i == 10)
			*p++ = '-';
		*p++ = hex[id.b[i] >> 4];
		*p++ = hex[id.b[i] & 15];
	}
	*p = '\0';
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool tt_id_parse(struct tt_str s, struct tt_id *ret)
{
	struct tt_id id;
	size_t at = 0;
	if (s.n != 36)
		return false;
	for (int i = 0; i < 16; i++) {
		if ((i == 4 || i == 6 || i == 8 || i == 10) && s.p[at++] != '-')
			return false;
		int hi = hex_digit(s.p[at]), lo = hex_digit(s.p[at + 1]);
		if (hi < 0 || lo < 0)
			return false;
		id.b[i] = (uint8_t)(hi << 4 | lo);
		at += 2;
	}
	*ret = id;
	return true;
}
