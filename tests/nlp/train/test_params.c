/* test_params.c - model folders read for training and written again: what the engine makes of them, every
 * type of number, models that lack heads, and memory running out anywhere. */
#include "tests/tt_test.h"

#include <math.h>

#include "common/file.h"
#include "nlp/model/classify.h"
#include "nlp/model/safetensors.h"
#include "nlp/model/safetensors_write.h"
#include "nlp/model/widen.h"
#include "tests/fault.h"
#include "tests/nlp/train/fixture.h"

static int64_t notes[TT_TRAINER_NOTES] = {1, -2};

/* ---- what the engine makes of what is written ---- */

enum { HEADS_MAX = 3, ROWS_MAX = HEADS_MAX * EXAMPLES_MAX };

struct answers {
	float item[ROWS_MAX][TT_LABELS], entity[ROWS_MAX * EXAMPLE_MENTIONS][TT_LABELS];
	size_t n_mentions;
};

static struct tt_model *open_written(void)
{
	struct tt_model *m = NULL;
	struct tt_err err = {0};
	if (tt_model_open(&m, scratch_path(""), TT_USE_FP32, &err) < 0)
		fail_msg("%s", err.msg);
	TT_TRUE(tt_model_facts(m)->entity_head);
	return m;
}

/* Every text leaves behind that layer, and its head says what the trainer's head-th does. */
static void compare(long row, struct tt_model *m, int layer, const struct examples *x,
	const struct answers *want, int head)
{
	struct tt_classifier *c;
	size_t at = (size_t)head * want->n_mentions;
	TT_EQ(tt_classifier_new(&c, m, 100, NULL), TT_OK);
	for (size_t k = 0; k < x->batch.n; k++) {
		struct tt_token_range ranges[EXAMPLE_MENTIONS];
		float answers[EXAMPLE_MENTIONS][TT_LABELS];
		struct tt_sequence s = {.ids = x->of[k].ids,
			.n_ids = x->of[k].n_ids,
			.mentions = ranges,
			.n_mentions = x->of[k].n_mentions,
			.mention_logits = answers};
		for (size_t n = 0; n < s.n_mentions; n++)
			ranges[n] = (struct tt_token_range){x->mentions[k][n].begin, x->mentions[k][n].end};
		TT_EQ(tt_classify(c, &s, 1, NULL), TT_OK);
		TT_EQ_ROW(row, s.layers, layer);
		for (int l = 0; l < TT_LABELS; l++)
			TT_NEAR_ROW(row, want->item[(size_t)head * x->batch.n + k][l], s.logits[l], 2e-5);
		for (size_t n = 0; n < s.n_mentions; n++, at++)
			for (int l = 0; l < TT_LABELS; l++)
				TT_NEAR_ROW(row, want->entity[at][l], answers[n][l], 2e-5);
	}
	tt_classifier_free(c);
}

/* One exit alone is configured, so that no text leaves at another. */
static void leave_behind(int layer)
{
	struct tt_params *q;
	const struct tt_params_options o = {.exits = &layer, .n_exits = 1};
	TT_EQ(tt_params_open(&q, scratch_path(""), &o, NULL), TT_OK);
	TT_EQ(tt_file_write(scratch_path("config.json"), tt_str_c(q->config_text), NULL),
		TT_OK);
	tt_params_free(q);
}

static const int one_and_three[] = {1, 3}, two[] = {2}, one[] = {1};

/* What is written is read by the engine, and answers behind each layer with heads as the trainer's pass does.
 */
