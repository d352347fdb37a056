/* gemm_int8_avx2.c - int8 with AVX2, exactly: see dot() in gemm_int8.h. */
#define LANES       8
#define TILE_M      4
#define TILE_PANELS 1
#define STEP_LINES  2
#include "nlp/kernel/gemm_int8.h"

#include "nlp/kernel/gemm_tile.h"

const struct tt_gemm tt_gemm_int8_avx2 = {TT_ISA_AVX2, TT_USE_INT8, 4, 38, multiply};
