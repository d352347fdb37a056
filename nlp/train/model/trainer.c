/* trainer.c - see trainer.h. */
#include "nlp/train/model/trainer.h"

#include <assert.h>
#include <cblas.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nlp/train/model/trainer_parts.h"

struct tt_train_options tt_train_defaults(void)
{
	return (struct tt_train_options){.hidden_dropout = 0.1,
		.attention_dropout = 0.1,
		.item = 1,
		.entity = 1,
		.word = 1,
		/* Together they weigh less than the top, for whose sake they must not bend the layers below.
		 * As the two heads that were only there to help training: Szegedy et al., "Going deeper with
		 * convolutions", 2015. */
		.exit_weight = 0.3,
		.loss = {.class_weight = {1, 1, 1}, .soft_share = 0.5},
		.rate = 6e-5,
		.layer_decay = 1,
		.weight_decay = 0.01,
		.beta1 = 0.9,
		.beta2 = 0.999,
		.eps = 1e-8,
		.clip = 1,
		.average_from = -1};
}

/* ---- options ---- */

static int check_options(
	const struct tt_train_options *o, const struct tt_model_config *c, struct tt_err *err)
{
	const struct {
		const char *name;
		double value, min, max; /* [min, max] */
	} rows[] = {
		{"threads", o->threads, 0, 1024},
		{"hidden_dropout", o->hidden_dropout, 0, 0.99},
		{"attention_dropout", o->attention_dropout, 0, 0.99},
		{"item", o->item, 0, 1e6},
		{"entity", o->entity, 0, 1e6},
		{"word", o->word, 0, 1e6},
		{"exit_weight", o->exit_weight, 0, 1e6},
		{"smoothing", o->loss.smoothing, 0, 1},
		{"soft_share", o->loss.soft_share, 0, 1},
		{"consistency", o->loss.consistency, 0, 1e6},
		{"class_weight", o->loss.class_weight[0], 0, 1e6},
		{"class_weight", o->loss.class_weight[1], 0, 1e6},
		{"class_weight", o->loss.class_weight[2], 0, 1e6},
		{"rate", o->rate, 0, 10},
		{"layer_decay", o->layer_decay, 0, 1},
		{"warm_up", (double)o->warm_up, 0, (double)o->steps},
		{"steps", (double)o->steps, 0, 1e15},
		{"weight_decay", o->weight_decay, 0, 10},
		{"beta1", o->beta1, 0, 0.999999},
		{"beta2", o->beta2, 0, 0.999999},
		{"eps", o->eps, 1e-30, 1},
		{"clip", o->clip, 0, 1e30},
		{"freeze_layers", o->freeze_layers, 0, c->layers},
		{"average_decay", o->average_decay, 0, 1},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		if (!(rows[i].value >= rows[i].min && rows[i].value <= rows[i].max))
			return tt_err_set(err, TT_ECONF, "%s: %g is not from %g to %g", rows[i].name,
				rows[i].value, rows[i].min, rows[i].max);
	if (o->exits_only && c->n_heads == 1)
		return tt_err_set(err, TT_ECONF, "exits_only: the model has no heads behind inner layers");
	return TT_OK;
}

static struct tt_drop drop_of(double share, uint64_t seed, int64_t pass)
{
	const uint32_t threshold = (uint32_t)lrint(share * 65536);
	return (struct tt_drop){.seed = seed,
		.pass = (uint32_t)pass,
		.threshold = threshold,
		.scale = 65536 / (float)(65536 - threshold)};
}

/* ---- life ---- */

static int allocate(struct tt_trainer *t, struct tt_err *err)
{
	const size_t n = t->params->layout.n;
	t->gradients = calloc(n, sizeof(float));
	t->moment1 = calloc(n, sizeof(float));
	t->moment2 = calloc(n, sizeof(float));
	t->average = t->options.average_from >= 0 ? calloc(n, sizeof(float)) : NULL;
	t->seen = calloc((size_t)t->params->config.vocab, 1);
	if (!t->gradients || !t->moment1 || !t->moment2 || !t->seen ||
		(t->options.average_from >= 0 && !t->average))
		return tt_err_set(err, TT_ENOMEM, "out of memory for training %zu parameters", n);
	return TT_OK;
}

int tt_trainer_new(
	struct tt_trainer **ret, struct tt_params *p, const struct tt_train_options *o, struct tt_err *err)
{
	int rc = check_options(o, &p->config, err);
	if (rc < 0)
		return rc;
	struct tt_trainer *t = calloc(1, sizeof(*t));
	if (!t)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	openblas_set_num_threads(1);
	t->params = p;
	t->options = *o;
	if (o->exits_only) {
		t->options.freeze_embeddings = true;
		t->options.freeze_layers = p->config.layers;
	}
	t->pass.params = p;
	t->pass.ops = tt_train_ops_best();
	rc = allocate(t, err);
	if (rc == TT_OK)
		rc = tt_update_init(t, err);
	if (rc == TT_OK)
		rc = tt_gang_new(&t->gang, o->threads, err);
	t->pass.gang = t->gang;
	if (rc < 0)
		tt_trainer_free(t);
	else
		*ret = t;
	return rc;
}

void tt_trainer_free(struct tt_trainer *t)
{
	if (!t)
		return;
	tt_trainer_use_average(t, false);
	tt_gang_free(t->gang);
	tt_pass_done(&t->pass);
	free(t->gradients);
	free(t->moment1);
	free(t->moment2);
	free(t->average);
	free(t->seen);
	free(t->twice);
	free(t->chunks);
	free(t);
}

/* ---- a step ---- */

/* An objective's loss is multiplied by its weight over what all its targets of the batches weigh. */
static struct tt_factors factors_of(
	const struct tt_train_batch *batches, size_t n, const struct tt_train_options *o)
{
	const double weights[] = {
		[TT_OF_ITEM] = o->item, [TT_OF_ENTITY] = o->entity, [TT_OF_WORDS] = o->word};
	double sums[TT_OBJECTIVES] = {0};
	struct tt_factors f = {.top = !o->exits_only, .exit = o->exit_weight};
	for (size_t b = 0; b < n; b++)
		for (size_t i = 0; i < batches[b].n; i++) {
			const struct tt_train_example *x = &batches[b].examples[i];
			sums[TT_OF_ITEM] += tt_target_weight(&x->target, &o->loss);
			for (size_t m = 0; m < x->n_mentions; m++)
				sums[TT_OF_ENTITY] += tt_target_weight(&x->mentions[m].target, &o->loss);
			sums[TT_OF_WORDS] += (double)tt_words_asked(x);
		}
	for (int k = 0; k < TT_OBJECTIVES; k++)
		f.of[k] = sums[k] > 0 ? weights[k] / (o->loss.consistency > 0 ? 2 * sums[k] : sums[k]) : 0;
	return f;
}

static void see(struct tt_trainer *t, const struct tt_train_batch *b)
{
	for (size_t i = 0; i < b->n; i++)
		for (size_t k = 0; k < b->examples[i].n_ids; k++)
			t->seen[b->examples[i].ids[k]] = 1;
}

static double mean(const struct tt_loss *l)
{
	return l->weight > 0 ? l->loss / l->weight : 0;
}

static void finish_report(const struct tt_trainer *t, struct tt_train_report *r)
{
	const struct tt_train_options *o = &t->options;
	const double top = o->item * mean(&r->item) + o->entity * mean(&r->entity) + o->word * mean(&r->word),
		     exits = o->item * mean(&r->exit_item) + o->entity * mean(&r->exit_entity);
	r->loss = (o->exits_only ? 0 : top) + o->exit_weight * (t->params->config.n_heads - 1) * exits;
}

void tt_trainer_add_report(
	const struct tt_trainer *t, struct tt_train_report *sum, const struct tt_train_report *r)
{
	sum->item.loss += r->item.loss;
	sum->item.weight += r->item.weight;
	sum->entity.loss += r->entity.loss;
	sum->entity.weight += r->entity.weight;
	sum->exit_item.loss += r->exit_item.loss;
	sum->exit_item.weight += r->exit_item.weight;
	sum->exit_entity.loss += r->exit_entity.loss;
	sum->exit_entity.weight += r->exit_entity.weight;
	sum->word.loss += r->word.loss;
	sum->word.weight += r->word.weight;
	sum->words_right += r->words_right;
	sum->tokens += r->tokens;
	finish_report(t, sum);
}

/* The batch as it is read: with consistency, twice. */
static int take_batch(struct tt_trainer *t, const struct tt_train_batch *given, struct tt_train_batch *ret,
	struct tt_err *err)
{
	*ret = *given;
	t->pass.twice = t->options.loss.consistency > 0;
	if (!t->pass.twice)
		return TT_OK;
	struct tt_train_example *twice = realloc(t->twice, (2 * given->n + 1) * sizeof(*twice));
	if (!twice)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	t->twice = twice;
	memcpy(twice, given->examples, given->n * sizeof(*twice));
	memcpy(twice + given->n, given->examples, given->n * sizeof(*twice));
	*ret = (struct tt_train_batch){twice, 2 * given->n};
	return TT_OK;
}

int tt_trainer_accumulate(struct tt_trainer *t, const struct tt_train_batch *batches, size_t n,
	struct tt_train_report *ret, struct tt_err *err)
{
	const struct tt_train_options *o = &t->options;
	struct tt_train_report r = {0};
	int lowest = 0;
	while (!tt_depth_learns(o, lowest))
		lowest++;
	int rc = TT_OK;
	for (size_t b = 0; rc == TT_OK && b < n; b++)
		rc = tt_pass_check(&t->pass, &batches[b], err);
	if (rc < 0)
		return rc;
	const struct tt_factors factors = factors_of(batches, n, o);
	for (size_t b = 0; b < n; b++) {
		struct tt_train_batch batch;
		rc = take_batch(t, &batches[b], &batch, err);
		if (rc == TT_OK)
			rc = tt_pass_begin(&t->pass, &batch, err);
		if (rc < 0)
			return rc;
		t->pass.hidden = drop_of(o->hidden_dropout, o->seed, t->passes);
		t->pass.attention = drop_of(o->attention_dropout, o->seed, t->passes);
		t->passes++;
		tt_pass_forward(&t->pass);
		tt_pass_loss(&t->pass, &o->loss, &factors, &r, t->gradients);
		tt_pass_backward(&t->pass, t->gradients, lowest);
		see(t, &batches[b]);
		r.tokens += t->pass.T;
	}
	finish_report(t, &r);
	*ret = r;
	return TT_OK;
}

int tt_trainer_step(struct tt_trainer *t, const struct tt_train_batch *batches, size_t n,
	struct tt_train_report *ret, struct tt_err *err)
{
	const int64_t passes = t->passes;
	assert(!t->average_in_use);
	int rc = tt_trainer_accumulate(t, batches, n, ret, err);
	if (rc == TT_OK)
		rc = tt_update(t, ret, err);
	if (rc < 0) {
		memset(t->gradients, 0, t->params->layout.n * sizeof(*t->gradients));
		t->passes = passes;
	}
	return rc;
}

int64_t tt_trainer_steps(const struct tt_trainer *t)
{
	return t->step;
}

/* ---- evaluation ---- */

static void by_label(
	const struct tt_trainer *t, float (*to)[TT_LABELS], int head, const float *rows, size_t n)
{
	const int *row_of = t->params->config.row_of;
	for (size_t i = 0; to && i < n; i++)
		for (int l = 0; l < TT_LABELS; l++)
			to[(size_t)head * n + i][l] = rows[i * TT_LABELS + (size_t)row_of[l]];
}

int tt_trainer_evaluate(struct tt_trainer *t, const struct tt_train_batch *batch, float (*item)[TT_LABELS],
	float (*entity)[TT_LABELS], struct tt_train_report *ret, struct tt_err *err)
{
	struct tt_train_report r = {0};
	int rc = tt_pass_check(&t->pass, batch, err);
	if (rc == TT_OK)
		rc = tt_pass_begin(&t->pass, batch, err);
	if (rc < 0)
		return rc;
	t->pass.twice = false;
	t->pass.hidden = t->pass.attention = drop_of(0, 0, 0);
	tt_pass_forward(&t->pass);
	tt_pass_loss(&t->pass, &t->options.loss, &(struct tt_factors){0}, &r, NULL);
	for (int h = 0; h < t->params->config.n_heads; h++) {
		by_label(t, item, h, t->pass.heads[h].logits, t->pass.S);
		by_label(t, entity, h, t->pass.heads[h].span_logits, t->pass.M);
	}
	r.tokens = t->pass.T;
	finish_report(t, &r);
	*ret = r;
	return TT_OK;
}

void tt_trainer_use_average(struct tt_trainer *t, bool on)
{
	if (on == t->average_in_use || t->averaged == 0)
		return;
	float *values = t->params->values;
	t->params->values = t->average;
	t->average = values;
	t->average_in_use = on;
}