TT_TEST(engine_reads_what_is_written)
{
	static const struct {
		const char *model;
		enum tt_dtype dtype;
		struct tt_params_options o;
	} rows[] = {{"two-heads", TT_F16, {0}}, {"two-heads", TT_F32, {.words = true}},
		{"finbert", TT_F32, {0}}, {"bf16", TT_BF16, {0}}, {"exits", TT_F32, {0}},
		{"exits", TT_F32, {.exits = one_and_three, .n_exits = 2, .exit_confidence = 0.9}},
		{"exits", TT_F32, {.exits = two, .n_exits = 1}},
		{"exits", TT_F32, {.layers = 2, .exits = one, .n_exits = 1, .words = true}}};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct examples x;
		struct tt_train_report r;
		struct tt_err err = {0};
		struct answers want = {0};
		struct tt_train_options o = tiny_options();
		struct tt_params *p = tiny_params_with(rows[i].model, &rows[i].o);
		struct tt_trainer *t = tiny_trainer(p, &o);
		examples_make(&x, 10, (unsigned)i);
		for (size_t k = 0; k < x.batch.n; k++)
			want.n_mentions += x.of[k].n_mentions;
		TT_EQ(tt_trainer_evaluate(t, &x.batch, want.item, want.entity, &r, NULL), TT_OK);
		if (tt_params_write(p, scratch_path(""), rows[i].dtype, &err) < 0)
			fail_msg("%s", err.msg);
		for (int h = p->config.n_heads - 1; h >= 0; h--) {
			const int layer = p->config.head_layers[h];
			if (layer < p->config.layers)
				leave_behind(layer);
			struct tt_model *m = open_written();
			tt_model_exit_at(m, layer < p->config.layers ? 0.3334 : 1);
			compare((long)i, m, layer, &x, &want, h);
			tt_model_free(m);
		}
		tt_trainer_free(t);
		tt_params_free(p);
	}
	scratch_remove();
}

/* ---- heads that begin, stay, go ---- */

static int open_scratch(struct tt_params **ret, uint64_t seed, struct tt_err *err)
{
	return tt_params_open(
		ret, scratch_path(""), &(struct tt_params_options){.seed = seed, .words = true}, err);
}

/* A pretrained encoder: no labels in the configuration, no heads in the file. */
TT_TEST(heads_begin_anew)
{
	const char *config = "{\"model_type\":\"bert\",\"vocab_size\":37,\"max_position_embeddings\":24,"
			     "\"num_hidden_layers\":1,\"hidden_size\":20,\"num_attention_heads\":2,"
			     "\"intermediate_size\":44}";
	struct tt_params *full = tiny_params("bf16"), *a, *b;
	struct tt_tensor_out out[64];
	struct tt_err err = {0};
	size_t n = 0;
	for (size_t i = 0; i < full->layout.n_tensors; i++) {
		const struct tt_train_tensor *t = &full->layout.tensors[i];
		if (t->objective == TT_OF_ALL)
			out[n++] = (struct tt_tensor_out){
				t->name, TT_F32, t->rows, t->cols, full->values + t->at};
	}
	TT_EQ(tt_safetensors_write(scratch_path("model.safetensors"), out, n, NULL), TT_OK);
	TT_EQ(tt_file_write(scratch_path("config.json"), tt_str_c(config), NULL), TT_OK);
	if (open_scratch(&a, 5, &err) < 0)
		fail_msg("%s", err.msg);
	const struct tt_layout *l = &a->layout;
	TT_EQ(memcmp(a->values, full->values, l->heads[0].pool.weight * sizeof(float)), 0);
	double squares = 0, sum = 0;
	for (size_t i = 0; i < 400; i++) {
		sum += (double)a->values[l->heads[0].pool.weight + i];
		squares += (double)a->values[l->heads[0].pool.weight + i] *
			   (double)a->values[l->heads[0].pool.weight + i];
	}
	TT_NEAR(sqrt(squares / 400), 0.02, 0.002);
	TT_NEAR(sum / 400, 0, 0.003);
	TT_TRUE(a->values[l->heads[0].pool.bias] == 0 && a->values[l->heads[0].item.bias] == 0);
	TT_TRUE(a->values[l->heads[0].pool.weight] != a->values[l->heads[0].entity.weight]);
	TT_TRUE(a->values[l->word_dense.weight] != 0 && a->values[l->word_dense.bias] == 0);
	TT_TRUE(a->values[l->word_norm.weight] == 1 && a->values[l->word_norm.bias + 19] == 0);
	TT_TRUE(a->values[l->word_bias + 36] == 0);
	TT_EQ(open_scratch(&b, 5, NULL), TT_OK);
	TT_EQ(memcmp(a->values, b->values, l->n * sizeof(float)), 0);
	tt_params_free(b);
	TT_EQ(open_scratch(&b, 6, NULL), TT_OK);
	TT_TRUE(a->values[l->heads[0].item.weight] != b->values[l->heads[0].item.weight]);
	tt_params_free(b);
	out[3].name = "other";
	TT_EQ(tt_safetensors_write(scratch_path("model.safetensors"), out, n, NULL), TT_OK);
	TT_EQ(open_scratch(&b, 6, &err), TT_EPARSE);
	TT_TRUE(strstr(err.msg, "tensor 'embeddings.LayerNorm.weight' is missing") != NULL);
	tt_params_free(a);
	tt_params_free(full);
	scratch_remove();
}

