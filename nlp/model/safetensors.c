/* safetensors.c - see safetensors.h. */
#include "nlp/model/safetensors.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

struct tt_safetensors {
	char *name;
	struct tt_str bytes;
	bool mapped;
	json_t *header; /* owns the tensors' names */
	struct tt_tensor *tensors;
	size_t n;
};

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

void tt_safetensors_free(struct tt_safetensors *st)
{
	if (!st)
		return;
	if (st->mapped)
		munmap((void *)st->bytes.p, st->bytes.n);
	json_decref(st->header);
	free(st->tensors);
	free(st->name);
	free(st);
}

/* What a tensor's entry is refused with; `what` and the rest are a printf format. */
#define REFUSE(st, t, err, ...)                                                                              \
	tt_err_prefix((err), tt_err_set((err), TT_EPARSE, __VA_ARGS__), "'%s': tensor '%.100s'", (st)->name, \
		(t)->name)

static int read_dtype(const struct tt_safetensors *st, struct tt_tensor *t, json_t *entry, size_t *ret_size,
	struct tt_err *err)
{
	t->dtype_name = json_string_value(json_object_get(entry, "dtype"));
	if (!t->dtype_name)
		return REFUSE(st, t, err, "no dtype");
	for (size_t i = 0; i < TT_LEN(dtypes); i++)
		if (strcmp(dtypes[i].name, t->dtype_name) == 0) {
			t->dtype = dtypes[i].dtype;
			*ret_size = dtypes[i].bytes;
			return TT_OK;
		}
	return REFUSE(st, t, err, "unknown dtype '%.40s'", t->dtype_name);
}

static int read_shape(const struct tt_safetensors *st, struct tt_tensor *t, json_t *entry, struct tt_err *err)
{
	json_t *shape = json_object_get(entry, "shape");
	if (!json_is_array(shape))
		return REFUSE(st, t, err, "no shape");
	t->n_dims = json_array_size(shape);
	if (t->n_dims > TT_SAFETENSORS_DIMS_MAX)
		return REFUSE(st, t, err, "%zu dimensions, at most %d are read", t->n_dims,
			TT_SAFETENSORS_DIMS_MAX);
	t->count = 1;
	for (size_t i = 0; i < t->n_dims; i++) {
		json_t *dim = json_array_get(shape, i);
		if (!json_is_integer(dim) || json_integer_value(dim) < 0)
			return REFUSE(st, t, err, "shape: dimension %zu is not a count", i);
		t->dims[i] = (size_t)json_integer_value(dim);
		if (__builtin_mul_overflow(t->count, t->dims[i], &t->count))
			return REFUSE(st, t, err, "shape: more elements than can be counted");
	}
	return TT_OK;
}

static int read_place(const struct tt_safetensors *st, struct tt_tensor *t, json_t *entry, struct tt_str data,
	size_t elem_bytes, struct tt_err *err)
{
	json_t *range = json_object_get(entry, "data_offsets");
	json_t *from = json_array_get(range, 0), *to = json_array_get(range, 1);
	if (json_array_size(range) != 2 || !json_is_integer(from) || !json_is_integer(to))
		return REFUSE(st, t, err, "no data_offsets of two numbers");
	json_int_t begin = json_integer_value(from), end = json_integer_value(to);
	if (begin < 0 || end < begin)
		return REFUSE(st, t, err, "data_offsets [%" PRId64 ", %" PRId64 "] are not a range",
			(int64_t)begin, (int64_t)end);
	if ((uint64_t)end > data.n)
		return REFUSE(st, t, err,
			"ends at byte %" PRId64 " of the data, which has %zu: the file is cut or damaged",
			(int64_t)end, data.n);
	size_t want;
	t->bytes = (size_t)(end - begin);
	if (__builtin_mul_overflow(t->count, elem_bytes, &want) || want != t->bytes)
		return REFUSE(st, t, err, "%zu bytes, but its shape has %zu elements of %s", t->bytes,
			t->count, t->dtype_name);
	t->data = (const uint8_t *)data.p + begin;
	return TT_OK;
}

static int by_place(const void *a, const void *b)
{
	const struct tt_tensor *x = a, *y = b;
	if (x->data != y->data)
		return x->data < y->data ? -1 : 1;
	return (x->bytes > y->bytes) - (x->bytes < y->bytes); /* empty ones first */
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct tt_tensor *)a)->name, ((const struct tt_tensor *)b)->name);
}

/* The tensors must cover the data exactly: what no tensor claims, or two do, is damage. */
static int check_cover(struct tt_safetensors *st, struct tt_str data, struct tt_err *err)
{
	const uint8_t *at = (const uint8_t *)data.p, *end = at + data.n;
	qsort(st->tensors, st->n, sizeof(*st->tensors), by_place);
	for (size_t i = 0; i < st->n; i++) {
		const struct tt_tensor *t = &st->tensors[i];
		if (t->data < at)
			return REFUSE(st, t, err, "overlaps tensor '%.100s'", st->tensors[i - 1].name);
		if (t->data > at)
			return REFUSE(st, t, err, "%zu bytes before it belong to no tensor",
				(size_t)(t->data - at));
		at = t->data + t->bytes;
	}
	if (at != end)
		return tt_err_set(err, TT_EPARSE, "'%s': the last %zu bytes belong to no tensor", st->name,
			(size_t)(end - at));
	return TT_OK;
}

