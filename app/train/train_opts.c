/* train_opts.c - see train_opts.h. */
#include "app/train/train_opts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- class weights ---- */

static int balance(double weight[TT_LABELS], const struct tt_train_set *s, struct tt_err *err)
{
	size_t n[TT_LABELS] = {0}, all = 0;
	for (size_t i = 0; i < s->n; i++) {
		const int label = tt_labelled_label(&s->v[i]);
		if (label >= 0) {
			n[label]++;
			all++;
		}
	}
	for (int k = 0; k < TT_LABELS; k++) {
		if (n[k] == 0)
			return tt_err_set(err, TT_EDATA, "--class-weights balanced: no row is %s",
				tt_label_name((enum tt_label)k));
		weight[k] = (double)all / (TT_LABELS * (double)n[k]);
	}
	return TT_OK;
}

static int class_weights(
	double weight[TT_LABELS], const char *given, const struct tt_train_set *s, struct tt_err *err)
{
	char rest;
	if (!given || strcmp(given, "none") == 0)
		return TT_OK;
	if (strcmp(given, "balanced") == 0)
		return balance(weight, s, err);
	if (sscanf(given, "%lf,%lf,%lf%c", &weight[0], &weight[1], &weight[2], &rest) == TT_LABELS)
		return TT_OK;
	return tt_err_set(err, TT_EUSAGE,
		"--class-weights '%s': none, balanced, or three numbers: negative,neutral,positive", given);
}

int tt_train_fit_options(struct tt_fit_options *ret, const struct tt_train_opts *o,
	const struct tt_train_set *s, struct tt_err *err)
{
	struct tt_train_options t = tt_train_defaults();
	t.seed = (uint64_t)o->seed;
	t.threads = (int)o->threads;
	t.hidden_dropout = t.attention_dropout = o->dropout;
	t.item = o->item;
	t.entity = o->entity;
	t.rate = o->rate;
	t.layer_decay = o->layer_decay;
	t.weight_decay = o->weight_decay;
	t.clip = o->clip;
	t.freeze_layers = (int)o->freeze_layers;
	t.freeze_embeddings = o->freeze_embeddings;
	t.exit_weight = o->exit_weight;
	t.exits_only = o->exits_only;
	t.loss.smoothing = o->smoothing;
	t.loss.soft_share = o->soft_share;
	t.loss.consistency = o->consistency;
	*ret = (struct tt_fit_options){.train = t,
		.epochs = o->epochs,
		.batch = (size_t)o->batch,
		.accumulate = (size_t)o->accumulate,
		.warm_up = o->warm_up,
		.average = o->average,
		.patience = o->patience,
		.checkpoint_steps = o->checkpoint_steps,
		.dtype = (enum tt_dtype)o->dtype,
		.resume = o->resume};
	if (o->consistency > 0 && o->objective == TT_TRAIN_WORDS)
		return tt_err_set(
			err, TT_EUSAGE, "--consistency compares answers: --objective words has none");
	if (o->join > 0 && o->objective == TT_TRAIN_WORDS)
		return tt_err_set(err, TT_EUSAGE, "--join is for labels: --objective words has none");
	return class_weights(ret->train.loss.class_weight, o->class_weights, s, err);
}

/* ---- lists ---- */

int tt_train_exits(const char *given, int exits[TT_LAYERS_MAX], size_t *n, struct tt_err *err)
{
	struct tt_str rest = tt_str_c(given);
	*n = 0;
	while (given && rest.p) {
		int64_t layer;
		if (!tt_str_int(tt_str_split(&rest, ','), 1, TT_LAYERS_MAX, &layer) || *n == TT_LAYERS_MAX ||
			(*n > 0 && layer <= exits[*n - 1]))
			return tt_err_set(
				err, TT_EUSAGE, "--exits '%s': want layers from 1, ascending: 2,4", given);
		exits[(*n)++] = (int)layer;
	}
	return TT_OK;
}

int tt_train_list(
	const char *given, const char *paths[], size_t max, size_t *n, char **text, struct tt_err *err)
{
	*n = 0;
	*text = NULL;
	if (!given)
		return TT_OK;
	char *at = *text = strdup(given), *one;
	if (!at)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	while ((one = strsep(&at, ","))) {
		if (*n == max)
			return tt_err_set(err, TT_EUSAGE, "'%s': more than %zu paths", given, max);
		if (!*one)
			return tt_err_set(err, TT_EUSAGE, "'%s': a path is empty", given);
		paths[(*n)++] = one;
	}
	return TT_OK;
}