/* With tensor `was` under another name. */
static void write_scratch(const struct tt_params *p, const char *was, const char *other)
{
	struct tt_tensor_out out[64];
	size_t n = 0;
	for (size_t i = 0; i < p->layout.n_tensors; i++) {
		const struct tt_train_tensor *t = &p->layout.tensors[i];
		const char *name = strcmp(t->name, was) == 0 ? other : t->name;
		out[n++] = (struct tt_tensor_out){name, TT_F32, t->rows, t->cols, p->values + t->at};
	}
	TT_EQ(tt_safetensors_write(scratch_path("model.safetensors"), out, n, NULL), TT_OK);
}

/* The head for words is in a file when it was asked for, and read when it is; under the names that Hugging
 * Face had, too. */
TT_TEST(words_are_kept)
{
	static const char *const rows[][2] = {{"", ""},
		{"cls.predictions.bias", "cls.predictions.decoder.bias"},
		{"cls.predictions.transform.LayerNorm.weight", "cls.predictions.transform.LayerNorm.gamma"}};
	const struct tt_params_options o = {.seed = 1, .words = true};
	struct tt_params *p = tiny_params_with("two-heads", &o), *plain = tiny_params("two-heads"), *q;
	struct tt_tensors *st;
	for (size_t i = 0; i < p->layout.n; i++)
		p->values[i] += 0.25F;
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		TT_EQ(tt_params_write(p, scratch_path(""), TT_F32, NULL), TT_OK);
		if (i)
			write_scratch(p, rows[i][0], rows[i][1]);
		TT_EQ_ROW((long)i, open_scratch(&q, 9, NULL), TT_OK);
		TT_EQ_ROW((long)i, memcmp(q->values, p->values, p->layout.n * sizeof(float)), 0);
		tt_params_free(q);
	}
	TT_EQ(tt_params_write(plain, scratch_path(""), TT_F32, NULL), TT_OK);
	TT_EQ(tt_tensors_open(&st, scratch_path(""), NULL), TT_OK);
	TT_EQ(st->n, plain->layout.n_tensors);
	TT_EQ(st->n + 5, p->layout.n_tensors);
	tt_tensors_free(st);
	tt_params_free(plain);
	tt_params_free(p);
	scratch_remove();
}

/* Which tensors of the file p was opened from are now its own, to the bit. */
static bool is_files(
	const struct tt_params *p, const struct tt_tensors *st, const char *name, const char *there)
{
	const struct tt_tensor *from = tt_tensors_find(st, there);
	for (size_t i = 0; i < p->layout.n_tensors; i++) {
		const struct tt_train_tensor *t = &p->layout.tensors[i];
		float wide[44 * 20];
		if (strcmp(t->name, name) != 0)
			continue;
		TT_TRUE(from && from->count == t->count && t->count <= TT_LEN(wide));
		tt_widen(wide, from->data, from->dtype, t->count);
		return memcmp(wide, p->values + t->at, t->count * sizeof(float)) == 0;
	}
	return false;
}

/* Heads behind inner layers are read when they are asked for, else begin anew or are dropped; those of a
 * smaller model are of the layer that was kept, as all of it is. */