static int read_tensors(struct tt_safetensors *st, struct tt_str data, struct tt_err *err)
{
	const char *key;
	json_t *entry;
	st->tensors = calloc(json_object_size(st->header) + 1, sizeof(*st->tensors));
	if (!st->tensors)
		return tt_err_set(err, TT_ENOMEM, "'%s': out of memory", st->name);
	json_object_foreach(st->header, key, entry)
	{
		size_t elem_bytes = 0;
		struct tt_tensor *t = &st->tensors[st->n];
		if (strcmp(key, "__metadata__") == 0)
			continue;
		t->name = key;
		int rc = read_dtype(st, t, entry, &elem_bytes, err);
		if (rc == TT_OK)
			rc = read_shape(st, t, entry, err);
		if (rc == TT_OK)
			rc = read_place(st, t, entry, data, elem_bytes, err);
		if (rc < 0)
			return rc;
		st->n++;
	}
	int rc = check_cover(st, data, err);
	if (rc == TT_OK)
		qsort(st->tensors, st->n, sizeof(*st->tensors), by_name);
	return rc;
}

static int read_header(struct tt_safetensors *st, struct tt_err *err)
{
	const struct tt_str file = st->bytes;
	uint64_t n = 0;
	if (file.n < 8)
		return tt_err_set(err, TT_EPARSE, "'%s': %zu bytes, too short for a safetensors file",
			st->name, file.n);
	for (int i = 7; i >= 0; i--)
		n = n << 8 | (uint8_t)file.p[i];
	if (n > TT_SAFETENSORS_HEADER_MAX)
		return tt_err_set(err, TT_ELIMIT,
			"'%s': header of %" PRIu64 " bytes, at most %d are read: no safetensors file?",
			st->name, n, TT_SAFETENSORS_HEADER_MAX);
	if (n > file.n - 8)
		return tt_err_set(err, TT_EPARSE,
			"'%s': header of %" PRIu64 " bytes in a file of %zu: the file is cut", st->name, n,
			file.n);
	json_error_t why;
	st->header = json_loadb(file.p + 8, (size_t)n, JSON_REJECT_DUPLICATES, &why);
	if (!st->header && json_error_code(&why) == json_error_out_of_memory)
		return tt_err_set(err, TT_ENOMEM, "'%s': out of memory", st->name);
	if (!st->header)
		return tt_err_set(
			err, TT_EPARSE, "'%s': header, byte %d: %s", st->name, why.position, why.text);
	if (!json_is_object(st->header))
		return tt_err_set(err, TT_EPARSE, "'%s': the header is not a JSON object", st->name);
	return read_tensors(st, (struct tt_str){file.p + 8 + n, file.n - 8 - (size_t)n}, err);
}

int tt_safetensors_parse(
	struct tt_safetensors **ret, struct tt_str bytes, const char *name, struct tt_err *err)
{
	struct tt_safetensors *st = calloc(1, sizeof(*st));
	int rc;
	if (!st || !(st->name = strdup(name))) {
		rc = tt_err_set(err, TT_ENOMEM, "'%s': out of memory", name);
		goto out;
	}
	st->bytes = bytes;
	rc = read_header(st, err);
	if (rc < 0)
		goto out;
	*ret = st;
	st = NULL;
out:
	tt_safetensors_free(st);
	return rc;
}

int tt_safetensors_open(struct tt_safetensors **ret, const char *path, struct tt_err *err)
{
	struct stat s;
	void *map = NULL;
	size_t n = 0;
	int rc, fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &s) != 0) {
		rc = tt_err_set(err, TT_EIO, "'%s': %s", path, strerror(errno));
		goto out;
	}
	if (!S_ISREG(s.st_mode)) {
		rc = tt_err_set(err, TT_EIO, "'%s': not a regular file", path);
		goto out;
	}
	n = (size_t)s.st_size;
	map = n ? mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0) : NULL;
	if (map == MAP_FAILED) {
		map = NULL;
		rc = tt_err_set(err, TT_EIO, "'%s': cannot be mapped: %s", path, strerror(errno));
		goto out;
	}
	rc = tt_safetensors_parse(ret, (struct tt_str){map, n}, path, err);
	if (rc < 0)
		goto out;
	(*ret)->mapped = map != NULL;
	map = NULL;
out:
	if (map)
		munmap(map, n);
	if (fd >= 0)
		close(fd);
	return rc;
}

const char *tt_safetensors_name(const struct tt_safetensors *st)
{
	return st->name;
}

struct tt_str tt_safetensors_bytes(const struct tt_safetensors *st)
{
	return st->bytes;
}

const struct tt_tensor *tt_safetensors_find(const struct tt_safetensors *st, const char *name)
{
	const struct tt_tensor key = {.name = name};
	return bsearch(&key, st->tensors, st->n, sizeof(*st->tensors), by_name);
}

const struct tt_tensor *tt_safetensors_all(const struct tt_safetensors *st, size_t *ret_n)
{
	*ret_n = st->n;
	return st->tensors;
}
