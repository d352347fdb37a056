/* test_params.c - model folders read for training and written again: what the engine makes of them, every
 * type of number, models that lack heads, and memory running out anywhere. */
#include "tests/tt_test.h"

#include <math.h>

#include "nlp/model/classify.h"
#include "nlp/model/safetensors.h"
#include "nlp/model/safetensors_write.h"
#include "nlp/model/widen.h"
#include "tests/fault.h"
#include "tests/nlp/train/fixture.h"

static int64_t notes[TT_TRAINER_NOTES] = {1, -2};

/* What is written is read by the engine, and answers as the trainer's own pass does. */
TT_TEST(engine_reads_what_is_written)
{
	static const struct {
		const char *model;
		enum tt_dtype dtype;
		double tolerance;
	} rows[] = {{"two-heads", TT_F16, 2e-5}, {"two-heads", TT_F32, 2e-5}, {"finbert", TT_F32, 2e-5},
		{"bf16", TT_BF16, 2e-5}, {"exits", TT_F32, 2e-5}};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct examples x;
		struct tt_model *m;
		struct tt_classifier *c;
		struct tt_train_report r;
		struct tt_err err = {0};
		float item[EXAMPLES_MAX][TT_LABELS], entity[EXAMPLES_MAX * EXAMPLE_MENTIONS][TT_LABELS];
		struct tt_train_options o = tiny_options();
		struct tt_params *p = tiny_params(rows[i].model);
		struct tt_trainer *t = tiny_trainer(p, &o);
		size_t at = 0;
		examples_make(&x, 10, (unsigned)i);
		TT_EQ(tt_trainer_evaluate(t, &x.batch, item, entity, &r, NULL), TT_OK);
		if (tt_params_write(p, scratch_path(""), rows[i].dtype, &err) < 0)
			fail_msg("%s", err.msg);
		if (tt_model_open(&m, scratch_path(""), TT_USE_FP32, &err) < 0)
			fail_msg("%s", err.msg);
		TT_TRUE(tt_model_facts(m)->entity_head);
		TT_EQ(tt_classifier_new(&c, m, 100, NULL), TT_OK);
		for (size_t k = 0; k < x.batch.n; k++) {
			struct tt_token_range ranges[EXAMPLE_MENTIONS];
			float answers[EXAMPLE_MENTIONS][TT_LABELS];
			struct tt_sequence s = {.ids = x.of[k].ids,
				.n_ids = x.of[k].n_ids,
				.mentions = ranges,
				.n_mentions = x.of[k].n_mentions,
				.mention_logits = answers};
			for (size_t n = 0; n < s.n_mentions; n++)
				ranges[n] =
					(struct tt_token_range){x.mentions[k][n].begin, x.mentions[k][n].end};
			TT_EQ(tt_classify(c, &s, 1, NULL), TT_OK);
			for (int l = 0; l < TT_LABELS; l++)
				TT_NEAR_ROW((long)i, item[k][l], s.logits[l], rows[i].tolerance);
			for (size_t n = 0; n < s.n_mentions; n++, at++)
				for (int l = 0; l < TT_LABELS; l++)
					TT_NEAR_ROW((long)i, entity[at][l], answers[n][l], rows[i].tolerance);
		}
		tt_classifier_free(c);
		tt_model_free(m);
		tt_trainer_free(t);
		tt_params_free(p);
	}
	scratch_remove();
}

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
	TT_EQ(tt_file_replace(scratch_path("config.json"), config, strlen(config), NULL), TT_OK);
	if (open_scratch(&a, 5, &err) < 0)
		fail_msg("%s", err.msg);
	const struct tt_layout *l = &a->layout;
	TT_EQ(memcmp(a->values, full->values, l->pool.weight * sizeof(float)), 0);
	double squares = 0, sum = 0;
	for (size_t i = 0; i < 400; i++) {
		sum += (double)a->values[l->pool.weight + i];
		squares += (double)a->values[l->pool.weight + i] * (double)a->values[l->pool.weight + i];
	}
	TT_NEAR(sqrt(squares / 400), 0.02, 0.002);
	TT_NEAR(sum / 400, 0, 0.003);
	TT_TRUE(a->values[l->pool.bias] == 0 && a->values[l->item.bias] == 0);
	TT_TRUE(a->values[l->pool.weight] != a->values[l->entity.weight]);
	TT_TRUE(a->values[l->word_dense.weight] != 0 && a->values[l->word_dense.bias] == 0);
	TT_TRUE(a->values[l->word_norm.weight] == 1 && a->values[l->word_norm.bias + 19] == 0);
	TT_TRUE(a->values[l->word_bias + 36] == 0);
	TT_EQ(open_scratch(&b, 5, NULL), TT_OK);
	TT_EQ(memcmp(a->values, b->values, l->n * sizeof(float)), 0);
	tt_params_free(b);
	TT_EQ(open_scratch(&b, 6, NULL), TT_OK);
	TT_TRUE(a->values[l->item.weight] != b->values[l->item.weight]);
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
	TT_EQ(tt_file_replace(scratch_path("x"), "old", 3, NULL), TT_OK);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const float x[] = {1, rows[i].value};
		const struct tt_tensor_out out = {"a.b", rows[i].dtype, 2, 0, x};
		struct tt_err err = {0};
		TT_EQ_ROW((long)i, tt_safetensors_write(scratch_path("x"), &out, 1, &err), rows[i].rc);
		TT_EQ(strstr(err.msg, "tensor 'a.b': element 1") != NULL, rows[i].rc < 0);
		TT_TRUE(access(scratch_path("x.part"), F_OK) != 0);
		TT_EQ(access(scratch_path("x"), F_OK), 0);
	}
	TT_EQ(tt_file_replace("/no/such/folder/x", "a", 1, NULL), TT_EIO);
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
		&(struct tt_params_options){.seed = 1, .words = true}, NULL);
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
	TT_RUN(rounding), TT_RUN(not_finite_is_refused), TT_RUN(survives_oom))
