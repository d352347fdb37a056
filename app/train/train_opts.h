/* train_opts.h - what `tickertone train` is told. */
#ifndef TT_APP_TRAIN_OPTS_H
#define TT_APP_TRAIN_OPTS_H

#include "app/alert/alert.h"
#include "app/train/train_set.h"
#include "nlp/train/fit/fit.h"

enum { TT_TEACHERS_MAX = 16 };
enum tt_train_objective { TT_TRAIN_LABELS, TT_TRAIN_WORDS }; /* "labels|words" */

struct tt_train_opts {
	struct tt_alert_opts common; /* which database */
	const char *model, *out, *plot, *valid, *teachers, *class_weights, *augment, *exits;
	int format, dtype, objective;
	bool from_db, exits_only, resume, freeze_embeddings, quiet;
	double rate, layer_decay, weight_decay, dropout, smoothing, clip, item, entity, warm_up, average,
		soft_share, consistency, augment_share, join, exit_weight, exit_confidence;
	int64_t layers, epochs, batch, accumulate, freeze_layers, patience, seed, threads, max_tokens,
		checkpoint_steps;
};

/* Class weights: "none", "balanced" (rows / (classes · rows of the class)), or "N,N,N" for negative, neutral
 * and positive. TT_EUSAGE. */
int tt_train_fit_options(struct tt_fit_options *ret, const struct tt_train_opts *o,
	const struct tt_train_set *s, struct tt_err *err);

/* "2,4": layers, ascending. TT_EUSAGE. */
int tt_train_exits(const char *given, int exits[TT_LAYERS_MAX], size_t *n, struct tt_err *err);

/* Splits "a,b" into at most max paths, copied to *text, which is freed by the caller. TT_EUSAGE, TT_ENOMEM.
 */
int tt_train_list(
	const char *given, const char *paths[], size_t max, size_t *n, char **text, struct tt_err *err);

#endif
