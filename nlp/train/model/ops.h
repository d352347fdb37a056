/* ops.h - what training does to rows beside matrix multiplications: one table of functions per instruction
 * set, as nlp/kernel/rows.h has them for reading. Every function is pure and goes through its numbers in a
 * fixed order, so that results depend on the table alone, never on threads. Buffers never overlap unless
 * said. n numbers each. */
#ifndef TT_NLP_TRAIN_MODEL_OPS_H
#define TT_NLP_TRAIN_MODEL_OPS_H

#include <stddef.h>
#include <stdint.h>

/* Which numbers of a forward pass fall to dropout: lanes of 16 bits of philox.h's, so that each follows from
 * seed, pass, site, row and place alone. */
struct tt_drop {
	uint64_t seed;
	uint32_t pass, site;
	uint32_t threshold; /* of 65536 numbers so many are dropped, 0: none; at most 65535 */
	float scale;        /* of those that stay: 65536 / (65536 - threshold) */
};

/* One step of AdamW for numbers of one learning rate. m and v are corrected for their start by the factors
 * below. */
struct tt_adamw {
	float beta1, beta2, eps;
	float gradient_scale; /* clipping */
	float rate;           /* learning rate / (1 - beta1^t) */
	float root;           /* 1 / √(1 - beta2^t) */
	float decay;          /* 1 - learning rate · weight decay */
};

struct tt_train_ops {
	/* keep (n) = 1 or 0, for row `row` of the site */
	void (*draw)(uint8_t *keep, const struct tt_drop *d, uint32_t row, size_t n);
	/* y = x · keep · scale; y may be x */
	void (*drop)(float *y, const float *x, const uint8_t *keep, float scale, size_t n);
	/* y = gelu(x), as in nlp/kernel/rows.h */
	void (*gelu)(float *y, const float *x, size_t n);
	/* d *= gelu'(x), which is Φ(x) + x φ(x) */
	void (*gelu_back)(float *d, const float *x, size_t n);
	/* hat = x to mean 0 and variance 1 (eps added to it), y = hat · gain + shift; returns 1 / deviation.
	 * y may be x. */
	float (*norm)(float *y, float *hat, const float *x, const float *gain, const float *shift, float eps,
		size_t n);
	/* dx of norm, from dy; dx may be dy. */
	void (*norm_back)(
		float *dx, const float *dy, const float *hat, const float *gain, float inverse, size_t n);
	/* x = softmax(x · scale) */
	void (*softmax)(float *x, float scale, size_t n);
	/* d = p · (d - Σ d p) · scale: the gradient of what softmax was given, d being that of its result */
	void (*softmax_back)(float *d, const float *p, float scale, size_t n);
	double (*squares)(const float *x, size_t n); /* Σ x² */
	/* w, m, v after a step with gradient g; g becomes 0. */
	void (*adamw)(float *w, float *g, float *m, float *v, const struct tt_adamw *a, size_t n);
};

/* The fastest that may be used here. */
const struct tt_train_ops *tt_train_ops_best(void);
/* All of this build that may be used here, fastest first; returns how many. */
enum { TT_TRAIN_OPS_MAX = 3 };
size_t tt_train_ops_all(const struct tt_train_ops *ret[TT_TRAIN_OPS_MAX]);

#endif
