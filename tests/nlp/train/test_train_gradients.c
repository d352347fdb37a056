/* test_train_gradients.c - gradients against central differences of the loss: every tensor of tiny models,
 * with dropout, smoothing, class weights, teachers, mentions, several sequences of many lengths in a pack and
 * several batches in a step. */
#include "tests/tt_test.h"

#include <math.h>

#include "nlp/train/model/trainer_parts.h"
#include "tests/nlp/train/fixture.h"

static const int first[] = {1}, one_and_three[] = {1, 3};

static const struct {
	const char *model;
	double dropout, attention, smoothing, soft, item, entity;
	double weight[TT_LABELS];
	double word; /* 0: no head for words */
	const int *exits;
	size_t n_exits;
	double exit_weight;
	bool exits_only;
	double consistency;
} rows[] = {
	{"two-heads", 0, 0, 0, 0.5, 1, 1, {1, 1, 1}, 0, NULL, 0, 0, false, 0},
	{"two-heads", 0.1, 0.2, 0.1, 0.3, 1, 0.7, {1, 2, 0.5}, 2, first, 1, 0.6, false, 0},
	{"finbert", 0.3, 0, 0.2, 1, 0.5, 2, {3, 1, 0.2}, 0, NULL, 0, 0, false, 0},
	{"bf16", 0, 0.4, 0, 0, 2, 1, {1, 0.5, 1}, 0.5, NULL, 0, 0, false, 0},
	{"finbert", 0, 0, 0, 0, 0, 0, {1, 1, 1}, 1, NULL, 0, 0, false, 0},
	{"exits", 0.1, 0, 0, 0.5, 1, 0.7, {1, 1, 1}, 0, one_and_three, 2, 0.3, false, 0},
	{"exits", 0.1, 0, 0, 0.5, 1, 0.7, {1, 1, 1}, 1, one_and_three, 2, 0.3, true, 0},
	{"two-heads", 0.2, 0.2, 0.1, 0.3, 1, 0.7, {1, 2, 0.5}, 0, first, 1, 0.6, false, 1.5},
};

static double loss(struct tt_trainer *t, const struct tt_train_batch *batches, size_t n)
{
	struct tt_train_report r;
	t->passes = 3; /* the same dropout each time */
	TT_EQ(tt_trainer_accumulate(t, batches, n, &r, NULL), TT_OK);
	return r.loss;
}

/* The slope of the loss along d, and the noise of its measurement. */
static double slope(struct tt_trainer *t, const struct tt_train_batch *batches, size_t n, float *w,
	const float *d, size_t count, float step)
{
	double side[2];
	float *was = malloc(count * sizeof(*was));
	memcpy(was, w, count * sizeof(*was));
	for (int s = 0; s < 2; s++) {
		for (size_t i = 0; i < count; i++)
			w[i] = was[i] + (s ? step : -step) * d[i];
		side[s] = loss(t, batches, n);
	}
	memcpy(w, was, count * sizeof(*was));
	free(was);
	return (side[1] - side[0]) / (2 * (double)step);
}

/* Along the gradient the slope is its length; along single numbers it is theirs. */
static void check_tensor(struct tt_trainer *t, const struct tt_train_batch *batches, size_t n,
	const struct tt_train_tensor *x, const float *gradient, int row)
{
	const float *g = gradient + x->at;
	float *w = t->params->values + x->at, *d = calloc(x->count, sizeof(*d));
	double length = 0;
	for (size_t i = 0; i < x->count; i++)
		length += (double)g[i] * (double)g[i];
	length = sqrt(length);
	const bool unseen =
		strstr(x->name, "key.bias"); /* by softmax: the loss is flat, as far as one goes */
	const float far = unseen ? 8 : 1;    /* what is left of rounding is so much smaller */
	if (unseen)
		assert_true(length < 1e-4);
	else
		assert_true(length > 1e-3);
	for (size_t i = 0; i < x->count && length > 0; i++)
		d[i] = (float)((double)g[i] / length);
	const double along = slope(t, batches, n, w, d, x->count, far * 2e-3F);
	if (fabs(along - length) > 3e-3 * length + 4e-4) {
		print_error("%s: along\n", x->name);
		TT_NEAR_ROW(row, along, length, 3e-3 * length + 4e-4);
	}
	for (size_t i = 0; i < x->count; i += x->count / 3 + 1) {
		const float one = 1;
		const double single = slope(t, batches, n, w + i, &one, 1, far * 4e-3F);
		if (fabs(single - (double)g[i]) > 1e-2 * fabs((double)g[i]) + 5e-4) {
			print_error("%s: number %zu\n", x->name, i);
			TT_NEAR_ROW(row, single, g[i], 1e-2 * fabs((double)g[i]) + 5e-4);
		}
	}
	free(d);
}

TT_TEST(central_differences)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct examples a, b;
		struct tt_params *p = tiny_params_with(rows[i].model, &(struct tt_params_options){.seed = 1,
									      .words = rows[i].word > 0,
									      .exits = rows[i].exits,
									      .n_exits = rows[i].n_exits});
		struct tt_train_options o = tiny_options();
		o.hidden_dropout = rows[i].dropout;
		o.attention_dropout = rows[i].attention;
		o.item = rows[i].item;
		o.entity = rows[i].entity;
		o.word = rows[i].word;
		o.exit_weight = rows[i].exit_weight;
		o.exits_only = rows[i].exits_only;
		o.loss.consistency = rows[i].consistency;
		o.loss.smoothing = rows[i].smoothing;
		o.loss.soft_share = rows[i].soft;
		memcpy(o.loss.class_weight, rows[i].weight, sizeof(rows[i].weight));
		struct tt_trainer *t = tiny_trainer(p, &o);
		examples_make(&a, 5, (unsigned)i);
		examples_make(&b, 4, (unsigned)i + 100);
		if (rows[i].word > 0) {
			examples_hide(&a, 0.3, 1);
			examples_hide(&b, 0.3, 2);
		}
		const struct tt_train_batch batches[] = {a.batch, b.batch};
		const size_t n = p->layout.n;
		loss(t, batches, 2);
		float *gradient = malloc(n * sizeof(*gradient));
		memcpy(gradient, t->gradients, n * sizeof(*gradient));
		for (size_t k = 0; k < p->layout.n_tensors; k++)
			if (tt_tensor_learns(&t->options, &p->layout.tensors[k]))
				check_tensor(t, batches, 2, &p->layout.tensors[k], gradient, (int)i);
		free(gradient);
		tt_trainer_free(t);
		tt_params_free(p);
	}
}

TT_MAIN(TT_RUN(central_differences))
