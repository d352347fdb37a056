/* eval.c - see eval.h. */
#include "app/train/eval.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "app/score/score_eval.h"
#include "nlp/train/eval/calibrate.h"

#define ARENA_BYTES ((size_t)1 << 36)
enum { SOURCES_MAX = 50 };

static const struct {
	size_t most; /* tokens */
	const char *name;
} lengths[] = {
	{16, "to 16 tokens"}, {32, "17 to 32"}, {64, "33 to 64"}, {128, "65 to 128"}, {SIZE_MAX, "over 128"}};

const char *tt_eval_head_name(int head)
{
	return head == TT_EVAL_TEXTS ? "texts" : "entities";
}

const char *tt_eval_by_name(int by)
{
	static const char *const names[TT_BYS] = {"all", "source", "length", "class"};
	return names[by];
}

const char *tt_eval_figure_key(int figure)
{
	static const char *const keys[TT_FIGURES] = {
		"accuracy", "macro_f1", "log_loss", "brier", "f1_negative", "f1_neutral", "f1_positive"};
	return keys[figure];
}

const char *tt_eval_figure_name(int figure)
{
	static const char *const names[TT_FIGURES] = {
		"accuracy", "macro-F1", "log loss", "Brier", "F1 negative", "F1 neutral", "F1 positive"};
	return names[figure];
}

/* ---- collecting ---- */

static struct tt_eval_slice *new_slice(struct tt_eval *e, int by, struct tt_str name)
{
	struct tt_eval_slice *grown = tt_arena_grow(&e->arena, e->slices, e->n_slices, sizeof(*grown));
	struct tt_str copy = tt_arena_str(&e->arena, name);
	if (!grown || !copy.p)
		return NULL;
	e->slices = grown;
	grown[e->n_slices] = (struct tt_eval_slice){.by = by, .name = copy};
	return &grown[e->n_slices++];
}

/* The slice of that name, made when it is not there; the last of too many sources has all that follow. */
static struct tt_eval_slice *slice_of(struct tt_eval *e, int by, struct tt_str name)
{
	size_t n = 0;
	for (size_t i = 0; i < e->n_slices; i++) {
		if (e->slices[i].by != by)
			continue;
		n++;
		if (tt_str_eq(e->slices[i].name, name))
			return &e->slices[i];
	}
	if (n == SOURCES_MAX - 1)
		name = TT_STR("(others)");
	else if (n == SOURCES_MAX)
		return slice_of(e, by, TT_STR("(others)"));
	return new_slice(e, by, name);
}

int tt_eval_init(struct tt_eval *e, const bool by[TT_BYS], struct tt_err *err)
{
	bool good;
	*e = (struct tt_eval){.n_models = 1};
	memcpy(e->by, by, sizeof(e->by));
	tt_arena_init(&e->arena, ARENA_BYTES);
	good = new_slice(e, TT_BY_ALL, TT_STR("all")) != NULL;
	for (size_t i = 0; good && by[TT_BY_LENGTH] && i < TT_LEN(lengths); i++)
		good = new_slice(e, TT_BY_LENGTH, tt_str_c(lengths[i].name)) != NULL;
	for (int k = 0; good && by[TT_BY_CLASS] && k < TT_LABELS; k++)
		good = new_slice(e, TT_BY_CLASS, tt_str_c(tt_label_name((enum tt_label)k))) != NULL;
	return good ? TT_OK : tt_err_set(err, TT_ENOMEM, "out of memory");
}

void tt_eval_done(struct tt_eval *e)
{
	tt_arena_done(&e->arena);
}

