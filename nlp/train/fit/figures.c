/* figures.c - see figures.h. */
#include "nlp/train/fit/figures.h"

#include <math.h>
#include <stdlib.h>

enum { BATCH = 64 };

static void add(struct tt_confusion *c, int label, const float logits[TT_LABELS])
{
	if (label >= 0)
		c->n[label][tt_top_label(logits)]++;
}

static double mean_f1(const struct tt_confusion *item, const struct tt_confusion *entity)
{
	const bool items = tt_confusion_total(item) > 0, entities = tt_confusion_total(entity) > 0;
	const double sum =
		(items ? tt_confusion_macro_f1(item) : 0) + (entities ? tt_confusion_macro_f1(entity) : 0);
	return items && entities ? sum / 2 : sum;
}

static double metric(const struct tt_fit_figures *f, bool exits)
{
	const double top = mean_f1(&f->item, &f->entity);
	if (isfinite(f->words))
		return f->words;
	return exits ? (top + mean_f1(&f->exit_item, &f->exit_entity)) / 2 : top;
}

/* Rows of one head stand behind those of the one below it, the top's last. */
struct answers {
	float (*item)[TT_LABELS], (*entity)[TT_LABELS];
	int n_heads;
};

static void count(struct tt_fit_figures *f, const struct tt_train_batch *b, const struct answers *a)
{
	size_t row = 0, m = 0;
	for (int head = 0; head < a->n_heads; head++) {
		const bool top = head == a->n_heads - 1;
		for (size_t i = 0; i < b->n; i++) {
			const struct tt_train_example *x = &b->examples[i];
			add(top ? &f->item : &f->exit_item, x->target.label, a->item[row++]);
			for (size_t k = 0; k < x->n_mentions; k++)
				add(top ? &f->entity : &f->exit_entity, x->mentions[k].target.label,
					a->entity[m++]);
		}
	}
}

static size_t most_mentions(const struct tt_train_example *examples, size_t n)
{
	size_t most = 1;
	for (size_t at = 0; at < n; at += BATCH) {
		size_t m = 0;
		for (size_t i = at; i < n && i < at + BATCH; i++)
			m += examples[i].n_mentions;
		most = m > most ? m : most;
	}
	return most;
}

int tt_fit_figures(struct tt_trainer *t, const struct tt_params *p, const struct tt_train_example *examples,
	size_t n, struct tt_fit_figures *ret, struct tt_err *err)
{
	const size_t heads = (size_t)p->config.n_heads;
	struct answers a = {calloc(heads * BATCH, sizeof(*a.item)),
		calloc(heads * most_mentions(examples, n), sizeof(*a.entity)), p->config.n_heads};
	struct tt_train_report r = {0}, sum = {0};
	int rc = a.item && a.entity ? TT_OK : tt_err_set(err, TT_ENOMEM, "out of memory for answers");
	*ret = (struct tt_fit_figures){0};
	for (size_t at = 0; rc == TT_OK && at < n; at += BATCH) {
		const struct tt_train_batch b = {examples + at, n - at < BATCH ? n - at : BATCH};
		rc = tt_trainer_evaluate(t, &b, a.item, a.entity, &r, err);
		if (rc < 0)
			break;
		count(ret, &b, &a);
		tt_trainer_add_report(t, &sum, &r);
	}
	ret->loss = sum.loss;
	ret->words = sum.word.weight > 0 ? (double)sum.words_right / sum.word.weight : (double)NAN;
	ret->metric = metric(ret, heads > 1);
	free(a.item);
	free(a.entity);
	return rc;
}
