/* gemm_bf16_avx512.c - bf16 with AVX512-BF16: vdpbf16ps adds two products to each of 16 sums. */
#define LANES       16
#define TILE_M      6
#define TILE_PANELS 4
#include "nlp/kernel/gemm_isa.h"
#include "nlp/kernel/vec.h"

#include <immintrin.h>

typedef __m512 acc;
typedef __m512i wide_x, wide_w;

INLINE __m512i spread_x(const uint8_t *x)
{
	return _mm512_set1_epi32(*(const int32_t *)x);
}

INLINE __m512i load_w(const uint8_t *w)
{
	return _mm512_load_si512(w);
}

INLINE __m512 dot(__m512 sum, __m512i x, __m512i w)
{
	__asm__("vdpbf16ps %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w)); /* see gemm_int8_vnni.c */
	return sum;
}

INLINE vec result(acc sums, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	(void)range;
	return (vec)sums + load(w->bias + column);
}

#include "nlp/kernel/gemm_tile.h"

const struct tt_gemm tt_gemm_bf16_avx512 = {TT_ISA_AVX512_BF16, TT_USE_BF16, false, 64, multiply};