static int add_answer(struct tt_eval *e, struct tt_eval_slice *s, int head, int label,
	const struct tt_sentiment *const said[TT_EVAL_MODELS])
{
	struct tt_eval_head *h = s ? &s->heads[head] : NULL;
	for (size_t m = 0; h && m < e->n_models; m++) {
		struct tt_answer *a =
			tt_arena_grow(&e->arena, h->models[m].answers, h->n, sizeof(*h->models[m].answers));
		if (!a)
			return TT_ENOMEM;
		h->models[m].answers = a;
		a[h->n] = (struct tt_answer){.unit = (uint32_t)e->rows, .label = label};
		memcpy(a[h->n].p, said[m]->p, sizeof(a[h->n].p));
	}
	if (h)
		h->n++;
	return h ? TT_OK : TT_ENOMEM;
}

/* One answer into every slice that the row, or its label, belongs to. */
static int add_everywhere(struct tt_eval *e, const struct tt_scored_row *row, int head, int label,
	const struct tt_sentiment *const said[TT_EVAL_MODELS])
{
	size_t length = 0;
	int rc = add_answer(e, &e->slices[0], head, label, said);
	while (row->n_tokens > lengths[length].most)
		length++;
	const struct tt_str names[TT_BYS] = {
		[TT_BY_SOURCE] = row->row.source.p ? row->row.source : TT_STR("(none)"),
		[TT_BY_LENGTH] = tt_str_c(lengths[length].name),
		[TT_BY_CLASS] = tt_str_c(tt_label_name((enum tt_label)label)),
	};
	for (int by = TT_BY_ALL + 1; rc == TT_OK && by < TT_BYS; by++)
		if (e->by[by])
			rc = add_answer(e, slice_of(e, by, names[by]), head, label, said);
	return rc;
}

int tt_eval_add(
	struct tt_eval *e, const struct tt_scored_row *const scored[TT_EVAL_MODELS], struct tt_err *err)
{
	const struct tt_scored_row *first = scored[0], *last = scored[e->n_models - 1];
	const struct tt_sentiment *text[TT_EVAL_MODELS] = {&first->sentiment, &last->sentiment};
	const int label = tt_score_eval_truth(first);
	int rc = TT_OK;
	if (label != TT_LABEL_NONE && !first->unscored && !last->unscored)
		rc = add_everywhere(e, first, TT_EVAL_TEXTS, label, text);
	for (size_t i = 0; rc == TT_OK && i < first->n_entities; i++) {
		const struct tt_scored_mention *a = &first->entities[i], *b = &last->entities[i];
		const struct tt_sentiment *entity[TT_EVAL_MODELS] = {&a->sentiment, &b->sentiment};
		if (a->truth != TT_LABEL_NONE && !a->unscored && !b->unscored)
			rc = add_everywhere(e, first, TT_EVAL_ENTITIES, a->truth, entity);
	}
	e->rows++;
	return rc < 0 ? tt_err_set(err, rc, "%s: row %zu: out of memory", e->file, e->rows) : TT_OK;
}

/* ---- figures ---- */

static void figures_of(const struct tt_answer *a, size_t n, const uint32_t *times, double ret[TT_FIGURES])
{
	const struct tt_confusion c = tt_confusion_of(a, n, times);
	ret[TT_FIGURE_ACCURACY] = tt_confusion_accuracy(&c);
	ret[TT_FIGURE_MACRO_F1] = tt_confusion_macro_f1(&c);
	ret[TT_FIGURE_LOG_LOSS] = tt_log_loss(a, n, times);
	ret[TT_FIGURE_BRIER] = tt_brier(a, n, times);
	for (int k = 0; k < TT_LABELS; k++)
		ret[TT_FIGURE_F1 + k] = tt_confusion_f1(&c, k);
}

/* Of a head: each model's, then their differences; always room for those of two. */
enum { OF_HEAD = (TT_EVAL_MODELS + 1) * TT_FIGURES };

static void figures_of_head(
	const struct tt_eval *e, const struct tt_eval_head *h, const uint32_t *times, double ret[OF_HEAD])
{
	double *difference = ret + (size_t)TT_EVAL_MODELS * TT_FIGURES;
	for (size_t m = 0; m < e->n_models; m++)
		figures_of(h->models[m].answers, h->n, times, ret + m * TT_FIGURES);
	for (size_t f = 0; e->n_models > 1 && f < TT_FIGURES; f++)
		difference[f] = ret[TT_FIGURES + f] - ret[f];
}

