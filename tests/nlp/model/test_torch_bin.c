/* test_torch_bin.c - a pytorch_model.bin in finbert's layout answers as PyTorch does, in each of its forms;
 * what is cut, changed or led astray in its container is refused by name; memory running out leaves nothing
 * behind. The pickles are test_torch_pickle.c's. */
#include "tests/tt_test.h"

#include <limits.h>

#include "common/buf.h"
#include "nlp/model/torch_bin.h"
#include "tests/fault.h"
#include "tests/nlp/model/rows.h"

#define TORCH_BIN "tests/nlp/model/torch_bin/"
#define NAME      "pytorch_model.bin"

static const char *const forms[] = {NAME, "row.bin", "protocol4.bin"};

static struct tt_buf read_whole(const char *form)
{
	char rel[128], part[4096];
	struct tt_buf b;
	snprintf(rel, sizeof(rel), TORCH_BIN "%s", form);
	FILE *f = fopen(tt_source_path(rel), "rb");
	TT_TRUE(f != NULL);
	tt_buf_init(&b, 1 << 20);
	for (size_t n; (n = fread(part, 1, sizeof(part), f)) > 0;)
		tt_buf_add(&b, part, n);
	fclose(f);
	return b;
}

/* A model folder with that form of the tensors, removed again. */
static struct tt_model *open_form(const char *form)
{
	const char *const from[] = {form, "config.json"}, *const to[] = {NAME, "config.json"};
	char folder[] = "/tmp/tt_torch_bin_XXXXXX", path[2][128];
	struct tt_model *m = NULL;
	struct tt_err err = {0};
	TT_TRUE(mkdtemp(folder) != NULL);
	for (int i = 0; i < 2; i++) {
		char rel[128], target[PATH_MAX];
		snprintf(rel, sizeof(rel), TORCH_BIN "%s", from[i]);
		snprintf(path[i], sizeof(path[i]), "%s/%s", folder, to[i]);
		TT_TRUE(realpath(tt_source_path(rel), target) && symlink(target, path[i]) == 0);
	}
	if (tt_model_open(&m, folder, TT_USE_FP32, &err) < 0)
		fail_msg("%s: %s", form, err.msg);
	for (int i = 0; i < 2; i++)
		unlink(path[i]);
	rmdir(folder);
	return m;
}

TT_TEST(answers_as_pytorch)
{
	static struct row rows[ROWS_MAX];
	const size_t n = rows_read("../torch_bin", rows);
	for (size_t f = 0; f < TT_LEN(forms); f++) {
		struct tt_buf bytes = read_whole(forms[f]);
		struct tt_model *m = open_form(forms[f]);
		struct tt_classifier *c;
		const struct tt_model_facts *facts = tt_model_facts(m);
		TT_EQ(tt_classifier_new(&c, m, 0, NULL), TT_OK);
		for (size_t i = 0; i < n; i++) {
			struct tt_sequence seq = row_sequence(&rows[i]);
			TT_EQ(tt_classify(c, &seq, 1, NULL), TT_OK);
			for (int label = 0; label < TT_LABELS; label++)
				TT_NEAR_ROW((long)i, seq.logits[label], rows[i].item[label], 1e-4);
		}
		/* embeddings, a layer, pooler and classifier */
		TT_EQ(facts->parameters,
			(20 + 16 + 2 + 2) * 8 + 4 * 72 + 8 * 12 + 12 + 12 * 8 + 8 + 32 + 72 + 27);
		TT_TRUE(tt_id_eq(facts->hash, TT_ID(tt_buf_view(&bytes))));
		TT_TRUE(!facts->entity_head);
		tt_classifier_free(c);
		tt_model_free(m);
		tt_buf_done(&bytes);
	}
}

static int parse(struct tt_str file, struct tt_err *err)
{
	struct tt_tensors *t;
	char *bytes = malloc(file.n + 1); /* of its own, so that a sanitizer sees its end */
	int rc = TT_ENOMEM;
	if (bytes) {
		memcpy(bytes, file.p, file.n);
		rc = tt_tensors_parse(&t, tt_torch_bin_read, (struct tt_str){bytes, file.n}, "m", err);
	}
	if (rc == TT_OK)
		tt_tensors_free(t);
	free(bytes);
	return rc;
}

