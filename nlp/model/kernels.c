/* kernels.c - see kernels.h: the choice of a table, and the one door to BLAS. */
#include "nlp/model/kernels.h"

#include <cblas.h>

#include "nlp/model/kernels_isa.h"

static const struct tt_kernels *const all[] = {
#ifdef __x86_64__
	&tt_kernels_avx512,
	&tt_kernels_avx2,
#endif
	&tt_kernels_vec128,
	&tt_kernels_ref,
	NULL,
};

const struct tt_kernels *const *tt_kernels_all(void)
{
	return all;
}

const struct tt_kernels *tt_kernels_best(void)
{
	const struct tt_kernels *const *k = all;
	while (!(*k)->supported())
		k++;
	return *k;
}

size_t tt_attention_work(size_t n_kv, size_t d)
{
	const size_t keys = tt_vec_pad(n_kv), width = tt_vec_pad(d);
	return d * keys + n_kv * width +
	       TT_Q_BLOCK * (d + keys + width); /* kᵀ, v; a block's q, scores and output */
}

/* The tallest tile among OpenBLAS's x86-64 kernels, and a multiple of all others; also more than the few rows
 * that it has a way of its own for when the model is not tiny. */
enum { GEMM_BLOCK = 12 };

size_t tt_gemm_rows(size_t m)
{
	return (m + GEMM_BLOCK - 1) / GEMM_BLOCK * GEMM_BLOCK;
}

void tt_gemm(float *y, size_t ldy, const float *x, size_t ldx, const float *w, size_t m, size_t n, size_t k)
{
	cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, (blasint)tt_gemm_rows(m), (blasint)n, (blasint)k,
		1, x, (blasint)ldx, w, (blasint)k, 0, y, (blasint)ldy);
}

void tt_gemm_setup(void)
{
	openblas_set_num_threads(1);
}
