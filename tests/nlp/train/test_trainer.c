/* test_trainer.c - what a trainer promises: the same weights on any number of threads and after a restart,
 * accumulation, clipping, schedule, frozen layers, averages, errors that change nothing. */
#include "tests/tt_test.h"

#include <math.h>

#include "nlp/train/model/trainer_parts.h"
#include "tests/nlp/train/fixture.h"

static int64_t notes[TT_TRAINER_NOTES] = {1, -2};

/* As the tests below open models, one after the other. */
static const int inner[] = {1};
static const struct tt_params_options kinds[] = {{.seed = 1}, {.seed = 1, .words = true},
	{.seed = 1, .exits = inner, .n_exits = 1}, {.seed = 1, .layers = 1, .words = true}};

static void steps(struct tt_trainer *t, int from, int to)
{
	for (int i = from; i < to; i++) {
		struct examples a, b;
		struct tt_train_report r;
		struct tt_err err = {0};
		examples_make(&a, 6, (unsigned)i);
		examples_make(&b, 3, (unsigned)i + 50);
		if (t->params->layout.words && i % 2 == 0) /* words are asked now and then */
			examples_hide(&a, 0.3, (uint64_t)i);
		const struct tt_train_batch batches[] = {a.batch, b.batch};
		if (tt_trainer_step(t, batches, 2, &r, &err) < 0)
			fail_msg("step %d: %s", i, err.msg);
	}
}

/* The weights after so many steps; the caller frees them. */
static float *trained(const struct tt_params_options *kind, const struct tt_train_options *o, int n)
{
	struct tt_params *p = tiny_params_with("two-heads", kind);
	struct tt_trainer *t = tiny_trainer(p, o);
	float *w = malloc(p->layout.n * sizeof(*w));
	steps(t, 0, n);
	memcpy(w, p->values, p->layout.n * sizeof(*w));
	tt_trainer_free(t);
	tt_params_free(p);
	return w;
}

static size_t block_size(const struct tt_params_options *kind)
{
	struct tt_params *p = tiny_params_with("two-heads", kind);
	const size_t n = p->layout.n;
	tt_params_free(p);
	return n;
}

TT_TEST(threads_do_not_matter)
{
	for (size_t i = 0; i < TT_LEN(kinds); i++) {
		struct tt_train_options o = tiny_options();
		const size_t bytes = block_size(&kinds[i]) * sizeof(float);
		o.threads = 1;
		float *one = trained(&kinds[i], &o, 5);
		for (int threads = 2; threads <= 5; threads++) {
			o.threads = threads;
			float *more = trained(&kinds[i], &o, 5);
			TT_EQ_ROW((long)(10 * i) + threads, memcmp(one, more, bytes), 0);
			free(more);
		}
		o.seed++;
		float *other = trained(&kinds[i], &o, 5);
		TT_TRUE(memcmp(one, other, bytes) != 0);
		free(other);
		free(one);
	}
}

static void resume(const struct tt_params_options *kind)
{
	struct tt_train_options o = tiny_options();
	o.average_from = 2;
	o.average_decay = 0.9;
	struct tt_params *p = tiny_params_with("two-heads", kind), *q = tiny_params_with("two-heads", kind);
	struct tt_trainer *t = tiny_trainer(p, &o);
	steps(t, 0, 4);
	TT_EQ(tt_trainer_save(t, notes, scratch_path("state"), NULL), TT_OK);
	steps(t, 4, 8);
	struct tt_trainer *u = tiny_trainer(q, &o);
	notes[1] = 5;
	TT_EQ(tt_trainer_restore(u, notes, scratch_path("state"), NULL), TT_OK);
	TT_EQ(notes[1], -2);
	TT_EQ(tt_trainer_steps(u), 4);
	steps(u, 4, 8);
	const size_t bytes = p->layout.n * sizeof(float);
	TT_EQ(memcmp(p->values, q->values, bytes), 0);
	TT_EQ(memcmp(t->moment2, u->moment2, bytes), 0);
	TT_EQ(memcmp(t->average, u->average, bytes), 0);
	tt_trainer_free(t);
	tt_trainer_free(u);
	tt_params_free(p);
	tt_params_free(q);
	scratch_remove();
}

TT_TEST(resumes_to_the_bit)
{
	for (size_t i = 0; i < TT_LEN(kinds); i++)
		resume(&kinds[i]);
}