/* position_ids too are read, and of no type that a model can use. */
TT_TEST(all_tensors)
{
	for (size_t f = 0; f < TT_LEN(forms); f++) {
		struct tt_buf bytes = read_whole(forms[f]);
		struct tt_tensors *t;
		TT_EQ(tt_tensors_parse(&t, tt_torch_bin_read, tt_buf_view(&bytes), "m", NULL), TT_OK);
		const struct tt_tensor *ids = tt_tensors_find(t, "embeddings.position_ids"),
				       *bias = tt_tensors_find(t, "classifier.bias");
		TT_EQ_ROW((long)f, t->n, f == 2 ? 25 : 26);
		TT_TRUE(!ids == (f == 2));
		if (ids) {
			TT_EQ(ids->dtype, TT_DTYPE_OTHER);
			TT_STR_EQ(tt_str_c(ids->dtype_name), TT_STR("I64"));
			TT_EQ(ids->bytes, 128);
			TT_EQ(ids->data[8 * 15], 15);
		}
		TT_EQ(bias->dtype, TT_F32);
		TT_EQ(bias->bytes, 12);
		TT_EQ(tt_tensors_find(t, "pooler.dense.bias")->dtype, f == 2 ? TT_F16 : TT_F32);
		tt_tensors_free(t);
		tt_buf_done(&bytes);
	}
}

TT_TEST(cuts)
{
	for (size_t f = 0; f < TT_LEN(forms); f++) {
		struct tt_buf bytes = read_whole(forms[f]);
		for (size_t n = 0; n < bytes.n; n++)
			TT_EQ_ROW((long)n, parse((struct tt_str){bytes.p, n}, NULL), TT_EPARSE);
		tt_buf_add(&bytes, "", 1);
		TT_EQ(parse(tt_buf_view(&bytes), NULL), TT_EPARSE);
		tt_buf_done(&bytes);
	}
}

/* ---- damage ---- */

/* Replaces `from` by `to`, of the same length, wherever it stands; returns how often. */
static int replace(struct tt_buf *b, struct tt_str from, struct tt_str to)
{
	int found = 0;
	TT_EQ(from.n, to.n);
	for (char *at = b->p; (at = memmem(at, b->n - (size_t)(at - b->p), from.p, from.n));
		at += from.n, found++)
		memcpy(at, to.p, to.n);
	return found;
}

#define S(text)                                                                                              \
	{                                                                                                    \
		"" text, sizeof(text) - 1                                                                    \
	}

