/* gemm_int8_avx512.c - int8 with AVX-512 that has no VNNI (Skylake): gemm_int8_avx2.c, twice as wide. */
#define LANES       16
#define TILE_M      6
#define TILE_PANELS 4
#include "nlp/kernel/gemm_int8.h"

INLINE acc dot(acc sum, wide_x x, wide_w w)
{
	const acc pairs = OF_WIDTH(maddubs_epi16)(x, w);
	return OF_WIDTH(add_epi32)(sum, OF_WIDTH(madd_epi16)(pairs, OF_WIDTH(set1_epi16)(1)));
}

#include "nlp/kernel/gemm_tile.h"

const struct tt_gemm tt_gemm_int8_avx512 = {TT_ISA_AVX512, TT_USE_INT8, true, 64, multiply};