TT_TEST(foreign_checkpoints)
{
	static const struct {
		const char *model;
		uint64_t seed;
		int64_t average_from;
		const char *want;
	} rows[] = {
		{"two-heads", 8, -1, "'%s': was trained with seed 7, not 8"},
		{"two-heads", 7, 0, "'%s': tensor 'average' is missing"},
		{"bf16", 7, -1, "'%s': tensor 'values': 9074 numbers of F32, the model has 5490 of F32"},
	};
	struct tt_train_options o = tiny_options();
	struct tt_params *p = tiny_params("two-heads");
	struct tt_trainer *t = tiny_trainer(p, &o);
	steps(t, 0, 1);
	TT_EQ(tt_trainer_save(t, notes, scratch_path("state"), NULL), TT_OK);
	tt_trainer_free(t);
	tt_params_free(p);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		char want[400], path[256];
		struct tt_err err = {0};
		o.seed = rows[i].seed;
		o.average_from = rows[i].average_from;
		p = tiny_params(rows[i].model);
		t = tiny_trainer(p, &o);
		snprintf(path, sizeof(path), "%s", scratch_path("state"));
		TT_EQ_ROW((long)i, tt_trainer_restore(t, notes, path, &err), TT_EPARSE);
		const size_t before = (size_t)(strstr(rows[i].want, "%s") - rows[i].want);
		snprintf(want, sizeof(want), "%.*s%s%s", (int)before, rows[i].want, path,
			rows[i].want + before + 2);
		TT_STR_EQ_ROW((long)i, tt_str_c(err.msg), tt_str_c(want));
		TT_EQ(tt_trainer_steps(t), 0);
		tt_trainer_free(t);
		tt_params_free(p);
	}
	scratch_remove();
}

TT_TEST(accumulated_batches_are_one)
{
	struct examples x;
	struct tt_train_report whole, parts;
	struct tt_train_options o = tiny_options();
	o.hidden_dropout = o.attention_dropout = 0;
	struct tt_params *p = tiny_params("two-heads");
	struct tt_trainer *t = tiny_trainer(p, &o);
	const size_t n = p->layout.n;
	float *g = malloc(n * sizeof(*g));
	examples_make(&x, 9, 4);
	const struct tt_train_batch cut[] = {{x.of, 2}, {x.of + 2, 6}, {x.of + 8, 1}};
	TT_EQ(tt_trainer_accumulate(t, &x.batch, 1, &whole, NULL), TT_OK);
	memcpy(g, t->gradients, n * sizeof(*g));
	memset(t->gradients, 0, n * sizeof(*g));
	TT_EQ(tt_trainer_accumulate(t, cut, 3, &parts, NULL), TT_OK);
	TT_NEAR(parts.loss, whole.loss, 1e-5);
	TT_EQ(parts.tokens, whole.tokens);
	for (size_t i = 0; i < n; i++)
		TT_NEAR_ROW((long)i, t->gradients[i], g[i], 1e-5);
	free(g);
	tt_trainer_free(t);
	tt_params_free(p);
}

/* More words are asked than have their logits at a time: the gradient is that of few batches, each of fewer.
 */
TT_TEST(blocks_of_words_are_one)
{
	struct examples x;
	struct tt_train_report whole, parts;
	struct tt_train_options o = tiny_options();
	o.hidden_dropout = o.attention_dropout = 0;
	struct tt_params *p = tiny_params_with("two-heads", &kinds[1]);
	struct tt_trainer *t = tiny_trainer(p, &o);
	const size_t n = p->layout.n;
	float *g = malloc(n * sizeof(*g));
	examples_make(&x, EXAMPLES_MAX, 4);
	for (size_t i = 0; i < EXAMPLES_MAX; i++) {
		x.of[i] = (struct tt_train_example){
			.ids = x.ids[i], .n_ids = EXAMPLE_IDS, .target.label = TT_NO_LABEL};
		for (size_t k = 0; k < EXAMPLE_IDS; k++)
			x.ids[i][k] = 4 + (int32_t)((i * 7 + k * 5) % 33);
	}
	examples_hide(&x, 1, 3);
	const struct tt_train_batch cut[] = {{x.of, 5}, {x.of + 5, 11}};
	TT_EQ(tt_trainer_accumulate(t, &x.batch, 1, &whole, NULL), TT_OK);
	TT_TRUE(whole.word.weight > TT_WORD_ROWS && whole.word.weight == EXAMPLES_MAX * (EXAMPLE_IDS - 2));
	memcpy(g, t->gradients, n * sizeof(*g));
	memset(t->gradients, 0, n * sizeof(*g));
	TT_EQ(tt_trainer_accumulate(t, cut, 2, &parts, NULL), TT_OK);
	TT_NEAR(parts.loss, whole.loss, 1e-5);
	TT_EQ(parts.words_right, whole.words_right);
	for (size_t i = 0; i < n; i++)
		TT_NEAR_ROW((long)i, t->gradients[i], g[i], 1e-5);
	TT_EQ(tt_trainer_evaluate(t, &x.batch, NULL, NULL, &parts, NULL), TT_OK);
	TT_TRUE(parts.word.loss == whole.word.loss && parts.words_right == whole.words_right);
	free(g);
	tt_trainer_free(t);
	tt_params_free(p);
}

