/* gemm_int8.h - what the int8 kernels share: from exact sums to outputs (tt_int8_result, over vectors). */
#include "nlp/kernel/gemm_isa.h"
#include "nlp/kernel/vec.h"

INLINE vec int8_result(ivec sums, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	const vec offset = splat(range->low) * load(w->sums + column) + load(w->bias + column);
	return __builtin_convertvector(sums, vec) * (load(w->scales + column) * splat(range->scale)) + offset;
}
