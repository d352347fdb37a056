/* gemm_int8_avx512.c - int8 with AVX-512 that has no VNNI (Skylake): gemm_int8_avx2.c, twice as wide. */
#define LANES       16
#define TILE_M      6
#define TILE_PANELS 4
#define STEP_LINES  2
#include "nlp/kernel/gemm_int8.h"

#include "nlp/kernel/gemm_tile.h"

const struct tt_gemm tt_gemm_int8_avx512 = {TT_ISA_AVX512, TT_USE_INT8, 4, 76, multiply};
