/* safetensors.c - see safetensors.h. */
#include "nlp/model/safetensors.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#define REFUSE TT_TENSOR_REFUSE

static int read_dtype(const struct tt_tensors *set, struct tt_tensor *t, json_t *entry, size_t *ret_size,
	struct tt_err *err)
{
	const char *dtype = json_string_value(json_object_get(entry, "dtype"));
	if (!dtype)
		return REFUSE(set, t, err, "no dtype");
	*ret_size = tt_tensor_set_dtype(t, dtype);
	return *ret_size ? TT_OK : REFUSE(set, t, err, "unknown dtype '%.40s'", dtype);
}

static int read_shape(const struct tt_tensors *set, struct tt_tensor *t, json_t *entry, struct tt_err *err)
{
	json_t *shape = json_object_get(entry, "shape");
	if (!json_is_array(shape))
		return REFUSE(set, t, err, "no shape");
	t->n_dims = json_array_size(shape);
	if (t->n_dims > TT_TENSOR_DIMS_MAX)
		return REFUSE(
			set, t, err, "%zu dimensions, at most %d are read", t->n_dims, TT_TENSOR_DIMS_MAX);
	for (size_t i = 0; i < t->n_dims; i++) {
		json_t *dim = json_array_get(shape, i);
		if (!json_is_integer(dim) || json_integer_value(dim) < 0)
			return REFUSE(set, t, err, "shape: dimension %zu is not a count", i);
		t->dims[i] = (size_t)json_integer_value(dim);
	}
	return tt_tensor_set_count(t) ? TT_OK
				      : REFUSE(set, t, err, "shape: more elements than can be counted");
}

static int read_place(const struct tt_tensors *set, struct tt_tensor *t, json_t *entry, struct tt_str data,
	size_t elem_bytes, struct tt_err *err)
{
	json_t *range = json_object_get(entry, "data_offsets");
	json_t *from = json_array_get(range, 0), *to = json_array_get(range, 1);
	if (json_array_size(range) != 2 || !json_is_integer(from) || !json_is_integer(to))
		return REFUSE(set, t, err, "no data_offsets of two numbers");
	json_int_t begin = json_integer_value(from), end = json_integer_value(to);
	if (begin < 0 || end < begin)
		return REFUSE(set, t, err, "data_offsets [%" PRId64 ", %" PRId64 "] are not a range",
			(int64_t)begin, (int64_t)end);
	if ((uint64_t)end > data.n)
		return REFUSE(set, t, err,
			"ends at byte %" PRId64 " of the data, which has %zu: the file is cut or damaged",
			(int64_t)end, data.n);
	size_t want;
	t->bytes = (size_t)(end - begin);
	if (__builtin_mul_overflow(t->count, elem_bytes, &want) || want != t->bytes)
		return REFUSE(set, t, err, "%zu bytes, but its shape has %zu elements of %s", t->bytes,
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

/* The tensors must cover the data exactly: what no tensor claims, or two do, is damage. */
static int check_cover(struct tt_tensors *set, struct tt_str data, struct tt_err *err)
{
	const uint8_t *at = (const uint8_t *)data.p, *end = at + data.n;
	qsort(set->tensors, set->n, sizeof(*set->tensors), by_place);
	for (size_t i = 0; i < set->n; i++) {
		const struct tt_tensor *t = &set->tensors[i];
		if (t->data < at)
			return REFUSE(set, t, err, "overlaps tensor '%.100s'", set->tensors[i - 1].name);
		if (t->data > at)
			return REFUSE(set, t, err, "%zu bytes before it belong to no tensor",
				(size_t)(t->data - at));
		at = t->data + t->bytes;
	}
	if (at != end)
		return tt_err_set(err, TT_EPARSE, "'%s': the last %zu bytes belong to no tensor", set->file,
			(size_t)(end - at));
	return TT_OK;
}

static int read_tensors(struct tt_tensors *set, json_t *header, struct tt_str data, struct tt_err *err)
{
	const char *key;
	json_t *entry;
	set->tensors = tt_arena_zalloc(&set->memory, json_object_size(header) + 1, sizeof(*set->tensors));
	if (!set->tensors)
		return tt_tensors_out_of_memory(set, err);
	json_object_foreach(header, key, entry)
	{
		size_t elem_bytes = 0;
		struct tt_tensor *t = &set->tensors[set->n];
		if (strcmp(key, "__metadata__") == 0)
			continue;
		t->name = tt_arena_str(&set->memory, tt_str_c(key)).p;
		if (!t->name)
			return tt_tensors_out_of_memory(set, err);
		int rc = read_dtype(set, t, entry, &elem_bytes, err);
		if (rc == TT_OK)
			rc = read_shape(set, t, entry, err);
		if (rc == TT_OK)
			rc = read_place(set, t, entry, data, elem_bytes, err);
		if (rc < 0)
			return rc;
		set->n++;
	}
	return check_cover(set, data, err);
}

int tt_safetensors_read(struct tt_tensors *set, struct tt_err *err)
{
	const struct tt_str file = set->bytes;
	if (file.n < 8)
		return tt_err_set(err, TT_EPARSE, "'%s': %zu bytes, too short for a safetensors file",
			set->file, file.n);
	const uint64_t n = tt_little_endian(file.p, 8);
	if (n > TT_SAFETENSORS_HEADER_MAX)
		return tt_err_set(err, TT_ELIMIT,
			"'%s': header of %" PRIu64 " bytes, at most %d are read: no safetensors file?",
			set->file, n, TT_SAFETENSORS_HEADER_MAX);
	if (n > file.n - 8)
		return tt_err_set(err, TT_EPARSE,
			"'%s': header of %" PRIu64 " bytes in a file of %zu: the file is cut", set->file, n,
			file.n);
	json_error_t why;
	json_t *header = json_loadb(file.p + 8, (size_t)n, JSON_REJECT_DUPLICATES, &why);
	int rc;
	if (!header && json_error_code(&why) == json_error_out_of_memory)
		rc = tt_tensors_out_of_memory(set, err);
	else if (!header)
		rc = tt_err_set(
			err, TT_EPARSE, "'%s': header, byte %d: %s", set->file, why.position, why.text);
	else if (!json_is_object(header))
		rc = tt_err_set(err, TT_EPARSE, "'%s': the header is not a JSON object", set->file);
	else
		rc = read_tensors(set, header, (struct tt_str){file.p + 8 + n, file.n - 8 - (size_t)n}, err);
	json_decref(header);
	return rc;
}
