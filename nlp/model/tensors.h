/* tensors.h - the named tensors of a model file, whatever its format: safetensors (safetensors.h) or what
 * torch.save writes (torch_bin.h). Everything that a file says is checked before anyone gets a pointer into
 * it, so a damaged file is refused here, and the message says why.
 *
 * Owner: the tensors are the file's, mapped, and live until tt_tensors_free. Threads: read-only after
 * opening. Blocking: file i/o, also at the first touch of the data. The file must not be cut while it is
 * mapped: keep it open shortly. */
#ifndef TT_NLP_MODEL_TENSORS_H
#define TT_NLP_MODEL_TENSORS_H

#include "common/arena.h"
#include "common/err.h"
#include "common/str.h"

enum { TT_TENSOR_DIMS_MAX = 8, TT_TENSOR_NAME_MAX = 128 /* bytes of a name that is looked for */ };

enum tt_dtype { TT_F32, TT_F16, TT_BF16, TT_DTYPE_OTHER /* known, checked, of no use to us */ };

struct tt_tensor {
	const char *name;
	const char *dtype_name; /* as safetensors writes it */
	enum tt_dtype dtype;
	size_t n_dims;
	size_t dims[TT_TENSOR_DIMS_MAX];
	size_t count;        /* product of dims */
	const uint8_t *data; /* little-endian, row-major, not aligned */
	size_t bytes;
};

/* Fields are for reading; a format's reader fills tensors and n. */
struct tt_tensors {
	char *file;                /* path, as given */
	struct tt_str bytes;       /* the whole file */
	struct tt_tensor *tensors; /* by name */
	size_t n;
	struct tt_arena memory; /* of tensors and their names */
	bool mapped;
};

/* Opens DIR/model.safetensors or, where there is none, DIR/pytorch_model.bin. TT_EIO (cannot be read),
 * TT_EPARSE (damaged), TT_ELIMIT, TT_ENOMEM. */
int tt_tensors_open(struct tt_tensors **ret, const char *dir, struct tt_err *err);
void tt_tensors_free(struct tt_tensors *t); /* NULL is fine */

/* The tensor of a BERT, under the name given, or with "bert." before it, or with LayerNorm's .gamma and .beta
 * in place of .weight and .bias. NULL: none. */
const struct tt_tensor *tt_tensors_find(const struct tt_tensors *t, const char *name);

/* The same, of the shape (rows, cols), cols 0 for one dimension, and of a type that can be read. TT_EPARSE
 * names the tensor and what is wrong with it. */
int tt_tensors_need(const struct tt_tensor **ret, const struct tt_tensors *from, const char *name,
	size_t rows, size_t cols, struct tt_err *err);

/* ---- for the formats' readers, and tests ---- */

/* Finds the tensors in t->bytes. */
typedef int tt_tensors_reader(struct tt_tensors *t, struct tt_err *err);

/* Reads bytes that stay the caller's and must outlive *ret; name stands for the path in messages. */
int tt_tensors_parse(struct tt_tensors **ret, tt_tensors_reader *reader, struct tt_str bytes,
	const char *name, struct tt_err *err);

/* Maps one file. As tt_tensors_open. */
int tt_tensors_open_file(
	struct tt_tensors **ret, tt_tensors_reader *reader, const char *path, struct tt_err *err);

/* What a tensor is refused with; the last arguments are a printf format and what goes into it. */
#define TT_TENSOR_REFUSE(set, t, err, ...)                                                                   \
	tt_err_prefix((err), tt_err_set((err), TT_EPARSE, __VA_ARGS__), "'%s': tensor '%.100s'",             \
		(set)->file, (t)->name)

int tt_tensors_out_of_memory(const struct tt_tensors *t, struct tt_err *err); /* returns TT_ENOMEM */

/* Sets dtype by safetensors' name of it; returns the bytes of an element, 0 for an unknown name. */
size_t tt_tensor_set_dtype(struct tt_tensor *t, const char *name);
/* Sets count from n_dims and dims; false when it does not fit. */
bool tt_tensor_set_count(struct tt_tensor *t);

static inline uint64_t tt_little_endian(const void *p, size_t n)
{
	const uint8_t *b = p;
	uint64_t v = 0;
	while (n-- > 0)
		v = v << 8 | b[n];
	return v;
}

#endif
