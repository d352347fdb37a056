/* tensors.c - see tensors.h. */
#include "nlp/model/tensors.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/file.h"
#include "nlp/model/safetensors.h"
#include "nlp/model/torch_bin.h"

enum { MEMORY_MAX = 256 << 20 /* bytes; no file whose size the readers accept needs as much */ };

static const struct {
	const char *name;
	size_t bytes;
	enum tt_dtype dtype;
} dtypes[] = {
	{"F32", 4, TT_F32},
	{"F16", 2, TT_F16},
	{"BF16", 2, TT_BF16},
	{"F64", 8, TT_DTYPE_OTHER},
	{"I64", 8, TT_DTYPE_OTHER},
	{"I32", 4, TT_DTYPE_OTHER},
	{"I16", 2, TT_DTYPE_OTHER},
	{"I8", 1, TT_DTYPE_OTHER},
	{"U64", 8, TT_DTYPE_OTHER},
	{"U32", 4, TT_DTYPE_OTHER},
	{"U16", 2, TT_DTYPE_OTHER},
	{"U8", 1, TT_DTYPE_OTHER},
	{"BOOL", 1, TT_DTYPE_OTHER},
	{"F8_E4M3", 1, TT_DTYPE_OTHER},
	{"F8_E5M2", 1, TT_DTYPE_OTHER},
};

size_t tt_tensor_set_dtype(struct tt_tensor *t, const char *name)
{
	for (size_t i = 0; i < TT_LEN(dtypes); i++)
		if (strcmp(dtypes[i].name, name) == 0) {
			t->dtype_name = dtypes[i].name;
			t->dtype = dtypes[i].dtype;
			return dtypes[i].bytes;
		}
	return 0;
}

bool tt_tensor_set_count(struct tt_tensor *t)
{
	t->count = 1;
	for (size_t i = 0; i < t->n_dims; i++)
		if (__builtin_mul_overflow(t->count, t->dims[i], &t->count))
			return false;
	return true;
}

int tt_tensors_out_of_memory(const struct tt_tensors *t, struct tt_err *err)
{
	return tt_err_set(err, TT_ENOMEM, "'%s': out of memory", t->file);
}

/* ---- opening ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tt_tensor *)a)->name, ((const struct tt_tensor *)b)->name);
}

static int sort(struct tt_tensors *t, struct tt_err *err)
{
	if (t->n)
		qsort(t->tensors, t->n, sizeof(*t->tensors), by_name);
	for (size_t i = 1; i < t->n; i++)
		if (by_name(&t->tensors[i - 1], &t->tensors[i]) == 0)
			return TT_TENSOR_REFUSE(t, &t->tensors[i], err, "is there twice");
	return TT_OK;
}

int tt_tensors_parse(struct tt_tensors **ret, tt_tensors_reader *reader, struct tt_str bytes,
	const char *name, struct tt_err *err)
{
	struct tt_tensors *t = calloc(1, sizeof(*t));
	int rc;
	if (!t || !(t->file = strdup(name))) {
		free(t);
		return tt_err_set(err, TT_ENOMEM, "'%s': out of memory", name);
	}
	tt_arena_init(&t->memory, MEMORY_MAX);
	t->bytes = bytes;
	rc = reader(t, err);
	if (rc == TT_OK)
		rc = sort(t, err);
	if (rc == TT_OK)
		*ret = t;
	else
		tt_tensors_free(t);
	return rc;
}

static int map(struct tt_str *ret, int fd, const char *path, struct tt_err *err)
{
	struct stat s;
	if (fstat(fd, &s) != 0)
		return tt_err_set(err, TT_EIO, "'%s': %s", path, strerror(errno));
	if (!S_ISREG(s.st_mode))
		return tt_err_set(err, TT_EIO, "'%s': not a regular file", path);
	const size_t n = (size_t)s.st_size;
	void *p = n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
	if (p == MAP_FAILED)
		return tt_err_set(err, TT_EIO, "'%s': cannot be mapped: %s", path, strerror(errno));
	*ret = (struct tt_str){p, n};
	return TT_OK;
}

int tt_tensors_open_file(
	struct tt_tensors **ret, tt_tensors_reader *reader, const char *path, struct tt_err *err)
{
	struct tt_str bytes = {0};
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return tt_err_set(err, TT_EIO, "'%s': %s", path, strerror(errno));
	int rc = map(&bytes, fd, path, err);
	if (rc == TT_OK)
		rc = tt_tensors_parse(ret, reader, bytes, path, err);
	if (rc == TT_OK)
		(*ret)->mapped = bytes.p != NULL;
	else if (bytes.p)
		munmap((void *)bytes.p, bytes.n);
	close(fd);
	return rc;
}

int tt_tensors_open(struct tt_tensors **ret, const char *dir, struct tt_err *err)
{
	static const struct {
		const char *file;
		tt_tensors_reader *reader;
	} formats[] = {{"model.safetensors", tt_safetensors_read}, {"pytorch_model.bin", tt_torch_bin_read}};
	char path[TT_PATH_MAX];
	for (size_t i = 0; i < TT_LEN(formats); i++) {
		const int rc = tt_file_path(path, dir, formats[i].file, err);
		if (rc < 0)
			return rc;
		if (access(path, F_OK) == 0 || errno != ENOENT)
			return tt_tensors_open_file(ret, formats[i].reader, path, err);
	}
	return tt_err_set(err, TT_EIO, "'%s/%s': No such file or directory; nor is there %s", dir,
		formats[0].file, formats[1].file);
}

void tt_tensors_free(struct tt_tensors *t)
{
	if (!t)
		return;
	if (t->mapped)
		munmap((void *)t->bytes.p, t->bytes.n);
	tt_arena_done(&t->memory);
	free(t->file);
	free(t);
}

/* ---- finding ---- */

