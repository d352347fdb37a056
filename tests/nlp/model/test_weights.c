/* test_weights.c - a model file and a configuration that do not belong together are refused by name; memory
 * running out anywhere leaves nothing behind. The files are the tiny models, with bytes changed. */
#include "tests/tt_test.h"

#include <sys/stat.h>

#include "nlp/model/classify.h"
#include "nlp/model/safetensors.h"
#include "nlp/model/weights.h"
#include "tests/fault.h"

static const char *tiny(const char *name, const char *file)
{
	char rel[256];
	snprintf(rel, sizeof(rel), "tests/nlp/model/tiny/%s/%s", name, file);
	return tt_source_path(rel);
}

static char *read_whole(const char *path, size_t *n)
{
	struct stat st;
	FILE *f = fopen(path, "rb");
	TT_TRUE(f && fstat(fileno(f), &st) == 0);
	*n = (size_t)st.st_size;
	char *p = malloc(*n);
	TT_EQ(fread(p, 1, *n, f), *n);
	fclose(f);
	return p;
}

/* Replaces the first `from` in the header by `to`, of the same length. */
static void patch(char *file, size_t n, const char *from, const char *to)
{
	char *at = memmem(file, n, from, strlen(from));
	TT_TRUE(at != NULL);
	TT_EQ(strlen(from), strlen(to));
	memcpy(at, to, strlen(to));
}

TT_TEST(mismatches)
{
	static const struct {
		const char *folder;                      /* NULL: two-heads */
		const char *from, *to;                   /* in the header */
		int layers, hidden, vocab, intermediate; /* of the configuration, when not 0 */
		const char *want;
	} rows[] = {
		{.from = "bert.pooler.dense.bias",
			.to = "bert.pooled.dense.bias",
			.want = "'m': tensor 'pooler.dense.bias' is missing"},
		{.from = "encoder.layer.1.attention.self.key.weight",
			.to = "encoder.layer.1.attention.self.kex.weight",
			.want = "'m': tensor 'encoder.layer.1.attention.self.key.weight' is missing"},
		{.from = "entity_classifier.bias",
			.to = "entity_classifier.bios",
			.want = "'m': tensor 'entity_classifier.bias' is missing"},
		{.layers = 3, .want = "'m': tensor 'encoder.layer.2.attention.self.query.weight' is missing"},
		{.layers = 1,
			.want = "'m': has tensor 'encoder.layer.1.attention.output.dense.weight', but "
				"config.json says num_hidden_layers 1"},
		{.hidden = 18,
			.want = "'m': tensor 'bert.embeddings.word_embeddings.weight' is 37×20, config.json "
				"asks for 37×18"},
		{.vocab = 38,
			.want = "'m': tensor 'bert.embeddings.word_embeddings.weight' is 37×20, config.json "
				"asks for 38×20"},
		{.intermediate = 40,
			.want = "'m': tensor 'bert.encoder.layer.0.intermediate.dense.weight' is 44×20, "
				"config.json asks for 40×20"},
		{.from = "\"bert.pooler.dense.bias\":{\"dtype\":\"F16\"",
			.to = "\"bert.pooler.dense.bias\":{\"dtype\":\"I16\"",
			.want = "'m': tensor 'bert.pooler.dense.bias' is of type I16; F32, F16 and BF16 are "
				"read"},
		{.folder = "exits",
			.from = "exits.1.pooler.dense.weight",
			.to = "exits.2.pooler.dense.weight",
			.want = "'m': tensor 'exits.1.pooler.dense.weight' is missing"},
		{.folder = "exits",
			.from = "exits.3.entity_classifier.bias",
			.to = "exits.3.entity_classifier.bios",
			.want = "'m': tensor 'exits.3.entity_classifier.bias' is missing"},
		{.folder = "exits",
			.from = "\"exits.3.classifier.weight\":{\"dtype\":\"BF16\",\"shape\":[3,20]",
			.to = "\"exits.3.classifier.weight\":{\"dtype\":\"BF16\",\"shape\":[20,3]",
			.want = "'m': tensor 'exits.3.classifier.weight' is 20×3, config.json asks for "
				"3×20"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		size_t n;
		const char *folder = rows[i].folder ? rows[i].folder : "two-heads";
		char *file = read_whole(tiny(folder, "model.safetensors"), &n);
		struct tt_model_config c;
		struct tt_tensors *st;
		struct tt_weights w;
		struct tt_err err = {0};
		TT_EQ(tt_model_config_load(&c, tiny(folder, "config.json"), NULL), TT_OK);
		c.layers = rows[i].layers ? rows[i].layers : c.layers;
		c.hidden = rows[i].hidden ? rows[i].hidden : c.hidden;
		c.vocab = rows[i].vocab ? rows[i].vocab : c.vocab;
		c.intermediate = rows[i].intermediate ? rows[i].intermediate : c.intermediate;
		if (rows[i].from)
			patch(file, n, rows[i].from, rows[i].to);
		TT_EQ_ROW((long)i,
			tt_tensors_parse(&st, tt_safetensors_read, (struct tt_str){file, n}, "m", NULL),
			TT_OK);
		TT_EQ_ROW((long)i, tt_weights_load(&w, st, &c, TT_USE_FP32, NULL, &err), TT_EPARSE);
		TT_STR_EQ_ROW((long)i, tt_str_c(err.msg), tt_str_c(rows[i].want));
		tt_tensors_free(st);
		free(file);
	}
}

/* One value of each kind of tensor made infinite or NaN. */
TT_TEST(not_finite)
{
	static const struct {
		const char *folder, *tensor;
		size_t element;
		uint16_t value;
	} rows[] = {
		{"two-heads", "bert.embeddings.word_embeddings.weight", 739, 0x7c00},
		{"two-heads", "bert.embeddings.position_embeddings.weight", 0, 0x7e00},
		{"two-heads", "bert.embeddings.token_type_embeddings.weight", 3, 0xfc00},
		{"two-heads", "bert.encoder.layer.1.attention.self.value.weight", 399, 0x7c00},
		{"two-heads", "bert.encoder.layer.0.output.LayerNorm.bias", 1, 0x7c01},
		{"two-heads", "classifier.weight", 59, 0xffff},
		{"two-heads", "entity_classifier.bias", 2, 0x7c00},
		{"exits", "exits.1.classifier.bias", 1, 0x7f80},
		{"exits", "exits.3.pooler.dense.weight", 399, 0x7fc0},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		size_t n;
		char *file = read_whole(tiny(rows[i].folder, "model.safetensors"), &n), want[256];
		struct tt_model_config c;
		struct tt_tensors *st;
		struct tt_weights w;
		struct tt_err err = {0};
		TT_EQ(tt_model_config_load(&c, tiny(rows[i].folder, "config.json"), NULL), TT_OK);
		TT_EQ(tt_tensors_parse(&st, tt_safetensors_read, (struct tt_str){file, n}, "m", NULL), TT_OK);
		const size_t at = (size_t)(tt_tensors_find(st, rows[i].tensor)->data - (uint8_t *)file) +
				  2 * rows[i].element;
		memcpy(file + at, &rows[i].value, 2);
		TT_EQ_ROW((long)i, tt_weights_load(&w, st, &c, TT_USE_FP32, NULL, &err), TT_EPARSE);
		snprintf(want, sizeof(want), "'m': tensor '%s': element %zu is not a finite number",
			rows[i].tensor, rows[i].element);
		TT_STR_EQ_ROW((long)i, tt_str_c(err.msg), tt_str_c(want));
		tt_tensors_free(st);
		free(file);
	}
}

TT_TEST(facts)
{
	struct tt_model *m;
	struct tt_err err = {0};
	TT_EQ(tt_model_open(&m, tt_source_path("tests/nlp/model/tiny/two-heads"), TT_USE_FP32, NULL), TT_OK);
	const struct tt_model_facts *f = tt_model_facts(m);
	TT_EQ(f->vocab_size, 37);
	TT_TRUE(!tt_id_is_zero(f->hash));
	/* embeddings, two layers, pooler and two heads */
	TT_EQ(f->parameters,
		(37 + 24 + 2 + 2) * 20 + 2 * (4 * 420 + 44 * 20 + 44 + 44 * 20 + 20 + 80) + 420 + 63 + 123);
	TT_TRUE(f->weight_bytes >= 4 * f->parameters - 2 * 37 * 20);
	/* Matrices of 20 and 44 columns take whole panels: 32 and 48 of them, of 32 and 48 lines. */
	const int64_t panels = 4 * (2 * (96 * 32 + 32 * 32 + 48 * 32 + 32 * 48) + 32 * 32);
	const int64_t others =
		2 * 37 * 20 + 4 * (24 * 20 + 123 + 63 + 2 * (96 + 32 + 48 + 32 + 80) + 40 + 32);
	TT_TRUE(f->weight_bytes >= panels && f->weight_bytes < panels + others + 64 * 40);
	tt_model_free(m);
	TT_EQ(tt_model_open(&m, "/no/such/folder", TT_USE_FP32, &err), TT_ENOENT);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("/no/such/folder/config.json: No such file or directory"));
}

