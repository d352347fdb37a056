/* gemm_int8.h - what the int8 kernels share: from exact sums to outputs (tt_int8_result, over vectors). */
#include "nlp/kernel/gemm_isa.h"
#include "nlp/kernel/vec.h"

#include <immintrin.h>

/* Said outright: what the compiler would fuse by itself differs between compilers. */
#if LANES == 16
#define FUSED(a, b, c) ((vec)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))
#else
#define FUSED(a, b, c) ((vec)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))
#endif

INLINE vec int8_result(ivec sums, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	const vec offset = FUSED(splat(range->low), load(w->sums + column), load(w->bias + column));
	const vec scale = load(w->scales + column) * splat(range->scale);
	return FUSED(__builtin_convertvector(sums, vec), scale, offset);
}
