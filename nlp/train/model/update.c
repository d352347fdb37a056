/* update.c - the step that follows the gradients: norm, clipping, schedule, AdamW, average. Chunks of the
 * block are tasks; sums go by chunk, in order. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "nlp/train/model/trainer_parts.h"

enum { CHUNK = 1 << 16 /* floats, about */ };

/* Chunks of the word embedding are whole rows. */
static size_t chunk_size(const struct tt_train_tensor *t)
{
	return t->cols && t->cols < CHUNK ? CHUNK / t->cols * t->cols : CHUNK;
}

int tt_update_init(struct tt_trainer *t, struct tt_err *err)
{
	const struct tt_layout *l = &t->params->layout;
	size_t n = 0;
	for (size_t i = 0; i < l->n_tensors; i++)
		n += l->tensors[i].count / chunk_size(&l->tensors[i]) + 1;
	t->chunks = calloc(n, sizeof(*t->chunks));
	if (!t->chunks)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	for (size_t i = 0; i < l->n_tensors; i++) {
		const struct tt_train_tensor *x = &l->tensors[i];
		const size_t size = chunk_size(x);
		for (size_t at = 0; at < x->count; at += size)
			t->chunks[t->n_chunks++] = (struct tt_update_chunk){
				x->at + at, x->count - at < size ? x->count - at : size, x, 0};
	}
	return TT_OK;
}

bool tt_depth_learns(const struct tt_train_options *o, int depth)
{
	return depth ? depth > o->freeze_layers : !o->freeze_embeddings;
}

bool tt_tensor_learns(const struct tt_train_options *o, const struct tt_train_tensor *x)
{
	const double weights[] = {
		[TT_OF_ALL] = 1, [TT_OF_ITEM] = o->item, [TT_OF_ENTITY] = o->entity, [TT_OF_WORDS] = o->word};
	const double head = x->exit ? o->exit_weight : o->exits_only ? 0 : 1;
	return tt_depth_learns(o, x->depth) && weights[x->objective] * head > 0;
}

/* ---- runs: a chunk, or those of its rows that were seen ---- */

static bool goes_by_row(const struct tt_trainer *t, const struct tt_update_chunk *c)
{
	return c->tensor == t->params->layout.tensors && !t->params->layout.words;
}

/* From *at on, the next run of numbers that are all seen or all not, within c; false at its end. */
static bool next_run(
	const struct tt_trainer *t, const struct tt_update_chunk *c, size_t *at, size_t *n, bool *seen)
{
	const size_t end = c->at + c->n, C = c->tensor->cols;
	*at += *n;
	if (*at >= end)
		return false;
	*n = end - *at;
	*seen = true;
	if (!goes_by_row(t, c))
		return true;
	size_t row = *at / C; /* the word embedding begins at 0 */
	*seen = t->seen[row];
	while (row < end / C && t->seen[row] == *seen)
		row++;
	*n = row * C - *at;
	return true;
}

/* ---- norm ---- */

static void square_chunk(void *ctx, size_t i)
{
	const struct tt_trainer *t = ctx;
	struct tt_update_chunk *c = &t->chunks[i];
	size_t at = c->at, n = 0;
	bool seen;
	c->squares = 0;
	if (!tt_tensor_learns(&t->options, c->tensor))
		return;
	while (next_run(t, c, &at, &n, &seen))
		if (seen)
			c->squares += t->pass.ops->squares(t->gradients + at, n);
}

static double norm_of(struct tt_trainer *t)
{
	double squares = 0;
	tt_gang_run(t->gang, square_chunk, t, t->n_chunks);
	for (size_t i = 0; i < t->n_chunks; i++)
		squares += t->chunks[i].squares;
	return sqrt(squares);
}

/* ---- AdamW ---- */

static double rate_at(const struct tt_train_options *o, int64_t step)
{
	if (step < o->warm_up)
		return o->rate * (double)(step + 1) / (double)o->warm_up;
	if (step >= o->steps)
		return 0;
	return o->rate * (double)(o->steps - step) / (double)(o->steps - o->warm_up);
}

struct update {
	struct tt_trainer *t;
	double rate;           /* of the heads */
	double start1, start2; /* 1 - beta^t */
	float gradient_scale, average_share;
};

static struct tt_adamw constants(const struct update *u, const struct tt_train_tensor *x)
{
	const struct tt_train_options *o = &u->t->options;
	const int below = u->t->params->config.layers + 1 - x->depth;
	const double rate = u->rate * pow(o->layer_decay, below);
	return (struct tt_adamw){.beta1 = (float)o->beta1,
		.beta2 = (float)o->beta2,
		.eps = (float)o->eps,
		.gradient_scale = u->gradient_scale,
		.rate = (float)(rate / u->start1),
		.root = (float)(1 / sqrt(u->start2)),
		.decay = (float)(1 - rate * (x->decay ? o->weight_decay : 0))};
}

static void update_chunk(void *ctx, size_t i)
{
	const struct update *u = ctx;
	struct tt_trainer *t = u->t;
	const struct tt_update_chunk *c = &t->chunks[i];
	const struct tt_adamw a = constants(u, c->tensor);
	float *w = t->params->values;
	size_t at = c->at, n = 0;
	bool seen;
	if (!tt_tensor_learns(&t->options, c->tensor))
		memset(t->gradients + at, 0, c->n * sizeof(*t->gradients));
	else
		while (next_run(t, c, &at, &n, &seen)) {
			if (seen)
				t->pass.ops->adamw(
					w + at, t->gradients + at, t->moment1 + at, t->moment2 + at, &a, n);
			else if (a.decay != 1)
				for (size_t k = at; k < at + n; k++)
					w[k] *= a.decay;
		}
	if (u->average_share > 0)
		for (size_t k = c->at; k < c->at + c->n; k++)
			t->average[k] += u->average_share * (w[k] - t->average[k]);
}

/* 1 at first, then the mean's 1 / k or what decay leaves. */
static float average_share(struct tt_trainer *t)
{
	const struct tt_train_options *o = &t->options;
	if (!t->average || t->step < o->average_from)
		return 0;
	t->averaged++;
	if (t->averaged > 1 && o->average_decay > 0)
		return (float)(1 - o->average_decay);
	return 1 / (float)t->averaged;
}

int tt_update(struct tt_trainer *t, struct tt_train_report *ret, struct tt_err *err)
{
	const struct tt_train_options *o = &t->options;
	const double norm = norm_of(t), k = (double)t->step + 1;
	if (!isfinite(norm))
		return tt_err_set(err, TT_EDATA, "step %lld: the gradient is not finite", (long long)t->step);
	struct update u = {.t = t,
		.rate = rate_at(o, t->step),
		.start1 = 1 - pow(o->beta1, k),
		.start2 = 1 - pow(o->beta2, k),
		.gradient_scale = o->clip > 0 && norm > o->clip ? (float)(o->clip / norm) : 1,
		.average_share = average_share(t)};
	tt_gang_run(t->gang, update_chunk, &u, t->n_chunks);
	t->step++;
	ret->norm = norm;
	ret->rate = u.rate;
	return TT_OK;
}

void tt_update_find_seen(struct tt_trainer *t)
{
	const size_t C = (size_t)t->params->config.hidden, V = (size_t)t->params->config.vocab;
	for (size_t row = 0; row < V; row++) {
		bool any = false;
		for (size_t k = row * C; k < (row + 1) * C; k++)
			any |= t->moment1[k] != 0 || t->moment2[k] != 0;
		t->seen[row] = any;
	}
}