static void figures_of_resample(const void *data, const uint32_t *times, double *ret)
{
	const struct tt_eval *e = data;
	for (size_t i = 0; i < e->n_slices * TT_EVAL_HEADS; i++)
		figures_of_head(
			e, &e->slices[i / TT_EVAL_HEADS].heads[i % TT_EVAL_HEADS], times, ret + i * OF_HEAD);
}

static void finish_head(const struct tt_eval *e, struct tt_eval_head *h, const struct tt_interval *chance)
{
	double values[OF_HEAD] = {0};
	figures_of_head(e, h, NULL, values);
	for (size_t i = 0; i < OF_HEAD; i++) {
		const size_t m = i / TT_FIGURES, f = i % TT_FIGURES;
		const struct tt_eval_figure figure = {values[i], chance[i]};
		*(m < TT_EVAL_MODELS ? &h->models[m].figures[f] : &h->difference[f]) = figure;
	}
	for (size_t m = 0; m < e->n_models; m++) {
		h->models[m].confusion = tt_confusion_of(h->models[m].answers, h->n, NULL);
		h->models[m].reliability = tt_reliability_of(h->models[m].answers, h->n);
	}
	if (e->n_models > 1)
		h->mcnemar = tt_mcnemar_of(h->models[0].answers, h->models[1].answers, h->n);
}

int tt_eval_finish(struct tt_eval *e, struct tt_err *err)
{
	const size_t heads = e->n_slices * TT_EVAL_HEADS;
	const struct tt_bootstrap b = {.units = e->rows,
		.figures = heads * OF_HEAD,
		.resamples = e->resamples,
		.seed = e->seed,
		.figures_of = figures_of_resample,
		.data = e};
	struct tt_interval *chance = tt_arena_zalloc(&e->arena, b.figures, sizeof(*chance));
	if (!chance)
		return tt_err_set(err, TT_ENOMEM, "out of memory for intervals");
	int rc = tt_bootstrap_run(&b, chance, err);
	for (size_t i = 0; rc == TT_OK && i < heads; i++)
		finish_head(e, &e->slices[i / TT_EVAL_HEADS].heads[i % TT_EVAL_HEADS], chance + i * OF_HEAD);
	return rc;
}

/* ---- temperatures ---- */

static int calibrate_head(struct tt_eval *e, int head, struct tt_err *err)
{
	const struct tt_eval_head *h = &e->slices[0].heads[head];
	struct tt_answer *a = tt_arena_zalloc(&e->arena, h->n, sizeof(*a));
	struct tt_eval_fit *fit = &e->fits[head];
	double t;
	if (!a)
		return tt_err_set(err, TT_ENOMEM, "out of memory for a temperature");
	memcpy(a, h->models[0].answers, h->n * sizeof(*a));
	int rc = tt_temperature_fit(a, h->n, &t, err);
	if (rc < 0)
		return tt_err_prefix(err, rc, "%s: %s", e->file, tt_eval_head_name(head));
	fit->loss[0] = tt_log_loss(a, h->n, NULL);
	fit->ece[0] = tt_reliability_of(a, h->n).ece;
	tt_temperature_apply(a, h->n, t);
	fit->loss[1] = tt_log_loss(a, h->n, NULL);
	fit->ece[1] = tt_reliability_of(a, h->n).ece;
	fit->temperature = round(e->models[0].temperature[head] * t * 1e4) / 1e4;
	fit->done = true;
	return TT_OK;
}

int tt_eval_calibrate(struct tt_eval *e, struct tt_err *err)
{
	int rc = TT_OK;
	for (int head = 0; rc == TT_OK && head < TT_EVAL_HEADS; head++)
		if (e->slices[0].heads[head].n && (head == TT_EVAL_TEXTS || e->models[0].entity_head))
			rc = calibrate_head(e, head, err);
	return rc;
}
