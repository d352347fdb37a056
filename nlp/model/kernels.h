/* kernels.h - the encoder's arithmetic that is not matrix multiplication over all tokens: one table of
 * functions per instruction set, the best of which is chosen once at run time. kernels_ref.c is plain C, the
 * definition all others are tested against. Every function is pure: rows are computed independently and in a
 * fixed order of operations, so that a row's result does not depend on its neighbours. Pointers need no
 * alignment; buffers never overlap unless said. */
#ifndef TT_NLP_MODEL_KERNELS_H
#define TT_NLP_MODEL_KERNELS_H

#include <stdbool.h>
#include <stddef.h>

/* One head of one sequence: out = softmax(scale · (q + q_bias)(k + k_bias)ᵀ) (v + v_bias). Strides are floats
 * between rows. */
struct tt_attention {
	const float *q; /* (n_q, d) */
	size_t n_q, q_stride;
	const float *k, *v; /* (n_kv, d) each; n_kv >= 1 */
	size_t n_kv, kv_stride;
	const float *q_bias, *k_bias, *v_bias; /* (d) each */
	size_t d;
	float scale;
	float *out; /* (n_q, d) */
	size_t out_stride;
	float *work; /* tt_attention_work(n_kv, d) floats */
};

struct tt_kernels {
	const char *name;        /* "avx2" */
	bool (*supported)(void); /* by the processor we run on */
	void (*attention)(const struct tt_attention *a);
	/* x (rows, cols) = gelu(x + bias), gelu(t) = t · (1 + erf(t / √2)) / 2 */
	void (*bias_gelu)(float *x, const float *bias, size_t rows, size_t cols);
	/* x (rows, cols) = norm(x + delta + bias) · gain + shift; norm takes each row to mean 0 and variance
	 * 1, eps added to the variance. */
	void (*add_norm)(float *x, const float *delta, const float *bias, const float *gain,
		const float *shift, float eps, size_t rows, size_t cols);
};

/* The fastest supported table; never NULL. */
const struct tt_kernels *tt_kernels_best(void);
/* All tables of this build, fastest first, the reference last; ends with NULL. Those not supported must not
 * be called. */
const struct tt_kernels *const *tt_kernels_all(void);

/* Floats of tt_attention.work, enough for every table. */
size_t tt_attention_work(size_t n_kv, size_t d);

/* y (m, n) = x (m, k) · w (n, k)ᵀ by BLAS, on the calling thread alone. y, x: room for tt_gemm_rows(m) rows;
 * the rows beyond m are read and written, and may hold any finite numbers: BLAS treats the last rows of a
 * matrix, and small matrices, in another order of operations, and with whole blocks there are none. A row's
 * result is then the same to the last bit wherever it stands, with all kernels of OpenBLAS 0.3.21 for x86-64
 * but two: Haswell's and Zen's halve their blocks, and results differ by rounding. ld: floats between rows.
 */
void tt_gemm(float *y, size_t ldy, const float *x, size_t ldx, const float *w, size_t m, size_t n, size_t k);
size_t tt_gemm_rows(size_t m);
/* BLAS stays on the calling thread from now on, in this whole process. Called by tt_model_open. */
void tt_gemm_setup(void);

#endif
