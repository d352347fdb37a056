/* pack.h - the large tensors of a model file into memory, on several threads: matrices packed for gemm.h,
 * tables copied as they are; every element is checked to be a finite number. */
#ifndef TT_NLP_MODEL_PACK_H
#define TT_NLP_MODEL_PACK_H

#include "nlp/kernel/gemm.h"
#include "nlp/model/tensors.h"

/* One tensor's way. Where it goes is memory of its own, zeroed. */
struct tt_pack_job {
	const struct tt_tensor *from; /* (rows, columns) */
	enum tt_precision precision;
	uint8_t *to;          /* panels, or a copy when lines is 0 */
	size_t lines;         /* of a panel */
	size_t first;         /* output of the matrix that the tensor's first row is */
	float *scales, *sums; /* of the matrix; int8 alone */
};

/* Does all jobs. *bad, *element: the first tensor (in the order of jobs) that is not finite, and where; bad
 * is NULL when there is none. TT_ENOMEM. */
int tt_pack_all(const struct tt_pack_job *jobs, size_t n, const struct tt_tensor **bad, size_t *element);

#endif
