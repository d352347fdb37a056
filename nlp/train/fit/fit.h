/* fit.h - teaches a model with labelled texts: epochs of shuffled batches, validation, the best weights kept,
 * checkpoints.
 *
 * In a folder it leaves config.json and model.safetensors, which are replaced whenever validation says that
 * the weights became better (without validation: at the end), log.tsv, and while it is at it
 * checkpoint.safetensors. Killed at any time and begun again with `resume`, it ends with the same bytes as if
 * nothing had happened. A full disk, or data that cannot be read, is an error that leaves the last checkpoint
 * whole.
 *
 * Owner: all is the caller's. Threads: one caller; the trainer has threads of its own. Blocking: computes for
 * minutes to hours, and does file i/o. */
#ifndef TT_NLP_TRAIN_FIT_FIT_H
#define TT_NLP_TRAIN_FIT_FIT_H

#include "nlp/train/fit/figures.h"

/* Where examples come from. */
struct tt_fit_source {
	size_t n; /* in each epoch */
	/* Those of an epoch, counted from 0: the same whenever it is asked for. They live until the next
	 * call. */
	int (*epoch)(void *ctx, int64_t epoch, const struct tt_train_example **ret, struct tt_err *err);
	void *ctx;
};

struct tt_fit_options {
	struct tt_train_options
		train; /* its seed is the order's, too; steps, warm_up, average_from are set here */
	int64_t epochs;
	size_t batch, accumulate; /* examples of a pass; passes of a step */
	double warm_up;           /* share of all steps */
	double average;           /* so much of the steps, from the end, are averaged; 0: none */
	int64_t patience;         /* epochs without a better metric after which it stops; 0: never */
	int64_t checkpoint_steps; /* between checkpoints, beside those at the end of an epoch; 0: none */
	enum tt_dtype dtype;      /* of the weights that are written */
	bool resume;              /* go on from the checkpoint, when there is one */
};

struct tt_fit_progress {
	int64_t epoch, step, steps; /* epoch from 1; steps done, of all */
	double loss, rate;          /* loss: smoothed over about 20 steps */
	double tokens_per_s, seconds_left;
	bool ends_epoch;
	const struct tt_fit_figures *figures; /* then, with validation; else NULL */
	bool best;                            /* they are the best so far */
};

struct tt_fit_watch {
	void (*progress)(void *ctx, const struct tt_fit_progress *p); /* after every step */
	bool (*stop)(void *ctx);                                      /* true: save and return */
	void *ctx;
};

struct tt_fit_result {
	int64_t steps, best_epoch; /* epoch from 1; 0: no validation */
	double best_metric;
	bool stopped; /* by the watch: a checkpoint is there */
	bool early;   /* by patience */
};

/* valid: n_valid examples, may be none. dir is there. TT_ECONF names an option, TT_EDATA an example; TT_EIO,
 * TT_EPARSE (checkpoint of another training), TT_ENOMEM. */
int tt_fit(struct tt_params *p, const struct tt_fit_options *o, const struct tt_fit_source *train,
	const struct tt_train_example *valid, size_t n_valid, const char *dir,
	const struct tt_fit_watch *watch, struct tt_fit_result *ret, struct tt_err *err);

#endif
