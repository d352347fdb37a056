/* gemm_int8_vnni.c - int8 with AVX-512 VNNI: vpdpbusd adds four u8 · s8 products to each of 16 sums,
 * exactly. */
#define LANES       16
#define TILE_M      6
#define TILE_PANELS 4
#include "nlp/kernel/gemm_int8.h"

/* _mm512_dpbusd_epi32, of which GCC 12 moves every sum around twice: half the speed. */
INLINE acc dot(acc sum, wide_x x, wide_w w)
{
	__asm__("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
	return sum;
}

#include "nlp/kernel/gemm_tile.h"

const struct tt_gemm tt_gemm_int8_avx512_vnni = {TT_ISA_AVX512_VNNI, TT_USE_INT8, false, 128, multiply};