/* A head whose loss weighs nothing stays, to the bit; with words, every row of the embedding moves. */
TT_TEST(weights_of_objectives)
{
	static const struct {
		double item, entity, word;
	} rows[] = {{0, 1, 1}, {1, 0, 1}, {1, 1, 0}, {0, 0, 1}};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_train_options o = tiny_options();
		struct tt_params *p = tiny_params_with("two-heads", &kinds[1]),
				 *q = tiny_params_with("two-heads", &kinds[1]);
		o.item = rows[i].item;
		o.entity = rows[i].entity;
		o.word = rows[i].word;
		struct tt_trainer *t = tiny_trainer(p, &o);
		steps(t, 0, 1);
		for (size_t k = 0; k < p->layout.n_tensors; k++) {
			const struct tt_train_tensor *x = &p->layout.tensors[k];
			const double weight[] = {1, o.item, o.entity, o.word};
			TT_EQ_ROW((long)(i * 100 + k),
				memcmp(p->values + x->at, q->values + x->at, x->count * sizeof(float)) == 0,
				weight[x->objective] == 0);
		}
		for (size_t k = 0; o.word > 0 && k < 37 * 20; k++)
			TT_TRUE(t->moment2[k] > 0);
		tt_trainer_free(t);
		tt_params_free(p);
		tt_params_free(q);
	}
}

/* Schedule, and clipping by its effect: AdamW's first moment after one step is 0.1 · the clipped gradient. */
TT_TEST(schedule_and_clipping)
{
	static const double factors[] = {0.5, 1, 1, 2.0 / 3, 1.0 / 3, 0, 0};
	struct examples x;
	struct tt_train_report r;
	struct tt_train_options o = tiny_options();
	o.warm_up = 2;
	o.steps = 5;
	o.clip = 0.25;
	struct tt_params *p = tiny_params("two-heads");
	struct tt_trainer *t = tiny_trainer(p, &o);
	examples_make(&x, 5, 1);
	for (size_t i = 0; i < TT_LEN(factors); i++) {
		TT_EQ(tt_trainer_step(t, &x.batch, 1, &r, NULL), TT_OK);
		TT_NEAR_ROW((long)i, r.rate, factors[i] * o.rate, 1e-12);
		double squares = 0;
		for (size_t k = 0; i == 0 && k < p->layout.n; k++)
			squares += (double)t->moment1[k] * (double)t->moment1[k];
		if (i == 0) {
			TT_TRUE(r.norm > o.clip);
			TT_NEAR(sqrt(squares), 0.1 * o.clip, 1e-5);
		}
	}
	for (size_t k = 0; k < p->layout.n; k++)
		TT_TRUE(t->gradients[k] == 0);
	tt_trainer_free(t);
	tt_params_free(p);
}

/* What is frozen stays to the bit; all else moves. */
TT_TEST(frozen)
{
	static const struct {
		int layers;
		bool embeddings;
	} rows[] = {{0, true}, {1, true}, {2, true}, {1, false}};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_train_options o = tiny_options();
		struct tt_params *p = tiny_params("two-heads"), *q = tiny_params("two-heads");
		o.freeze_layers = rows[i].layers;
		o.freeze_embeddings = rows[i].embeddings;
		struct tt_trainer *t = tiny_trainer(p, &o);
		steps(t, 0, 2);
		for (size_t k = 0; k < p->layout.n_tensors; k++) {
			const struct tt_train_tensor *x = &p->layout.tensors[k];
			const bool same =
				memcmp(p->values + x->at, q->values + x->at, x->count * sizeof(float)) == 0;
			const bool frozen = x->depth == 0 ? rows[i].embeddings : x->depth <= rows[i].layers;
			TT_EQ_ROW((long)(i * 100 + k), same, frozen);
		}
		tt_trainer_free(t);
		tt_params_free(p);
		tt_params_free(q);
	}
}

/* Of a model with heads behind an inner layer, all learns, or those alone; they weigh what they are said to.
 */
