/* gemm_int8_avx512.c - int8 with AVX-512 VNNI: vpdpbusd adds four u8 · s8 products to each of 16 sums,
 * exactly. */
#define LANES       16
#define TILE_M      6
#define TILE_PANELS 4
#define ACCS_A_VEC  1
#include "nlp/kernel/gemm_int8.h"

enum { ACCS = 1, PART_BYTES = TT_LINE_BYTES, X_BYTES = 4 };

typedef __m512i acc, wide_x, wide_w;

INLINE __m512i spread_x(const uint8_t *x)
{
	return _mm512_set1_epi32(*(const int32_t *)x);
}

INLINE __m512i load_w(const uint8_t *w)
{
	return _mm512_load_si512(w);
}

/* _mm512_dpbusd_epi32, of which GCC 12 moves every sum around twice: half the speed. */
INLINE __m512i dot(__m512i sum, __m512i x, __m512i w)
{
	__asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
	return sum;
}

INLINE vec result(acc sums, acc last, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	(void)last;
	return int8_result((ivec)sums, w, column, range);
}

#include "nlp/kernel/gemm_tile.h"

const struct tt_gemm tt_gemm_int8_avx512_vnni = {TT_ISA_AVX512_VNNI, TT_USE_INT8, 1, 128, multiply};