static const struct tt_tensor *find(const struct tt_tensors *t, const char *name)
{
	const struct tt_tensor key = {.name = name};
	return t->n ? bsearch(&key, t->tensors, t->n, sizeof(*t->tensors), by_name) : NULL;
}

const struct tt_tensor *tt_tensors_find(const struct tt_tensors *t, const char *name)
{
	static const struct {
		const char *now, *old;
	} norms[] = {{"LayerNorm.weight", "LayerNorm.gamma"}, {"LayerNorm.bias", "LayerNorm.beta"}};
	const struct tt_tensor *found = find(t, name);
	char other[TT_TENSOR_NAME_MAX];
	if (found || (size_t)snprintf(other, sizeof(other), "bert.%s", name) >= sizeof(other))
		return found;
	found = find(t, other);
	for (size_t i = 0; !found && i < TT_LEN(norms); i++) {
		const char *at = strstr(name, norms[i].now);
		if (!at)
			continue;
		snprintf(other, sizeof(other), "%.*s%s", (int)(at - name), name, norms[i].old);
		found = tt_tensors_find(t, other);
	}
	return found;
}

int tt_tensors_need(const struct tt_tensor **ret, const struct tt_tensors *from, const char *name,
	size_t rows, size_t cols, struct tt_err *err)
{
	const struct tt_tensor *t = tt_tensors_find(from, name);
	if (!t)
		return tt_err_set(err, TT_EPARSE, "'%s': tensor '%s' is missing", from->file, name);
	if (t->n_dims != (cols ? 2 : 1) || t->dims[0] != rows || (cols && t->dims[1] != cols)) {
		char is[64] = "";
		for (size_t i = 0, n = 0; i < t->n_dims && n < sizeof(is); i++)
			n += (size_t)snprintf(is + n, sizeof(is) - n, "%s%zu", i ? "×" : "", t->dims[i]);
		return tt_err_set(err, TT_EPARSE, "'%s': tensor '%s' is %s, config.json asks for %zu%s%.0zu",
			from->file, t->name, is, rows, cols ? "×" : "", cols);
	}
	if (t->dtype == TT_DTYPE_OTHER)
		return tt_err_set(err, TT_EPARSE,
			"'%s': tensor '%s' is of type %s; F32, F16 and BF16 are read", from->file, t->name,
			t->dtype_name);
	*ret = t;
	return TT_OK;
}
