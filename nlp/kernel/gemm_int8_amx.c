/* gemm_int8_amx.c - int8 with AMX: tdpbusd, 16384 products at a time. */
#define LANES 16
#include "nlp/kernel/gemm_int8.h"

#include "nlp/kernel/gemm_amx.h"
#define TILE_DOT(sums, x, w) _tile_dpbusd(sums, x, w)

typedef int32_t number;

INLINE vec line_result(
	const int32_t *sums, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	return result(*(const acc *)sums, w, column, range);
}

#include "nlp/kernel/gemm_tiles.h"

const struct tt_gemm tt_gemm_int8_amx = {TT_ISA_AMX, TT_USE_INT8, false, 1024, multiply};
