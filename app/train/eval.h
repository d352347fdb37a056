/* eval.h - what a labelled file says about one model, or about two on the same texts: what `tickertone eval`
 * reports.
 *
 * Rows come in scored; their answers are collected in tables: of texts and of entities, of all rows and of
 * slices of them. A row is a unit of resampling, with all its entities. Of two models only answers that both
 * gave count. Which rows have a label and which entities count: score_eval.h. Owner: caller's storage
 * (init/done), all it has is in its arena. Threads: one. Errors: TT_ENOMEM. */
#ifndef TT_APP_TRAIN_EVAL_H
#define TT_APP_TRAIN_EVAL_H

#include "app/paths.h"
#include "app/score/score_text.h"
#include "common/arena.h"
#include "nlp/train/eval/bootstrap.h"
#include "nlp/train/eval/mcnemar.h"
#include "nlp/train/eval/metrics.h"

enum tt_eval_by { TT_BY_ALL, TT_BY_SOURCE, TT_BY_LENGTH, TT_BY_CLASS, TT_BYS };
enum { TT_EVAL_TEXTS, TT_EVAL_ENTITIES, TT_EVAL_HEADS };
enum { TT_EVAL_MODELS = 2 };
enum {
	TT_FIGURE_ACCURACY,
	TT_FIGURE_MACRO_F1,
	TT_FIGURE_LOG_LOSS,
	TT_FIGURE_BRIER,
	TT_FIGURE_F1, /* of the first label */
	TT_FIGURES = TT_FIGURE_F1 + TT_LABELS
};

struct tt_eval_figure {
	double value;
	struct tt_interval chance; /* 95 % */
};

/* What one model answered. */
struct tt_eval_table {
	struct tt_answer *answers;
	struct tt_confusion confusion;
	struct tt_reliability reliability;
	struct tt_eval_figure figures[TT_FIGURES];
};

struct tt_eval_head {
	size_t n; /* answers of each model */
	struct tt_eval_table models[TT_EVAL_MODELS];
	/* of two models: the second's figures less the first's */
	struct tt_eval_figure difference[TT_FIGURES];
	struct tt_mcnemar mcnemar;
};

struct tt_eval_slice {
	int by; /* enum tt_eval_by */
	struct tt_str name;
	struct tt_eval_head heads[TT_EVAL_HEADS]; /* TT_EVAL_TEXTS, TT_EVAL_ENTITIES */
};

struct tt_eval_model {
	char dir[TT_PATH_MAX];
	const char *precision;
	double temperature[TT_EVAL_HEADS]; /* it was scored with */
	bool entity_head;
};

struct tt_eval_fit { /* of a head's temperature */
	bool done;
	double temperature;     /* that is stored */
	double loss[2], ece[2]; /* before, after */
};

struct tt_eval {
	struct tt_arena arena;
	const char *file;
	size_t rows, resamples;
	uint64_t seed;
	struct tt_eval_model models[TT_EVAL_MODELS];
	size_t n_models;
	struct tt_eval_slice *slices; /* the first is of all rows */
	size_t n_slices;
	bool by[TT_BYS];
	struct tt_eval_fit fits[TT_EVAL_HEADS];
};

const char *tt_eval_head_name(int head);     /* "texts", "entities" */
const char *tt_eval_by_name(int by);         /* "all", "source", "length", "class" */
const char *tt_eval_figure_key(int figure);  /* "macro_f1"; "f1_negative" */
const char *tt_eval_figure_name(int figure); /* "macro-F1"; "F1 negative" */

/* by: what slices are wanted beside all rows. */
int tt_eval_init(struct tt_eval *e, const bool by[TT_BYS], struct tt_err *err);
void tt_eval_done(struct tt_eval *e);

/* The next row as each of the n_models scored it. */
int tt_eval_add(
	struct tt_eval *e, const struct tt_scored_row *const scored[TT_EVAL_MODELS], struct tt_err *err);

/* Figures of all that was added, and how much of them is chance. */
int tt_eval_finish(struct tt_eval *e, struct tt_err *err);

/* Fits the temperatures of the first model's heads, entities only where it has a head for them; into e->fits.
 * Before or after finish. TT_EDATA: see calibrate.h. */
int tt_eval_calibrate(struct tt_eval *e, struct tt_err *err);

/* The report. Errors: those of the buffer. */
void tt_eval_print(const struct tt_eval *e, struct tt_buf *out);
void tt_eval_json(const struct tt_eval *e, struct tt_buf *out);
void tt_eval_html(const struct tt_eval *e, struct tt_buf *out); /* a whole page; needs nothing else */

#endif
