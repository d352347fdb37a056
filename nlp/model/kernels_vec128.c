/* kernels_vec128.c - vectors of four floats, which every 64-bit processor has (SSE2, NEON): the portable
 * path. */
#define LANES  4
#define TILE_M 4
#define TILE_N 2
#include "nlp/model/kernels_vec.h"

static bool supported(void)
{
	return true;
}

const struct tt_kernels tt_kernels_vec128 = {"vec128", supported, attention, bias_gelu, add_norm};
