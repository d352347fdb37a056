/* gemm_int8_avxvnni.c - int8 with AVX-VNNI: vpdpbusd over 8 sums, for processors without AVX-512. */
#define LANES       8
#define TILE_M      6
#define TILE_PANELS 1
#include "nlp/kernel/gemm_int8.h"

INLINE acc dot(acc sum, wide_x x, wide_w w)
{
	__asm__("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(x), "x"(w)); /* see gemm_int8_vnni.c */
	return sum;
}

#include "nlp/kernel/gemm_tile.h"

const struct tt_gemm tt_gemm_int8_avx_vnni = {TT_ISA_AVX_VNNI, TT_USE_INT8, false, 64, multiply};
