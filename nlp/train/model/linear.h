/* linear.h - linear maps over a pack's tokens, cut into tiles for a gang's threads. The cut follows from the
 * shapes alone. T tokens, N outputs, K inputs; matrices are row-major, without gaps.
 *
 * The product of a tile is OpenBLAS's, on the thread that does the tile. OpenBLAS itself is told to use one
 * thread (a setting of the whole process) when a trainer is made. */
#ifndef TT_NLP_TRAIN_MODEL_LINEAR_H
#define TT_NLP_TRAIN_MODEL_LINEAR_H

#include "nlp/train/model/gang.h"
#include "nlp/train/model/ops.h"

struct tt_linear {
	const struct tt_train_ops *ops;
	const float *w, *b; /* (N, K), (N) */
	const float *x;     /* (T, K) */
	size_t T, N, K;
	/* forward */
	float *y;   /* (T, N) = x wᵀ + b */
	float *act; /* (T, N) = gelu(y), unless NULL */
	/* backward */
	const float *dy; /* (T, N) */
	float *dx;       /* (T, K) = dy w, or += when dx_adds; NULL: not wanted */
	bool dx_adds;
	const float *dx_pre; /* (T, K): dx is multiplied by gelu' of these, unless NULL */
	float *dw, *db;      /* += dyᵀ x, += column sums of dy */
};

void tt_linear_forward(struct tt_gang *g, const struct tt_linear *l);
void tt_linear_backward(struct tt_gang *g, const struct tt_linear *l);

/* dgain += Σ dy · hat, dshift += Σ dy over T rows of n. */
void tt_norm_sums(struct tt_gang *g, const float *dy, const float *hat, float *dgain, float *dshift, size_t T,
	size_t n);

#endif