TT_TEST(exits_and_layers)
{
	static const int upto_two[] = {1, 2};
	static const struct {
		struct tt_params_options o;
		const char *name, *there; /* NULL: begins anew, and is not in the file */
		const char *config;
	} rows[] = {
		{{.exits = one_and_three, .n_exits = 2}, "exits.3.classifier.weight",
			"exits.3.classifier.weight", "\"exit_layers\": [\n    1,\n    3\n  ]"},
		{{.exits = one_and_three, .n_exits = 2}, "exits.1.pooler.dense.bias",
			"exits.1.pooler.dense.bias", "\"exit_layers\""},
		{{.exits = upto_two, .n_exits = 2, .exit_confidence = 0.75}, "exits.2.classifier.weight",
			NULL, "\"exit_confidence\": 0.75"},
		{{.exits = upto_two, .n_exits = 2}, "exits.1.entity_classifier.weight",
			"exits.1.entity_classifier.weight", "\"exit_layers\""},
		{{.layers = 2}, "encoder.layer.0.output.dense.weight", "encoder.layer.1.output.dense.weight",
			"\"num_hidden_layers\": 2"},
		{{.layers = 2}, "encoder.layer.1.attention.self.query.bias",
			"encoder.layer.3.attention.self.query.bias", "\"num_hidden_layers\": 2"},
		{{.layers = 3}, "encoder.layer.0.output.dense.weight", "encoder.layer.0.output.dense.weight",
			"\"num_hidden_layers\": 3"},
		{{.layers = 3, .exits = upto_two, .n_exits = 2}, "exits.1.classifier.bias",
			"exits.1.classifier.bias", "\"num_hidden_layers\": 3"},
		{{.layers = 1}, "encoder.layer.0.output.LayerNorm.bias",
			"encoder.layer.3.output.LayerNorm.bias", "\"num_hidden_layers\": 1"},
		{{.layers = 1}, "classifier.weight", "classifier.weight", "\"num_hidden_layers\": 1"},
		{{.layers = 4}, "encoder.layer.2.output.dense.bias", "encoder.layer.2.output.dense.bias",
			"\"num_hidden_layers\": 4"},
	};
	struct tt_tensors *st;
	TT_EQ(tt_tensors_open(&st, tt_source_path("tests/nlp/model/tiny/exits"), NULL), TT_OK);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_params *p = tiny_params_with("exits", &rows[i].o);
		if (rows[i].there)
			TT_EQ_ROW((long)i, is_files(p, st, rows[i].name, rows[i].there), true);
		else
			TT_EQ_ROW((long)i, tt_tensors_find(st, rows[i].name) == NULL, true);
		if (!strstr(p->config_text, rows[i].config))
			fail_msg("row %zu: no %s in %s", i, rows[i].config, p->config_text);
		TT_EQ_ROW((long)i, p->config.n_heads, (int)rows[i].o.n_exits + 1);
		TT_EQ_ROW((long)i, strstr(p->config_text, "exit_") != NULL, rows[i].o.n_exits > 0);
		TT_EQ_ROW((long)i, p->config.layers, rows[i].o.layers ? rows[i].o.layers : 4);
		tt_params_free(p);
	}
	tt_tensors_free(st);
}

