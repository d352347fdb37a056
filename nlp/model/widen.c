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
	const uint32_t magnitude = (uint32_t)(h & 0x7fff) << 13, sign = (uint32_t)(h & 0x8000) << 16;
	const uint32_t infinite = (h & 0x7c00) == 0x7c00 ? 0x7f800000 : 0;
	const float f = float_of_bits(magnitude) * 0x1p112f;
	uint32_t bits;
	memcpy(&bits, &f, sizeof(bits));
	return float_of_bits((infinite ? magnitude | infinite : bits) | sign);
}

size_t tt_dtype_bytes(enum tt_dtype dtype)
{
	assert(dtype != TT_DTYPE_OTHER);
	return dtype == TT_F32 ? 4 : 2;
}

/* Element i of src, which need not be aligned. */
static uint16_t half_at(const char *src, size_t i)
{
	uint16_t h;
	memcpy(&h, src + 2 * i, sizeof(h));
	return h;
}

void tt_widen(float *restrict dst, const void *restrict src, enum tt_dtype dtype, size_t n)
{
	assert(dtype != TT_DTYPE_OTHER);
	if (dtype == TT_F32)
		memcpy(dst, src, n * sizeof(float));
	else if (dtype == TT_BF16)
		for (size_t i = 0; i < n; i++)
			dst[i] = float_of_bits((uint32_t)half_at(src, i) << 16);
	else
		for (size_t i = 0; i < n; i++)
			dst[i] = float_of_f16(half_at(src, i));
}

/* A value is a number unless its exponent is all ones. Branch-free: this reads every weight of a model. */
static bool all_finite(const char *src, enum tt_dtype dtype, size_t n)
{
	const uint16_t exponent16 = dtype == TT_F16 ? 0x7c00 : 0x7f80;
	const uint32_t exponent32 = 0x7f800000;
	uint32_t bad = 0, word;
	if (dtype == TT_F32)
		for (size_t i = 0; i < n; i++) {
			memcpy(&word, src + 4 * i, sizeof(word));
			bad |= (word & exponent32) == exponent32;
		}
	else
		for (size_t i = 0; i < n; i++)
			bad |= (half_at(src, i) & exponent16) == exponent16;
	return !bad;
}

size_t tt_first_not_finite(const void *src, enum tt_dtype dtype, size_t n)
{
	const char *p = src;
	size_t i = 0;
	float x;
	if (all_finite(p, dtype, n))
		return n;
	for (; i < n; i++) {
		tt_widen(&x, p + i * tt_dtype_bytes(dtype), dtype, 1);
		if (!isfinite(x))
			break;
	}
	return i;
}
