/* vec_avx2.c - vectors of eight floats, 16 registers: compiled with -mavx2 -mfma. */
#define LANES       8
#define TILE_M      6
#define TILE_PANELS 1
#define TILE_ROWS   6
#define TILE_VECS   2
#include "nlp/kernel/vec.h"

#include "nlp/kernel/attention_vec.h"
#include "nlp/kernel/gemm_fp32.h"
#include "nlp/kernel/rows_vec.h"

const struct tt_kernels tt_kernels_avx2 = {TT_ISA_AVX2, attention, gelu, norm, quantise, halve};
const struct tt_gemm tt_gemm_fp32_avx2 = {TT_ISA_AVX2, TT_USE_FP32, false, 16, multiply};