TT_TEST(bad_wishes)
{
	static const int backwards[] = {3, 1}, top[] = {4}, below[] = {0};
	static const struct {
		struct tt_params_options o;
		int rc;
		const char *want; /* behind the path */
	} rows[] = {
		{{.exits = backwards, .n_exits = 2}, TT_EPARSE, "exit_layers: not a list of ascending whole"},
		{{.exits = top, .n_exits = 1}, TT_EPARSE, "exit_layers: not a list of ascending whole"},
		{{.exits = below, .n_exits = 1}, TT_EPARSE, "exit_layers: not a list of ascending whole"},
		{{.layers = 3, .exits = one_and_three, .n_exits = 2}, TT_EPARSE, "exit_layers: not a list"},
		{{.exits = one, .n_exits = 1, .exit_confidence = 0.2}, TT_EPARSE,
			"exit_confidence: not a prob"},
		{{.layers = 5}, TT_ECONF, "layers: 5 is not from 0 to 4, which '"},
		{{.layers = -1}, TT_ECONF, "layers: -1 is not from 0 to 4, which '"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_params *p;
		struct tt_err err = {0};
		TT_EQ_ROW((long)i,
			tt_params_open(&p, tt_source_path("tests/nlp/model/tiny/exits"), &rows[i].o, &err),
			rows[i].rc);
		if (!strstr(err.msg, rows[i].want))
			fail_msg("row %zu: %s", i, err.msg);
	}
}

/* Every number of two bytes that is finite comes back as it was; so do halves between two, to the even one.
 */
TT_TEST(rounding)
{
	static const enum tt_dtype dtypes[] = {TT_F16, TT_BF16};
	enum { ALL = 1 << 16 };
	static uint16_t bits[ALL];
	static float wide[ALL];
	for (size_t d = 0; d < TT_LEN(dtypes); d++) {
		size_t n = 0;
		struct tt_tensors *st;
		for (unsigned i = 0; i < ALL; i++) {
			bits[n] = (uint16_t)i;
			n += tt_first_not_finite(&bits[n], dtypes[d], 1);
		}
		tt_widen(wide, bits, dtypes[d], n);
		const struct tt_tensor_out out = {"x", dtypes[d], n, 0, wide};
		TT_EQ(tt_safetensors_write(scratch_path("x"), &out, 1, NULL), TT_OK);
		TT_EQ(tt_tensors_open_file(&st, tt_safetensors_read, scratch_path("x"), NULL), TT_OK);
		TT_EQ(memcmp(tt_tensors_find(st, "x")->data, bits, n * 2), 0);
		tt_tensors_free(st);
		for (size_t i = 0; i + 1 < n; i++)
			wide[i] = wide[i] / 2 + wide[i + 1] / 2; /* exact in fp32 but where signs change */
		TT_EQ(tt_safetensors_write(scratch_path("x"), &out, 1, NULL), TT_OK);
		TT_EQ(tt_tensors_open_file(&st, tt_safetensors_read, scratch_path("x"), NULL), TT_OK);
		const uint8_t *data = tt_tensors_find(st, "x")->data;
		for (size_t i = 0; i + 1 < n; i++) {
			uint16_t got;
			memcpy(&got, data + 2 * i, 2);
			if ((bits[i] & 0x8000) == (bits[i + 1] & 0x8000))
				TT_EQ_ROW((long)i, got, bits[i] % 2 ? bits[i + 1] : bits[i]);
		}
		tt_tensors_free(st);
	}
	scratch_remove();
}

TT_TEST(not_finite_is_refused)
{
	static const struct {
		enum tt_dtype dtype;
		float value;
		int rc;
	} rows[] = {{TT_F16, 65519, TT_OK}, {TT_F16, 65520, TT_EDATA}, {TT_BF16, 3.4e38F, TT_EDATA},
		{TT_BF16, -3.38e38F, TT_OK}, {TT_F32, 3.4e38F, TT_OK}, {TT_F32, INFINITY, TT_EDATA},
		{TT_F32, NAN, TT_EDATA}};
	TT_EQ(tt_file_write(scratch_path("x"), tt_str_c("old"), NULL), TT_OK);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const float x[] = {1, rows[i].value};
		const struct tt_tensor_out out = {"a.b", rows[i].dtype, 2, 0, x};
		struct tt_err err = {0};
		TT_EQ_ROW((long)i, tt_safetensors_write(scratch_path("x"), &out, 1, &err), rows[i].rc);
		TT_EQ(strstr(err.msg, "tensor 'a.b': element 1") != NULL, rows[i].rc < 0);
		TT_TRUE(access(scratch_path("x.new"), F_OK) != 0);
		TT_EQ(access(scratch_path("x"), F_OK), 0);
	}
	TT_EQ(tt_file_write("/no/such/folder/x", tt_str_c("a"), NULL), TT_EIO);
	scratch_remove();
}

static int whole_life(struct examples *x)
{
	struct tt_params *p = NULL;
	struct tt_trainer *t = NULL;
	struct tt_train_report r;
	struct tt_train_options o = tiny_options();
	o.threads = 1;
	o.average_from = 0;
	int rc = tt_params_open(&p, tt_source_path("tests/nlp/model/tiny/two-heads"),
		&(struct tt_params_options){.seed = 1, .words = true, .exits = one, .n_exits = 1}, NULL);
	if (rc == TT_OK)
		rc = tt_trainer_new(&t, p, &o, NULL);
	if (rc == TT_OK)
		rc = tt_trainer_step(t, &x->batch, 1, &r, NULL);
	if (rc == TT_OK)
		rc = tt_trainer_save(t, notes, scratch_path("state"), NULL);
	if (rc == TT_OK)
		rc = tt_trainer_restore(t, notes, scratch_path("state"), NULL);
	if (rc == TT_OK)
		rc = tt_params_write(p, scratch_path(""), TT_F16, NULL);
	tt_trainer_free(t);
	tt_params_free(p);
	return rc;
}

TT_TEST(survives_oom)
{
	struct examples x;
	int n, rc = TT_ENOMEM;
	examples_make(&x, 4, 2);
	examples_hide(&x, 0.3, 2);
	scratch_path("");
	const long live = tt_alloc_live();
	for (n = 0; n < 300 && rc == TT_ENOMEM; n++) {
		tt_fault_alloc_after(n);
		rc = whole_life(&x);
		tt_fault_off();
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 20);
	scratch_remove();
}

TT_MAIN(TT_RUN(engine_reads_what_is_written), TT_RUN(heads_begin_anew), TT_RUN(words_are_kept),
	TT_RUN(exits_and_layers), TT_RUN(bad_wishes), TT_RUN(rounding), TT_RUN(not_finite_is_refused),
	TT_RUN(survives_oom))