TT_TEST(exits)
{
	static const struct {
		double weight;
		bool only;
	} rows[] = {{0.3, false}, {0, false}, {0.5, true}};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct examples x;
		struct tt_train_report r;
		struct tt_train_options o = tiny_options();
		struct tt_params *p = tiny_params_with("two-heads", &kinds[2]),
				 *q = tiny_params_with("two-heads", &kinds[2]);
		o.exit_weight = rows[i].weight;
		o.exits_only = rows[i].only;
		o.entity = 0.7;
		struct tt_trainer *t = tiny_trainer(p, &o);
		examples_make(&x, 8, 3);
		TT_EQ(tt_trainer_evaluate(t, &x.batch, NULL, NULL, &r, NULL), TT_OK);
		const double top = r.item.loss / r.item.weight + 0.7 * r.entity.loss / r.entity.weight,
			     exit = r.exit_item.loss / r.exit_item.weight +
				    0.7 * r.exit_entity.loss / r.exit_entity.weight;
		TT_NEAR_ROW((long)i, r.loss, (rows[i].only ? 0 : top) + rows[i].weight * exit, 1e-9);
		TT_TRUE(fabs(top - exit) > 1e-3);
		steps(t, 0, 2);
		for (size_t k = 0; k < p->layout.n_tensors; k++) {
			const struct tt_train_tensor *y = &p->layout.tensors[k];
			TT_EQ_ROW((long)(i * 100 + k),
				memcmp(p->values + y->at, q->values + y->at, y->count * sizeof(float)) != 0,
				y->exit ? rows[i].weight > 0 : !rows[i].only);
		}
		tt_trainer_free(t);
		tt_params_free(p);
		tt_params_free(q);
	}
}

TT_TEST(averages)
{
	static const double decays[] = {0, 0.75};
	for (size_t i = 0; i < TT_LEN(decays); i++) {
		struct tt_train_options o = tiny_options();
		struct tt_params *p = tiny_params("two-heads");
		o.average_from = 1;
		o.average_decay = decays[i];
		struct tt_trainer *t = tiny_trainer(p, &o);
		const size_t n = p->layout.n;
		double *want = calloc(n, sizeof(*want));
		tt_trainer_use_average(t, true); /* there is none */
		for (int s = 0; s < 4; s++) {
			steps(t, s, s + 1);
			for (size_t k = 0; k < n && s >= 1; k++)
				want[k] += ((double)p->values[k] - want[k]) *
					   (decays[i] > 0 && s > 1 ? 1 - decays[i] : 1.0 / s);
		}
		const float last = p->values[0];
		tt_trainer_use_average(t, true);
		for (size_t k = 0; k < n; k++)
			TT_NEAR_ROW((long)k, p->values[k], want[k], 1e-5);
		TT_TRUE(p->values[40] != last);
		tt_trainer_use_average(t, false);
		TT_TRUE(p->values[0] == last);
		tt_trainer_use_average(t, true); /* freeing puts the trained ones back */
		tt_trainer_free(t);
		TT_TRUE(p->values[0] == last);
		tt_params_free(p);
		free(want);
	}
}

TT_TEST(learns)
{
	struct examples x;
	struct tt_train_report r, first;
	struct tt_train_options o = tiny_options();
	o.steps = 200;
	o.hidden_dropout = o.attention_dropout = 0;
	o.rate = 5e-3;
	struct tt_params *p = tiny_params("two-heads");
	struct tt_trainer *t = tiny_trainer(p, &o);
	examples_make(&x, 12, 9);
	for (size_t i = 0; i < x.batch.n;
		i++) { /* equal texts have equal labels, so that no loss need be left */
		const struct tt_target target = {(int)(x.of[i].n_ids % TT_LABELS), NULL};
		x.of[i].target = x.mentions[i][0].target = x.mentions[i][1].target = target;
	}
	TT_EQ(tt_trainer_evaluate(t, &x.batch, NULL, NULL, &first, NULL), TT_OK);
	for (int i = 0; i < 200; i++)
		TT_EQ(tt_trainer_step(t, &x.batch, 1, &r, NULL), TT_OK);
	TT_EQ(tt_trainer_evaluate(t, &x.batch, NULL, NULL, &r, NULL), TT_OK);
	TT_TRUE(first.loss > 1);
	TT_NEAR(r.loss, 0, 0.1);
	tt_trainer_free(t);
	tt_params_free(p);
}

