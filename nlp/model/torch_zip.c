/* torch_zip.c - see torch_zip.h. The end record leads to the directory, which is the truth about the entries;
 * an entry's own header says only where its data begins. */
#include "nlp/model/torch_zip.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

enum {
	END_BYTES = 22,
	LOCATOR_BYTES = 20, /* of zip64, before the end record */
	END64_BYTES = 56,
	HEAD_BYTES = 30,      /* of an entry, before its name */
	DIRECTORY_BYTES = 46, /* likewise, in the directory */
	FLAG_DESCRIPTOR = 8,  /* sizes are behind the data: torch's way */
	FLAG_UTF8 = 1 << 11,
	ALL_ONES_16 = 0xffff, /* the number is in zip64's part */
};
static const uint32_t all_ones_32 = 0xffffffff;

/* The directory: n entries in `bytes`, which begin at `at`. */
struct directory {
	uint64_t n, bytes, at;
};

static uint64_t number(struct tt_str s, size_t at, size_t bytes)
{
	return tt_little_endian(s.p + at, bytes);
}

static bool is(struct tt_str s, size_t at, size_t bytes, const char *signature)
{
	return at <= s.n && s.n - at >= bytes && memcmp(s.p + at, signature, 4) == 0;
}

static int refuse(const struct tt_tensors *set, struct tt_err *err, const char *what)
{
	return tt_err_set(err, TT_EPARSE, "'%s': %s", set->file, what);
}

#define REFUSE_ENTRY(set, name, err, ...)                                                                    \
	tt_err_prefix((err), tt_err_set((err), TT_EPARSE, __VA_ARGS__), "'%s': entry '%.*s'", (set)->file,   \
		(int)((name).n < 100 ? (name).n : 100), (name).p)

static int find_directory(struct directory *ret, const struct tt_tensors *set, struct tt_err *err)
{
	const struct tt_str f = set->bytes;
	if (f.n < END_BYTES || !is(f, f.n - END_BYTES, END_BYTES, "PK\5\6"))
		return refuse(set, err, "does not end as a file of torch.save: it is cut, or something else");
	size_t end = f.n - END_BYTES;
	struct directory d = {number(f, end + 10, 2), number(f, end + 12, 4), number(f, end + 16, 4)};
	const size_t locator = end < LOCATOR_BYTES ? end : end - LOCATOR_BYTES;
	const bool wide = is(f, locator, LOCATOR_BYTES, "PK\6\7");
	if (number(f, end + 4, 4) != 0 || number(f, end + 20, 2) != 0 || number(f, end + 8, 2) != d.n ||
		(wide && (number(f, locator + 4, 4) != 0 || number(f, locator + 16, 4) > 1)))
		return refuse(set, err, "the end record is damaged, or of several disks");
	if (wide) {
		const uint64_t at = number(f, locator + 8, 8);
		if (at > end || !is(f, at, END64_BYTES, "PK\6\6"))
			return refuse(set, err, "zip64's end record is not where it should be");
		end = at;
		d = (struct directory){
			number(f, end + 32, 8), number(f, end + 40, 8), number(f, end + 48, 8)};
	} else if (d.n == ALL_ONES_16 || d.bytes == all_ones_32 || d.at == all_ones_32)
		return refuse(set, err, "zip64's end record is missing");
	if (d.at > end || d.bytes != end - d.at)
		return refuse(set, err, "the directory does not end where the end record begins: damaged");
	if (d.n > d.bytes / DIRECTORY_BYTES)
		return refuse(set, err, "more entries than the directory has room for");
	*ret = d;
	return TT_OK;
}

/* FOLDER/PART or FOLDER/PART/PART..., of plain parts. */
static bool is_safe(struct tt_str name)
{
	size_t parts = 0;
	for (struct tt_str rest = name; rest.p; parts++) {
		const struct tt_str part = tt_str_split(&rest, '/');
		if (!part.n || tt_str_eq(part, TT_STR(".")) || tt_str_eq(part, TT_STR("..")))
			return false;
	}
	for (size_t i = 0; i < name.n; i++)
		if ((unsigned char)name.p[i] < ' ' || name.p[i] == '\\')
			return false;
	return parts > 1 && tt_utf8_valid(name);
}

/* zip64: those of size, packed size and place that do not fit stand in an extra field, in this order. */
static bool read_wide(struct tt_str extra, uint64_t *const numbers[3])
{
	bool wide = false;
	for (int i = 0; i < 3; i++)
		wide = wide || *numbers[i] == all_ones_32;
	for (size_t at = 0; wide && extra.n - at >= 4;) {
		const uint64_t id = number(extra, at, 2), n = number(extra, at + 2, 2);
		at += 4;
		if (n > extra.n - at)
			return false;
		if (id != 1) {
			at += n;
			continue;
		}
		const size_t end = at + n;
		for (int i = 0; i < 3; i++)
			if (*numbers[i] == all_ones_32) {
				if (end - at < 8)
					return false;
				*numbers[i] = number(extra, at, 8);
				at += 8;
			}
		return true;
	}
	return !wide;
}

