/* rows.h - the encoder's arithmetic beside the multiplications of gemm.h: what is done to rows of
 * activations, and attention. One table of functions per instruction set; rows_plain.c is plain C, the
 * definition all others are tested against. Every function is pure: rows are computed independently and in a
 * fixed order of operations, so that a row's result does not depend on its neighbours. Pointers need no
 * alignment; buffers never overlap unless said. */
#ifndef TT_NLP_KERNEL_ROWS_H
#define TT_NLP_KERNEL_ROWS_H

#include "nlp/kernel/gemm.h"

/* One head of one sequence: out = softmax(scale · q kᵀ) v. Strides are floats between rows. */
struct tt_attention {
	const float *q; /* (n_q, d) */
	size_t n_q, q_stride;
	const float *k, *v; /* (n_kv, d) each; n_kv >= 1 */
	size_t n_kv, kv_stride;
	size_t d;
	float scale;
	float *out; /* (n_q, d) */
	size_t out_stride;
	float *work; /* tt_attention_work(n_kv, d) floats */
};

struct tt_kernels {
	enum tt_isa isa;
	void (*attention)(const struct tt_attention *a);
	/* x (n) = gelu(x), gelu(t) = t · (1 + erf(t / √2)) / 2 */
	void (*gelu)(float *x, size_t n);
	/* x (n) = norm(x) · gain + shift; norm takes to mean 0 and variance 1, eps added to the variance. */
	void (*norm)(float *x, const float *gain, const float *shift, float eps, size_t n);
	/* What gemm.h multiplies: to (n) = round((x - low) / scale), low and scale such that the least of x
	 * is 0 and the largest 255. A row of equal numbers has scale 0. x is finite. */
	struct tt_range (*quantise)(uint8_t *to, const float *x, size_t n);
	/* to (n) = x, rounded to nearest, ties to even */
	void (*halve)(uint16_t *to, const float *x, size_t n);
};

/* The fastest that may be used here; never NULL. */
const struct tt_kernels *tt_kernels_best(void);
/* All tables of this build, fastest first, the plain one last; ends with NULL. Those whose isa is not there
 * must not be called. */
const struct tt_kernels *const *tt_kernels_all(void);

/* Floats of tt_attention.work, enough for every table. */
size_t tt_attention_work(size_t n_kv, size_t d);

/* Row of n activations as g multiplies them, written to `to`; the range is for int8 alone. What is behind
 * them up to tt_gemm_row_bytes must be finite: zero it once. fp32 rows are multiplied where they are, and may
 * be given as `to`. */
struct tt_range tt_row_ready(
	const struct tt_kernels *k, const struct tt_gemm *g, void *to, const float *x, size_t n);

#endif
