/* gemm_fp32.h - gemm_tile.h for fp32 over vectors of LANES floats. */
#include "nlp/kernel/gemm_isa.h"
#include "nlp/kernel/vec.h"

typedef vec acc, wide_x, wide_w;

INLINE vec spread_x(const uint8_t *x)
{
	return splat(*(const float *)x);
}

INLINE vec load_w(const uint8_t *w)
{
	return *(const vec *)w;
}

INLINE vec dot(vec sum, vec x, vec w)
{
	return sum + x * w;
}

INLINE vec result(vec sums, const struct tt_matrix *w, size_t column, const struct tt_range *range)
{
	(void)range;
	return sums + load(w->bias + column);
}

#include "nlp/kernel/gemm_tile.h"
