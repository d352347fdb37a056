/* rows.c - see rows.h: the choice of a table. */
#include "nlp/kernel/rows.h"

#include <string.h>

#include "nlp/kernel/rows_isa.h"

static const struct tt_kernels *const all[] = {
#ifdef __x86_64__
	&tt_kernels_avx512,
	&tt_kernels_avx2,
#endif
	&tt_kernels_vec128,
	&tt_kernels_plain,
	NULL,
};

const struct tt_kernels *const *tt_kernels_all(void)
{
	return all;
}

const struct tt_kernels *tt_kernels_best(void)
{
	const struct tt_kernels *const *k = all;
	while (!tt_isa_has((*k)->isa))
		k++;
	return *k;
}

size_t tt_attention_work(size_t n_kv, size_t d)
{
	const size_t keys = tt_pad(n_kv, TT_VEC_MAX), width = tt_pad(d, TT_VEC_MAX);
	return d * keys + n_kv * width + TT_Q_BLOCK * (keys + width); /* kᵀ, v; a block's scores and output */
}

struct tt_range tt_row_ready(
	const struct tt_kernels *k, const struct tt_gemm *g, void *to, const float *x, size_t n)
{
	if (g->precision == TT_USE_INT8)
		return k->quantise(to, x, n);
	if (g->precision == TT_USE_BF16)
		k->halve(to, x, n);
	else if (to != x)
		memcpy(to, x, n * sizeof(*x));
	return (struct tt_range){0};
}
