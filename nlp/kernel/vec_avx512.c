/* vec_avx512.c - vectors of sixteen floats, 32 registers: compiled with -mavx512f and its companions. */
#define LANES       16
#define TILE_M      6
#define TILE_PANELS 4
#define TILE_ROWS   6
#define TILE_VECS   2
#include "nlp/kernel/vec.h"

#include "nlp/kernel/attention_vec.h"
#include "nlp/kernel/gemm_fp32.h"
#include "nlp/kernel/rows_vec.h"

const struct tt_kernels tt_kernels_avx512 = {TT_ISA_AVX512, attention, gelu, norm, quantise, halve};
const struct tt_gemm tt_gemm_fp32_avx512 = {TT_ISA_AVX512, TT_USE_FP32, false, 32, multiply};
