/* torch_bin.c - see torch_bin.h. Pickles say which piece of which storage a tensor is; here the storages are
 * found. */
#include "nlp/model/torch_bin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "nlp/model/torch_pickle.h"
#include "nlp/model/torch_state.h"
#include "nlp/model/torch_zip.h"

/* What a file of before 1.6 begins with, three pickles of protocol 2: a magic number, the format's version
 * 1001, and {"protocol_version": 1001, "little_endian": True, "type_sizes": {"short": 2, "int": 4, "long":
 * 4}}. */
static const char old_start[] =
	"\x80\2\x8a\nl\xfc\x9c\x46\xf9 j\xa8P\x19."
	"\x80\2M\xe9\3."
	"\x80\2}q\0(X\x10\0\0\0protocol_versionq\1M\xe9\3X\r\0\0\0little_endianq\2\x88"
	"X\n\0\0\0type_sizesq\3}q\4(X\5\0\0\0shortq\5K\2X\3\0\0\0intq\6K\4"
	"X\4\0\0\0longq\7K\4uu.";
enum { OLD_MAGIC = 15, OLD_START = sizeof(old_start) - 1, OLD_COUNT = 8 /* bytes before a storage */ };

static int read_storage(
	struct tt_tensors *set, const struct tt_torch_tensor *from, struct tt_str storage, struct tt_err *err)
{
	struct tt_tensor *t = &set->tensors[set->n++];
	size_t want;
	*t = from->tensor;
	if (__builtin_mul_overflow(from->storage_count, from->element_bytes, &want) || want != storage.n)
		return TT_TENSOR_REFUSE(set, t, err,
			"its storage has %zu bytes, which are not %zu elements of %s: cut or damaged",
			storage.n, from->storage_count, t->dtype_name);
	t->data = (const uint8_t *)storage.p + from->first * from->element_bytes;
	t->bytes = t->count * from->element_bytes;
	return TT_OK;
}

static int no_storage(const struct tt_tensors *set, const struct tt_torch_tensor *t, struct tt_err *err)
{
	return TT_TENSOR_REFUSE(set, &t->tensor, err, "its storage '%.*s' is missing", TT_FMT(t->storage));
}

static int new_tensors(struct tt_tensors *set, size_t n, struct tt_err *err)
{
	set->tensors = tt_arena_zalloc(&set->memory, n + 1, sizeof(*set->tensors));
	return set->tensors ? TT_OK : tt_tensors_out_of_memory(set, err);
}

/* ---- a zip ---- */

/* The storage data/KEY of each tensor. */
static int read_files(struct tt_tensors *set, const struct tt_torch_zip *zip,
	const struct tt_torch_tensor *tensors, size_t n, struct tt_err *err)
{
	int rc = new_tensors(set, n, err);
	for (size_t i = 0; rc == TT_OK && i < n; i++) {
		char name[sizeof("data/") + TT_PICKLE_TEXT_MAX];
		snprintf(name, sizeof(name), "data/%.*s", TT_FMT(tensors[i].storage));
		const struct tt_torch_entry *e = tt_torch_zip_find(zip, tt_str_c(name));
		rc = e ? read_storage(set, &tensors[i], e->data, err) : no_storage(set, &tensors[i], err);
	}
	return rc;
}

static int read_zip(struct tt_tensors *set, struct tt_err *err)
{
	struct tt_torch_zip zip;
	struct tt_torch_tensor *tensors;
	size_t n;
	int rc = tt_torch_zip_read(&zip, set, err);
	if (rc < 0)
		return rc;
	const struct tt_torch_entry *pickle = tt_torch_zip_find(&zip, TT_STR("data.pkl")),
				    *order = tt_torch_zip_find(&zip, TT_STR("byteorder"));
	if (!pickle)
		return tt_err_set(err, TT_EPARSE, "'%s': a zip without data.pkl", set->file);
	if (order && !tt_str_eq(order->data, TT_STR("little")))
		return tt_err_set(err, TT_EPARSE, "'%s': entry 'byteorder' is not \"little\"", set->file);
	struct tt_str rest = pickle->data;
	if (crc32_z(0, (const Bytef *)rest.p, rest.n) != pickle->crc)
		return tt_err_set(
			err, TT_EPARSE, "'%s': entry 'data.pkl' is damaged: its CRC is another", set->file);
	rc = tt_torch_state_tensors(&tensors, &n, &rest, set, err);
	if (rc == TT_OK && rest.n)
		rc = tt_err_set(err, TT_EPARSE, "'%s': entry 'data.pkl': %zu bytes behind its end", set->file,
			rest.n);
	return rc == TT_OK ? read_files(set, &zip, tensors, n, err) : rc;
}

