/* widen.c - see widen.h. Plain integer arithmetic: loops the compiler can vectorise, the same on every
 * machine. */
#include "nlp/model/widen.h"

#include <assert.h>
#include <math.h>
#include <string.h>

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "model files are little-endian and read in place");

static float float_of_bits(uint32_t bits)
{
	float f;
	memcpy(&f, &bits, sizeof(f));
	return f;
}

/* IEEE binary16: 1 sign, 5 exponent (bias 15), 10 fraction. Moving the 15 low bits to fp32's place leaves the
 * exponent 112 too small, which a multiplication by 2^112 puts right, subnormals included; infinities and
 * NaNs keep their all-ones exponent. */
static float float_of_f16(uint16_t h)
{
	uint32_t magnitude = (uint32_t)(h & 0x7fff) << 13, sign = (uint32_t)(h & 0x8000) << 16, bits;
	float f = float_of_bits(magnitude) * 0x1p112f;
	memcpy(&bits, &f, sizeof(bits));
	if ((h & 0x7c00) == 0x7c00)
		bits = magnitude | 0x7f800000;
	return float_of_bits(bits | sign);
}

size_t tt_dtype_bytes(enum tt_dtype dtype)
{
	assert(dtype != TT_DTYPE_OTHER);
	return dtype == TT_F32 ? 4 : 2;
}

void tt_widen(float *dst, const void *src, enum tt_dtype dtype, size_t n)
{
	const char *p = src;
	uint16_t h;
	assert(dtype != TT_DTYPE_OTHER);
	if (dtype == TT_F32) {
		memcpy(dst, src, n * sizeof(float));
		return;
	}
	for (size_t i = 0; i < n; i++) {
		memcpy(&h, p + 2 * i, sizeof(h));
		dst[i] = dtype == TT_F16 ? float_of_f16(h) : float_of_bits((uint32_t)h << 16);
	}
}

size_t tt_first_not_finite(const float *x, size_t n)
{
	size_t i = 0;
	float sum = 0; /* of x - x: 0, or NaN when one is not finite */
	for (size_t j = 0; j < n; j++)
		sum += x[j] - x[j];
	if (sum == 0)
		return n;
	while (i < n && isfinite(x[i]))
		i++;
	return i;
}
