/* gemm_bf16_amx.c - bf16 with AMX: tdpbf16ps, 8192 products at a time. */
#define LANES 16
#include "nlp/kernel/gemm_isa.h"
#include "nlp/kernel/vec.h"

#include "nlp/kernel/gemm_amx.h"
#define TILE_DOT(sums, x, w) _tile_dpbf16ps(sums, x, w)

typedef float number;

INLINE vec line_result(
	const float *sums, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	(void)range;
	return load(sums) + load(w->bias + column);
}

#include "nlp/kernel/gemm_tiles.h"

const struct tt_gemm tt_gemm_bf16_amx = {TT_ISA_AMX, TT_USE_BF16, false, 512, multiply};