/* ---- a row ---- */

static int by_storage(const void *a, const void *b)
{
	return tt_str_order(
		((const struct tt_torch_tensor *)a)->storage, ((const struct tt_torch_tensor *)b)->storage);
}

/* The storages in the order of their keys, each after its number of elements; so, with the tensors in that
 * order too, each is found by going on. */
static int read_row(struct tt_tensors *set, struct tt_torch_tensor *tensors, size_t n,
	const struct tt_str *keys, size_t n_keys, struct tt_str rest, struct tt_err *err)
{
	int rc = new_tensors(set, n, err);
	size_t at = 0;
	qsort(tensors, n, sizeof(*tensors), by_storage);
	for (size_t k = 0; rc == TT_OK && k < n_keys; k++) {
		if (at == n || tt_str_order(keys[k], tensors[at].storage) < 0)
			return tt_err_set(err, TT_EPARSE, "'%s': storage '%.*s' is of no tensor", set->file,
				TT_FMT(keys[k]));
		if (tt_str_order(keys[k], tensors[at].storage) > 0)
			break;
		const uint64_t count = rest.n < OLD_COUNT ? 0 : tt_little_endian(rest.p, OLD_COUNT);
		const size_t left = rest.n < OLD_COUNT ? 0 : rest.n - OLD_COUNT;
		if (rest.n < OLD_COUNT || count > left / tensors[at].element_bytes)
			return TT_TENSOR_REFUSE(
				set, &tensors[at].tensor, err, "its storage is not whole: the file is cut");
		const struct tt_str storage = {rest.p + OLD_COUNT, count * tensors[at].element_bytes};
		for (; rc == TT_OK && at < n && tt_str_eq(tensors[at].storage, keys[k]); at++)
			rc = read_storage(set, &tensors[at], storage, err);
		rest = (struct tt_str){storage.p + storage.n, left - storage.n};
	}
	if (rc == TT_OK && at < n)
		rc = no_storage(set, &tensors[at], err);
	if (rc == TT_OK && rest.n)
		rc = tt_err_set(err, TT_EPARSE, "'%s': %zu bytes behind the last storage", set->file, rest.n);
	return rc;
}

static int read_old(struct tt_tensors *set, struct tt_err *err)
{
	struct tt_torch_tensor *tensors;
	struct tt_str *keys;
	size_t n, n_keys;
	if (set->bytes.n < OLD_START || memcmp(set->bytes.p, old_start, OLD_START) != 0)
		return tt_err_set(err, TT_EPARSE,
			"'%s': the start is not that of a file of torch.save on a little-endian machine",
			set->file);
	struct tt_str rest = {set->bytes.p + OLD_START, set->bytes.n - OLD_START};
	int rc = tt_torch_state_tensors(&tensors, &n, &rest, set, err);
	if (rc == TT_OK)
		rc = tt_torch_state_keys(&keys, &n_keys, &rest, set, err);
	return rc == TT_OK ? read_row(set, tensors, n, keys, n_keys, rest, err) : rc;
}

int tt_torch_bin_read(struct tt_tensors *set, struct tt_err *err)
{
	const bool old = tt_str_starts(set->bytes, (struct tt_str){old_start, OLD_MAGIC});
	return old ? read_old(set, err) : read_zip(set, err);
}
