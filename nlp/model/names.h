/* names.h - a BERT's tensors in a file, under any of the names they go by, checked against the shape that the
 * configuration asks for. */
#ifndef TT_NLP_MODEL_NAMES_H
#define TT_NLP_MODEL_NAMES_H

#include "nlp/model/safetensors.h"

enum { TT_TENSOR_NAME_MAX = 128 }; /* bytes of a name of ours */

/* name is given without "bert.", which may stand before it in the file; LayerNorm's with .weight and .bias,
 * which may be .gamma and .beta there. NULL: none. */
const struct tt_tensor *tt_bert_find(const struct tt_safetensors *st, const char *name);

/* As above, but of the shape (rows, cols), cols 0 for one dimension, and of a type that can be read.
 * TT_EPARSE. */
int tt_bert_need(const struct tt_tensor **ret, const struct tt_safetensors *st, const char *name, size_t rows,
	size_t cols, struct tt_err *err);

#endif