static int open_and_use(const char *folder)
{
	static const int32_t ids[] = {2, 5, 6, 3};
	struct tt_sequence seq = {.ids = ids, .n_ids = TT_LEN(ids)};
	struct tt_model *m = NULL;
	struct tt_classifier *c = NULL;
	int rc = tt_model_open(&m, tiny(folder, ""), TT_USE_FP32, NULL);
	if (rc == TT_OK)
		rc = tt_classifier_new(&c, m, 100, NULL);
	if (rc == TT_OK)
		rc = tt_classify(c, &seq, 1, NULL);
	tt_classifier_free(c);
	tt_model_free(m);
	return rc;
}

TT_TEST(survives_oom)
{
	static const char *const folders[] = {"two-heads", "exits"};
	for (size_t i = 0; i < TT_LEN(folders); i++) {
		int n, rc = TT_ENOMEM;
		const long live = tt_alloc_live();
		for (n = 0; n < 200 && rc == TT_ENOMEM; n++) {
			tt_fault_alloc_after(n);
			rc = open_and_use(folders[i]);
			tt_fault_off();
			TT_EQ_ROW(n, tt_alloc_live(), live);
		}
		TT_EQ(rc, TT_OK);
		TT_TRUE(n > 15);
	}
}

TT_MAIN(TT_RUN(mismatches), TT_RUN(not_finite), TT_RUN(facts), TT_RUN(survives_oom))