TT_TEST(changed_bytes)
{
	static const struct {
		int form;
		struct tt_str from, to;
		int times;
		const char *want;
	} rows[] = {
		{0, S("pooler.dense.weight"), S("pooler.dense.weighs"), 1,
			"'m': entry 'data.pkl' is damaged: its CRC is another"},
		{0, S("pytorch_model/data.pkl"), S("pytorch_model/../a.pkl"), 2,
			"'m': byte 11768: an entry's name is not FOLDER/FILE"},
		{0, S("pytorch_model/data.pkl"), S("pytorch_model//ata.pkl"), 2,
			"'m': byte 11768: an entry's name is not FOLDER/FILE"},
		{0, S("pytorch_model/data.pkl"), S("/ytorch_model/data.pkl"), 2,
			"'m': byte 11768: an entry's name is not FOLDER/FILE"},
		{0, S("pytorch_model/data.pkl"), S("pytorch_model\\data.pkl"), 2,
			"'m': byte 11768: an entry's name is not FOLDER/FILE"},
		{0, S("pytorch_model/data.pkl"), S("pytorch_model/data.p\xffl"), 2,
			"'m': byte 11768: an entry's name is not FOLDER/FILE"},
		{0, S("pytorch_model/data/11"), S("pytorch_model/data/12"), 2,
			"'m': entry 'pytorch_model/data/12': is there twice"},
		{0, S("pytorch_model/data/11"), S("pytorch_model/data/99"), 2,
			"'m': tensor 'bert.encoder.layer.0.attention.output.dense.weight': its storage '11' "
			"is "
			"missing"},
		{0, S("pytorch_model/data/11"), S("pytorch_modem/data/11"), 2,
			"'m': entry 'pytorch_modem/data/11': is in another folder than the rest"},
		{0, S("pytorch_model/data.pkl"), S("pytorch_model/data.pki"), 2,
			"'m': a zip without data.pkl"},
		{0, S("little"), S("bigend"), 1, "'m': entry 'byteorder' is not \"little\""},
		{0, S("PK\6\6"), S("PK\6\5"), 1, "'m': zip64's end record is not where it should be"},
		{0, S("PK\6\7\0\0\0\0"), S("PK\6\7\0\0\0\1"), 1,
			"'m': the end record is damaged, or of several disks"},
		{0, S("PK\6\7"), S("PK\6\6"), 1,
			"'m': the directory does not end where the end record begins: damaged"},
		{0, S("PK\1\2"), S("PK\1\3"), 32, "'m': byte 11768: no entry of the directory: damaged"},
		{0, S("PK\3\4"), S("PK\3\3"), 32, "'m': entry 'pytorch_model/data.pkl': no header at byte 0"},
		{0, S("PK\5\6"), S("PK\5\5"), 1,
			"'m': does not end as a file of torch.save: it is cut, or something else"},
		{0, S("PK\5\6\0\0"), S("PK\5\6\1\0"), 1,
			"'m': the end record is damaged, or of several disks"},
		{1, S("little_endian"), S("litter_endian"), 1,
			"'m': the start is not that of a file of torch.save on a little-endian machine"},
		{1, S("classifier.bias"), S("classifier.bi\xffs"), 1,
			"'m': pickle, byte 2816: a text that is not UTF-8, or has a NUL"},
		{1, S("torch\nFloatStorage"), S("torch\nFloatShorage"), 1,
			"'m': pickle, byte 130: global 'torch.FloatShorage' is none that tensors need: "
			"nothing else "
			"is read or run"},
		{1, S("]q\0("), S("}q\0("), 1,
			"'m': pickle, byte 552: items, but not in pairs for a dict or one by one for a list"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_buf b = read_whole(forms[rows[i].form]);
		struct tt_err err = {0};
		TT_EQ_ROW((long)i, replace(&b, rows[i].from, rows[i].to), rows[i].times);
		TT_EQ_ROW((long)i, parse(tt_buf_view(&b), &err), TT_EPARSE);
		TT_STR_EQ_ROW((long)i, tt_str_c(err.msg), tt_str_c(rows[i].want));
		tt_buf_done(&b);
	}
}

/* The record with that signature; in the directory, that of the file. */
static size_t record(const struct tt_buf *b, const char *signature, const char *file)
{
	char name[64];
	const int n = snprintf(name, sizeof(name), "pytorch_model/%s", file);
	for (size_t at = b->n - 4;; at--)
		if (memcmp(b->p + at, signature, 4) == 0 &&
			(!*file || memcmp(b->p + at + 46, name, (size_t)n) == 0))
			return at;
}

static void put(struct tt_buf *b, size_t at, size_t width, uint64_t value)
{
	memcpy(b->p + at, &value, width);
}

TT_TEST(changed_numbers)
{
#define ENTRY(f) "PK\1\2", f
#define END      "PK\5\6", ""
#define END64    "PK\6\6", ""
#define BOTH(n)  20, 8, (uint64_t)(n) << 32 | (n) /* packed and unpacked size */
	static const struct {
		const char *signature, *file;
		size_t at, width;
		uint64_t value;
		const char *want;
	} rows[] = {
		{ENTRY("data.pkl"), 8, 2, 0x0801,
			"entry 'pytorch_model/data.pkl': encrypted, or otherwise unusual (flags 0x801)"},
		{ENTRY("data.pkl"), 10, 2, 8,
			"entry 'pytorch_model/data.pkl': compressed (method 8), which torch.save does not "
			"do"},
		{ENTRY("data.pkl"), 20, 4, 5, "entry 'pytorch_model/data.pkl': is stored, but has two sizes"},
		{ENTRY("data.pkl"), BOTH(4243), "entry 'data.pkl' is damaged: its CRC is another"},
		{ENTRY("data/24"), BOTH(8),
			"tensor 'classifier.bias': its storage has 8 bytes, which are not 3 elements of F32: "
			"cut or "
			"damaged"},
		{ENTRY("data/24"), BOTH(16),
			"tensor 'classifier.bias': its storage has 16 bytes, which are not 3 elements of "
			"F32: cut or "
			"damaged"},
		{ENTRY("data/24"), BOTH(0xfffff0),
			"entry 'pytorch_model/data/24': 16777200 bytes from byte 11200 on, but the directory "
			"begins "
			"at 11768: the file is cut or damaged"},
		{ENTRY("data/24"), BOTH(200),
			"entry 'pytorch_model/data/25': overlaps entry 'pytorch_model/data/24'"},
		{ENTRY("data/24"), 42, 4, 11228,
			"entry 'pytorch_model/data/24': has another name in its header"},
		{ENTRY("data/24"), 42, 4, 1, "entry 'pytorch_model/data/24': no header at byte 1"},
		{ENTRY("data/24"), 42, 4, 0x7fffffff,
			"entry 'pytorch_model/data/24': no header at byte 2147483647"},
		{ENTRY("data/24"), 42, 4, 0xffffffff,
			"entry 'pytorch_model/data/24': zip64's part is damaged"},
		{ENTRY(".data/serialization_id"), 28, 2, 0xffff, "byte 13857: the directory is cut"},
		{END, 8, 2, 31, "the end record is damaged, or of several disks"},
		{END, 20, 2, 1, "the end record is damaged, or of several disks"},
		{END64, 32, 8, 31, "more entries in the directory than the end record says"},
		{END64, 32, 8, 33, "fewer entries in the directory than the end record says"},
		{END64, 32, 8, INT64_MAX, "more entries than the directory has room for"},
		{END64, 40, 8, 2170, "the directory does not end where the end record begins: damaged"},
		{END64, 48, 8, UINT64_MAX, "the directory does not end where the end record begins: damaged"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_buf b = read_whole(NAME);
		struct tt_err err = {0};
		put(&b, record(&b, rows[i].signature, rows[i].file) + rows[i].at, rows[i].width,
			rows[i].value);
		TT_EQ_ROW((long)i, parse(tt_buf_view(&b), &err), TT_EPARSE);
		TT_STR_EQ_ROW((long)i, tt_str_c(err.msg + strlen("'m': ")), tt_str_c(rows[i].want));
		tt_buf_done(&b);
	}
}

/* The last entry's numbers moved into a zip64 field, as they are in files of 4 GiB: the whole field is read,
 * a shorter one is refused. */
TT_TEST(zip64_entries)
{
	for (size_t n = 0; n <= 24; n++) {
		struct tt_buf b = read_whole(NAME);
		struct tt_err err = {0};
		const size_t entry = record(&b, ENTRY(".data/serialization_id")), end = record(&b, END64);
		char tail[128], field[40] = {99, 0, 2, 0, 'x', 'x', 1, 0, (char)n};
		const size_t field_n = 10 + n, tail_n = b.n - end;
		memcpy(tail, b.p + end, tail_n);
		memcpy(field + 10, b.p + entry + 24, 4); /* size */
		memcpy(field + 18, b.p + entry + 20, 4); /* packed size */
		memcpy(field + 26, b.p + entry + 42, 4); /* place */
		put(&b, entry + 20, 8, UINT64_MAX);
		put(&b, entry + 42, 4, UINT64_MAX);
		put(&b, entry + 30, 2, field_n);
		b.n = end;
		tt_buf_add(&b, field, field_n);
		tt_buf_add(&b, tail, tail_n);
		put(&b, record(&b, END64) + 40, 8, 2171 + field_n);
		put(&b, record(&b, "PK\6\7", "") + 8, 8, end + field_n);
		TT_EQ_ROW((long)n, parse(tt_buf_view(&b), &err), n == 24 ? TT_OK : TT_EPARSE);
		TT_STR_EQ_ROW((long)n, tt_str_c(err.msg),
			tt_str_c(n == 24 ? ""
					 : "'m': entry 'pytorch_model/.data/serialization_id': zip64's part "
					   "is damaged"));
		tt_buf_done(&b);
	}
}

/* Before 1.6: the list of keys, and the storages' counts. */
TT_TEST(changed_row)
{
	static const struct {
		bool key; /* the first key of the list; else the count of its storage */
		uint64_t value;
		const char *want;
	} rows[] = {
		{true, '0', " is of no tensor"},
		{true, '~', " is missing"},
		{false, 1, ": its storage has 4 bytes, which are not "},
		{false, UINT64_MAX, ": its storage is not whole: the file is cut"},
		{false, 1 << 20, ": its storage is not whole: the file is cut"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_buf b = read_whole("row.bin");
		struct tt_err err = {0};
		const char *list = memmem(b.p, b.n, "]q\0(X", 5);
		const char *end = memmem(list, b.n - (size_t)(list - b.p), "e.", 2);
		if (rows[i].key)
			put(&b, (size_t)(list + 9 - b.p), 1, rows[i].value);
		else
			put(&b, (size_t)(end + 2 - b.p), 8, rows[i].value);
		TT_EQ_ROW((long)i, parse(tt_buf_view(&b), &err), TT_EPARSE);
		if (!strstr(err.msg, rows[i].want))
			fail_msg("row %zu: '%s', want '%s'", i, err.msg, rows[i].want);
		tt_buf_done(&b);
	}
}

TT_TEST(survives_oom)
{
	for (size_t f = 0; f < TT_LEN(forms); f++) {
		struct tt_buf b = read_whole(forms[f]);
		int n, rc = TT_ENOMEM;
		const long live = tt_alloc_live();
		for (n = 0; n < 200 && rc == TT_ENOMEM; n++) {
			tt_fault_alloc_after(n);
			rc = parse(tt_buf_view(&b), NULL);
			tt_fault_off();
			TT_EQ_ROW(n, tt_alloc_live(), live);
		}
		TT_EQ(rc, TT_OK);
		TT_TRUE(n > 8);
		tt_buf_done(&b);
	}
}

TT_MAIN(TT_RUN(answers_as_pytorch), TT_RUN(all_tensors), TT_RUN(cuts), TT_RUN(changed_bytes),
	TT_RUN(changed_numbers), TT_RUN(zip64_entries), TT_RUN(changed_row), TT_RUN(survives_oom))