TT_TEST(bad_batches_change_nothing)
{
	static const int32_t ids[] = {2, 5, 6, 3}, outside[] = {2, 37, 3};
	static const int32_t no_word[] = {-1, 37, -1, -1}, negative[] = {-1, -2, -1, -1};
	static const struct tt_train_mention empty = {2, 2, {0, NULL}}, beyond = {2, 4, {0, NULL}},
					     label = {1, 2, {3, NULL}};
	static const struct {
		struct tt_train_example x;
		const char *want;
	} rows[] = {
		{{ids, 1, {0, NULL}, NULL, 0, NULL}, "example 1: 1 tokens; the model reads 2 to 24"},
		{{outside, 3, {0, NULL}, NULL, 0, NULL},
			"example 1: token 1 is 37, outside the vocabulary of 37"},
		{{ids, 4, {-2, NULL}, NULL, 0, NULL}, "example 1: a label is not one of 3"},
		{{ids, 4, {0, NULL}, &label, 1, NULL}, "example 1: a label is not one of 3"},
		{{ids, 4, {0, NULL}, &empty, 1, NULL},
			"example 1: mention 0, tokens [2, 2), is not between [CLS] "
			"and [SEP] of its 4 tokens"},
		{{ids, 4, {0, NULL}, &beyond, 1, NULL},
			"example 1: mention 0, tokens [2, 4), is not between [CLS] "
			"and [SEP] of its 4 tokens"},
		{{ids, 4, {0, NULL}, NULL, 0, no_word},
			"example 1: token 1 should be word 37, outside the vocabulary of 37"},
		{{ids, 4, {0, NULL}, NULL, 0, negative},
			"example 1: token 1 should be word -2, outside the vocabulary of 37"},
	};
	struct tt_train_options o = tiny_options();
	struct tt_params *p = tiny_params_with("two-heads", &kinds[1]);
	struct tt_trainer *t = tiny_trainer(p, &o);
	float *want = trained(&kinds[1], &o, 2);
	steps(t, 0, 1);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_err err = {0};
		struct tt_train_report r;
		const struct tt_train_example of[] = {{ids, 4, {0, NULL}, NULL, 0, NULL}, rows[i].x};
		const struct tt_train_batch batches[] = {{of, 1}, {of, 2}};
		TT_EQ_ROW((long)i, tt_trainer_step(t, batches, 2, &r, &err), TT_EDATA);
		TT_STR_EQ_ROW((long)i, tt_str_c(err.msg), tt_str_c(rows[i].want));
	}
	steps(t, 1, 2);
	TT_EQ(memcmp(want, p->values, p->layout.n * sizeof(float)), 0);
	free(want);
	tt_trainer_free(t);
	tt_params_free(p);
}

TT_TEST(words_need_their_head)
{
	static const int32_t ids[] = {2, 5, 6, 3}, none[] = {-1, -1, -1, -1}, asked[] = {-1, -1, 6, -1};
	struct tt_train_example x = {.ids = ids, .n_ids = 4, .words = none};
	const struct tt_train_batch batch = {&x, 1};
	struct tt_train_options o = tiny_options();
	struct tt_params *p = tiny_params("two-heads");
	struct tt_trainer *t = tiny_trainer(p, &o);
	struct tt_train_report r;
	struct tt_err err = {0};
	TT_EQ(tt_trainer_evaluate(t, &batch, NULL, NULL, &r, &err), TT_OK);
	x.words = asked;
	TT_EQ(tt_trainer_evaluate(t, &batch, NULL, NULL, &r, &err), TT_EDATA);
	TT_STR_EQ(tt_str_c(err.msg),
		TT_STR("example 0: asks for words, and the model was opened without the head for them"));
	tt_trainer_free(t);
	tt_params_free(p);
}

TT_TEST(bad_options)
{
	struct tt_params *p = tiny_params("two-heads");
	struct tt_trainer *t;
	struct tt_err err = {0};
	struct tt_train_options o = tiny_options();
	o.warm_up = 21;
	TT_EQ(tt_trainer_new(&t, p, &o, &err), TT_ECONF);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("warm_up: 21 is not from 0 to 20"));
	o = tiny_options();
	o.rate = NAN;
	TT_EQ(tt_trainer_new(&t, p, &o, &err), TT_ECONF);
	o = tiny_options();
	o.exits_only = true;
	TT_EQ(tt_trainer_new(&t, p, &o, &err), TT_ECONF);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("exits_only: the model has no heads behind inner layers"));
	tt_params_free(p);
}

TT_MAIN(TT_RUN(threads_do_not_matter), TT_RUN(resumes_to_the_bit), TT_RUN(foreign_checkpoints),
	TT_RUN(accumulated_batches_are_one), TT_RUN(blocks_of_words_are_one), TT_RUN(weights_of_objectives),
	TT_RUN(schedule_and_clipping), TT_RUN(frozen), TT_RUN(exits), TT_RUN(averages), TT_RUN(learns),
	TT_RUN(bad_batches_change_nothing), TT_RUN(words_need_their_head), TT_RUN(bad_options))
