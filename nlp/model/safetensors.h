/* safetensors.h - reads a file of named tensors: 8 bytes of header length (little-endian), a JSON header, the
 * data. Checked: names once only, known types, shape × size = bytes, and the tensors covering the data
 * exactly, without overlap, gap or rest. Format: https://huggingface.co/docs/safetensors. */
#ifndef TT_NLP_MODEL_SAFETENSORS_H
#define TT_NLP_MODEL_SAFETENSORS_H

#include "nlp/model/tensors.h"

enum { TT_SAFETENSORS_HEADER_MAX = 16 << 20 /* bytes; BERT-large needs 50 KB */ };

/* TT_EPARSE, TT_ELIMIT, TT_ENOMEM. */
int tt_safetensors_read(struct tt_tensors *t, struct tt_err *err);

#endif
