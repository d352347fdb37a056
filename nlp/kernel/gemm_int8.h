/* gemm_int8.h - what the int8 kernels share: all of gemm_tile.h over vectors of LANES sums but dot(). */
#include "nlp/kernel/gemm_isa.h"
#include "nlp/kernel/vec.h"

#include <immintrin.h>

#if LANES == 16
#define OF_WIDTH(operation) _mm512_##operation
typedef __m512i acc, wide_x, wide_w;
typedef __m512 floats;
#else
#define OF_WIDTH(operation) _mm256_##operation
typedef __m256i acc, wide_x, wide_w;
typedef __m256 floats;
#endif

INLINE wide_x spread_x(const uint8_t *x)
{
	return OF_WIDTH(set1_epi32)(*(const int32_t *)x);
}

INLINE wide_w load_w(const uint8_t *w)
{
	return *(const wide_w *)w;
}

/* Fused outright: what the compiler would fuse by itself differs between compilers. */
INLINE vec fused(vec a, vec b, vec c)
{
	return (vec)OF_WIDTH(fmadd_ps)((floats)a, (floats)b, (floats)c);
}

/* tt_int8_result over a vector. */
INLINE vec result(acc sums, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	const vec offset = fused(splat(range->low), load(w->sums + column), load(w->bias + column));
	const vec scale = load(w->scales + column) * splat(range->scale);
	return fused(__builtin_convertvector((ivec)sums, vec), scale, offset);
}
