/* gemm_int8_avx2.c - int8 with AVX2, exactly: vpmaddubsw adds two products in 16 bits, which the weights of
 * these kernels cannot overflow (TT_PAIR_MAX); vpmaddwd by ones adds those two by two in 32. */
#define LANES       8
#define TILE_M      4
#define TILE_PANELS 1
#include "nlp/kernel/gemm_int8.h"

INLINE acc dot(acc sum, wide_x x, wide_w w)
{
	const acc pairs = OF_WIDTH(maddubs_epi16)(x, w);
	return OF_WIDTH(add_epi32)(sum, OF_WIDTH(madd_epi16)(pairs, OF_WIDTH(set1_epi16)(1)));
}

#include "nlp/kernel/gemm_tile.h"

const struct tt_gemm tt_gemm_int8_avx2 = {TT_ISA_AVX2, TT_USE_INT8, true, 32, multiply};
