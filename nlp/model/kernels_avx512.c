/* kernels_avx512.c - vectors of sixteen floats, 32 registers: compiled with -mavx512f and its companions. */
#define LANES  16
#define TILE_M 12
#define TILE_N 2
#include "nlp/model/kernels_vec.h"

static bool supported(void)
{
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw");
}

const struct tt_kernels tt_kernels_avx512 = {"avx512", supported, attention, bias_gelu, add_norm};
