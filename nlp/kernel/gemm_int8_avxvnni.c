/* gemm_int8_avxvnni.c - int8 with AVX-VNNI: vpdpbusd over 8 sums, for processors without AVX-512. */
#define LANES       8
#define TILE_M      6
#define TILE_PANELS 1
#define ACCS_A_VEC  1
#include "nlp/kernel/gemm_int8.h"

enum { ACCS = 2, PART_BYTES = 32, X_BYTES = 4 };

typedef __m256i acc, wide_x, wide_w;

INLINE __m256i spread_x(const uint8_t *x)
{
	return _mm256_set1_epi32(*(const int32_t *)x);
}

INLINE __m256i load_w(const uint8_t *w)
{
	return _mm256_load_si256((const __m256i *)w);
}

INLINE __m256i dot(__m256i sum, __m256i x, __m256i w)
{
	__asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(x), "x"(w)); /* see gemm_int8_avx512.c */
	return sum;
}

INLINE vec result(acc sums, acc last, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	(void)last;
	return int8_result((ivec)sums, w, column, range);
}

#include "nlp/kernel/gemm_tile.h"

const struct tt_gemm tt_gemm_int8_avx_vnni = {TT_ISA_AVX_VNNI, TT_USE_INT8, 1, 64, multiply};
