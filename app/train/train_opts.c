/* train_opts.c - see train_opts.h. */
#include "app/train/train_opts.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/paths.h"
#include "common/file.h"

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

/* ---- the record ---- */

/* What files said; their names stand apart, for a file may move. */
static json_t *contents(const struct tt_train_set *s)
{
	json_t *all = json_array();
	for (size_t i = 0; i < s->n_files; i++) {
		char id[37];
		tt_id_format(s->files[i].id, id);
		json_array_append_new(
			all, json_pack("{s:I,s:s}", "rows", (json_int_t)s->files[i].rows, "id", id));
	}
	return all;
}

static json_t *paths(const struct tt_train_set *s)
{
	json_t *all = json_array();
	for (size_t i = 0; i < s->n_files; i++)
		json_array_append_new(all, json_string(s->files[i].path));
	return all;
}

static json_t *options(const struct tt_train_opts *o, const struct tt_fit_options *f)
{
	const double *w = f->train.loss.class_weight;
	json_t *all = json_object();
	const struct {
		const char *name;
		double value;
	} reals[] = {{"rate", o->rate}, {"layer-decay", o->layer_decay}, {"weight-decay", o->weight_decay},
		{"dropout", o->dropout}, {"smoothing", o->smoothing}, {"clip", o->clip}, {"item", o->item},
		{"entity", o->entity}, {"warm-up", o->warm_up}, {"average", o->average},
		{"soft-share", o->soft_share}, {"augment-share", o->augment_share},
		{"exit-weight", o->exit_weight}, {"exit-confidence", o->exit_confidence}};
	const struct {
		const char *name;
		int64_t value;
	} whole[] = {{"epochs", o->epochs}, {"batch", o->batch}, {"accumulate", o->accumulate},
		{"freeze-layers", o->freeze_layers}, {"freeze-embeddings", o->freeze_embeddings},
		{"patience", o->patience}, {"seed", o->seed}, {"max-tokens", o->max_tokens},
		{"dtype", o->dtype}, {"objective", o->objective}, {"layers", o->layers},
		{"exits-only", o->exits_only}};
	for (size_t i = 0; i < TT_LEN(whole); i++)
		json_object_set_new(all, whole[i].name, json_integer(whole[i].value));
	for (size_t i = 0; i < TT_LEN(reals); i++)
		json_object_set_new(all, reals[i].name, json_real(reals[i].value));
	json_object_set_new(all, "class-weights", json_pack("[f,f,f]", w[0], w[1], w[2]));
	json_object_set_new(all, "exits", o->exits ? json_string(o->exits) : json_null());
	json_object_set_new(all, "augment", o->augment ? json_string(o->augment) : json_null());
	json_object_set_new(all, "teacher", o->teachers ? json_string(o->teachers) : json_null());
	return all;
}

/* What one has and the other has differently, or not at all. */
static const char *difference(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)a, key, value)
	{
		if (strcmp(key, "paths") != 0 && !json_equal(value, json_object_get(b, key)))
			return key;
	}
	return NULL;
}

static int compare(const char *path, const json_t *now, struct tt_err *err)
{
	json_error_t why;
	json_t *then = json_load_file(path, 0, &why);
	if (!then)
		return tt_err_set(err, TT_EPARSE, "'%s':%d: %s", path, why.line, why.text);
	const char *key = difference(now, then);
	int rc = TT_OK;
	if (key && strcmp(key, "options") == 0)
		rc = tt_err_set(err, TT_ECONF, "'%s': began with another --%s", path,
			difference(json_object_get(now, key), json_object_get(then, key)));
	else if (key)
		rc = tt_err_set(err, TT_ECONF, "'%s': began with another '%s'", path, key);
	json_decref(then);
	return rc;
}

int tt_train_record(const struct tt_train_opts *o, const struct tt_fit_options *f, const char *start,
	struct tt_id start_id, const struct tt_train_set *train, const struct tt_train_set *valid,
	struct tt_err *err)
{
	char path[TT_PATH_MAX], id[37];
	if ((size_t)snprintf(path, sizeof(path), "%s/train.json", o->out) >= sizeof(path))
		return tt_err_set(err, TT_ELIMIT, "'%.100s...': the path is too long", o->out);
	tt_id_format(start_id, id);
	json_t *now = json_pack("{s:s,s:o,s:o,s:o,s:{s:s,s:o,s:o}}", "start", id, "options", options(o, f),
		"train", contents(train), "valid", contents(valid), "paths", "start", start, "train",
		paths(train), "valid", paths(valid));
	char *text = now ? json_dumps(now, JSON_INDENT(2)) : NULL;
	int rc = text ? TT_OK : tt_err_set(err, TT_ENOMEM, "out of memory");
	if (rc == TT_OK && o->resume && access(path, F_OK) == 0)
		rc = compare(path, now, err);
	else if (rc == TT_OK)
		rc = tt_file_write(path, tt_str_c(text), err);
	free(text);
	json_decref(now);
	return rc;
}
