/* kernels_avx2.c - vectors of eight floats, 16 registers: compiled with -mavx2 -mfma. */
#define LANES  8
#define TILE_M 6
#define TILE_N 2
#include "nlp/model/kernels_vec.h"

static bool supported(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

const struct tt_kernels tt_kernels_avx2 = {"avx2", supported, attention, bias_gelu, add_norm};