/* The entry that the directory describes at *at, which moves on; files end where the directory begins. */
static int read_entry(struct tt_torch_entry *e, const struct tt_tensors *set, const struct directory *d,
	size_t *at, struct tt_err *err)
{
	const struct tt_str f = set->bytes;
	const size_t end = d->at + d->bytes, p = *at;
	if (!is((struct tt_str){f.p, end}, p, DIRECTORY_BYTES, "PK\1\2"))
		return tt_err_set(
			err, TT_EPARSE, "'%s': byte %zu: no entry of the directory: damaged", set->file, p);
	const uint64_t flags = number(f, p + 8, 2), method = number(f, p + 10, 2);
	uint64_t packed = number(f, p + 20, 4), size = number(f, p + 24, 4), head = number(f, p + 42, 4);
	const size_t name_n = number(f, p + 28, 2), extra_n = number(f, p + 30, 2),
		     comment_n = number(f, p + 32, 2);
	if (end - p - DIRECTORY_BYTES < name_n + extra_n + comment_n)
		return tt_err_set(err, TT_EPARSE, "'%s': byte %zu: the directory is cut", set->file, p);
	const struct tt_str name = {f.p + p + DIRECTORY_BYTES, name_n};
	*at = p + DIRECTORY_BYTES + name_n + extra_n + comment_n;
	if (!is_safe(name))
		return tt_err_set(
			err, TT_EPARSE, "'%s': byte %zu: an entry's name is not FOLDER/FILE", set->file, p);
	if (flags & ~(uint64_t)(FLAG_DESCRIPTOR | FLAG_UTF8))
		return REFUSE_ENTRY(
			set, name, err, "encrypted, or otherwise unusual (flags 0x%" PRIx64 ")", flags);
	if (method != 0)
		return REFUSE_ENTRY(set, name, err,
			"compressed (method %" PRIu64 "), which torch.save does not do", method);
	if (!read_wide((struct tt_str){name.p + name_n, extra_n}, (uint64_t *[]){&size, &packed, &head}))
		return REFUSE_ENTRY(set, name, err, "zip64's part is damaged");
	if (size != packed)
		return REFUSE_ENTRY(set, name, err, "is stored, but has two sizes");
	if (head > d->at || !is((struct tt_str){f.p, d->at}, head, HEAD_BYTES, "PK\3\4"))
		return REFUSE_ENTRY(set, name, err, "no header at byte %" PRIu64, head);
	const struct tt_str files = {f.p, d->at};
	const size_t data = head + HEAD_BYTES + number(f, head + 26, 2) + number(f, head + 28, 2);
	if (data > files.n || size > files.n - data)
		return REFUSE_ENTRY(set, name, err,
			"%" PRIu64
			" bytes from byte %zu on, but the directory begins at %zu: the file is cut "
			"or damaged",
			size, data, files.n);
	if (!tt_str_eq((struct tt_str){f.p + head + HEAD_BYTES, number(f, head + 26, 2)}, name))
		return REFUSE_ENTRY(set, name, err, "has another name in its header");
	*e = (struct tt_torch_entry){
		name, {f.p + data, (size_t)size}, (uint32_t)number(f, p + 16, 4), (size_t)head};
	return TT_OK;
}

static int by_place(const void *a, const void *b)
{
	const struct tt_torch_entry *x = a, *y = b;
	return (x->at > y->at) - (x->at < y->at);
}

static int by_name(const void *a, const void *b)
{
	const struct tt_torch_entry *x = a, *y = b;
	return tt_str_order(x->name, y->name);
}

/* Entries must follow each other, be of one folder, and each be there once. Their names lose the folder. */
static int check_entries(struct tt_torch_zip *zip, const struct tt_tensors *set, struct tt_err *err)
{
	struct tt_torch_entry *e = zip->entries;
	qsort(e, zip->n, sizeof(*e), by_place);
	for (size_t i = 1; i < zip->n; i++)
		if (e[i - 1].data.p + e[i - 1].data.n > set->bytes.p + e[i].at)
			return REFUSE_ENTRY(
				set, e[i].name, err, "overlaps entry '%.*s'", TT_FMT(e[i - 1].name));
	qsort(e, zip->n, sizeof(*e), by_name);
	for (size_t i = 1; i < zip->n; i++)
		if (tt_str_eq(e[i - 1].name, e[i].name))
			return REFUSE_ENTRY(set, e[i].name, err, "is there twice");
	for (size_t i = 0, folder = 0; i < zip->n; i++) {
		if (i == 0)
			folder = (size_t)((const char *)memchr(e->name.p, '/', e->name.n) - e->name.p) + 1;
		else if (!tt_str_starts(e[i].name, (struct tt_str){e->name.p - folder, folder}))
			return REFUSE_ENTRY(set, e[i].name, err, "is in another folder than the rest");
		e[i].name.p += folder;
		e[i].name.n -= folder;
	}
	return TT_OK;
}

int tt_torch_zip_read(struct tt_torch_zip *ret, struct tt_tensors *set, struct tt_err *err)
{
	struct directory d = {0};
	int rc = find_directory(&d, set, err);
	if (rc < 0)
		return rc;
	struct tt_torch_zip zip = {tt_arena_zalloc(&set->memory, (size_t)d.n + 1, sizeof(*zip.entries)), 0};
	if (!zip.entries)
		return tt_tensors_out_of_memory(set, err);
	for (size_t at = d.at; rc == TT_OK && at < d.at + d.bytes; zip.n++)
		rc = zip.n < d.n ? read_entry(&zip.entries[zip.n], set, &d, &at, err)
				 : refuse(set, err, "more entries in the directory than the end record says");
	if (rc == TT_OK && zip.n < d.n)
		rc = refuse(set, err, "fewer entries in the directory than the end record says");
	if (rc == TT_OK)
		rc = check_entries(&zip, set, err);
	if (rc == TT_OK)
		*ret = zip;
	return rc;
}

const struct tt_torch_entry *tt_torch_zip_find(const struct tt_torch_zip *zip, struct tt_str name)
{
	const struct tt_torch_entry key = {.name = name};
	return bsearch(&key, zip->entries, zip->n, sizeof(*zip->entries), by_name);
}
