/* safetensors.h - reads a file of named tensors: 8 bytes of header length (little-endian), a JSON header, the
 * data. Everything the header says is checked before anyone gets a pointer: names once only, known types,
 * shape × size = bytes, and the tensors covering the data exactly, without overlap, gap or rest. So a cut or
 * damaged file is refused here, and says why. Format: https://huggingface.co/docs/safetensors.
 *
 * Owner: the reader owns the mapping, names and tensors; they live until tt_safetensors_free. Threads:
 * read-only after opening. Blocking: file i/o, also at the first touch of the data. The file must not be cut
 * while it is mapped: keep a reader short. */
#ifndef TT_NLP_MODEL_SAFETENSORS_H
#define TT_NLP_MODEL_SAFETENSORS_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"
#include "common/str.h"

enum {
	TT_SAFETENSORS_HEADER_MAX = 16 << 20, /* bytes; BERT-large needs 50 KB */
	TT_SAFETENSORS_DIMS_MAX = 8,
};

enum tt_dtype { TT_F32, TT_F16, TT_BF16, TT_DTYPE_OTHER /* known, checked, of no use to us */ };

struct tt_tensor {
	const char *name;
	const char *dtype_name; /* as the file writes it */
	enum tt_dtype dtype;
	size_t n_dims;
	size_t dims[TT_SAFETENSORS_DIMS_MAX];
	size_t count;        /* product of dims */
	const uint8_t *data; /* little-endian, not aligned */
	size_t bytes;
};

struct tt_safetensors;

/* TT_EIO (cannot be read), TT_EPARSE (damaged), TT_ELIMIT, TT_ENOMEM. */
int tt_safetensors_open(struct tt_safetensors **ret, const char *path, struct tt_err *err);
/* The same over bytes that stay the caller's and must outlive the reader; name stands for the path in
 * messages. */
int tt_safetensors_parse(
	struct tt_safetensors **ret, struct tt_str bytes, const char *name, struct tt_err *err);
void tt_safetensors_free(struct tt_safetensors *st); /* NULL is fine */

const char *tt_safetensors_name(const struct tt_safetensors *st);    /* path, as given */
struct tt_str tt_safetensors_bytes(const struct tt_safetensors *st); /* the whole file */
const struct tt_tensor *tt_safetensors_find(
	const struct tt_safetensors *st, const char *name);                                 /* NULL: none */
const struct tt_tensor *tt_safetensors_all(const struct tt_safetensors *st, size_t *ret_n); /* by name */

#endif
