/* vec_128.c - vectors of four floats, which every x86-64 and AArch64 has. */
#define LANES       4
#define TILE_M      3
#define TILE_PANELS 1
#define TILE_ROWS   3
#define TILE_VECS   2
#include "nlp/kernel/vec.h"

#include "nlp/kernel/attention_vec.h"
#include "nlp/kernel/gemm_fp32.h"
#include "nlp/kernel/rows_vec.h"

const struct tt_kernels tt_kernels_vec128 = {TT_ISA_PLAIN, attention, gelu, norm, quantise, halve};
const struct tt_gemm tt_gemm_fp32_vec128 = {TT_ISA_PLAIN, TT_USE_FP32, false, 4, multiply};
