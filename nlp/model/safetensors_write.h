/* safetensors_write.h - writes a file of named tensors that safetensors.h, and Hugging Face, read.
 *
 * The file is whole or what was there before (common/file.h). Blocking: file i/o. */
#ifndef TT_NLP_MODEL_SAFETENSORS_WRITE_H
#define TT_NLP_MODEL_SAFETENSORS_WRITE_H

#include "nlp/model/safetensors.h"

struct tt_tensor_out {
	const char *name;    /* letters, digits, dots, underscores */
	enum tt_dtype dtype; /* in the file; TT_DTYPE_OTHER: I64 */
	size_t rows, cols;   /* cols 0: one dimension */
	const void *data;    /* floats, which are rounded to dtype; int64_t for I64. Row-major */
};

/* TT_EIO; TT_ENOMEM; TT_EDATA for a float that is not finite, or would not be in dtype, named. */
int tt_safetensors_write(const char *path, const struct tt_tensor_out *tensors, size_t n, struct tt_err *err);

#endif
