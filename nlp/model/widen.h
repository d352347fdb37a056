/* widen.h - a model file's numbers to fp32, exactly. Source bytes are little-endian and need no alignment. */
#ifndef TT_NLP_MODEL_WIDEN_H
#define TT_NLP_MODEL_WIDEN_H

#include "nlp/model/tensors.h"

size_t tt_dtype_bytes(enum tt_dtype dtype); /* of TT_F32, TT_F16, TT_BF16 */

/* dst gets n floats. dtype is one of the three above. */
void tt_widen(float *restrict dst, const void *restrict src, enum tt_dtype dtype, size_t n);

/* Index of the first of n values that is NaN or infinite, n when there is none. */
size_t tt_first_not_finite(const void *src, enum tt_dtype dtype, size_t n);

#endif
