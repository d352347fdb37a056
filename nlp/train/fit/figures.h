/* figures.h - how well a model being trained answers what it has not seen: confusion of both heads. Plain
 * numbers; pure functions. */
#ifndef TT_NLP_TRAIN_FIT_FIGURES_H
#define TT_NLP_TRAIN_FIT_FIGURES_H

#include "nlp/train/eval/metrics.h"
#include "nlp/train/model/trainer.h"

struct tt_fit_figures {
	struct tt_confusion item, entity;
	struct tt_confusion exit_item, exit_entity; /* of the heads behind inner layers, all together */
	double loss;                                /* as training weighs it, without dropout */
	double words; /* share of hidden words that were the likeliest; NaN: none was asked */
	/* What is to become large, in [0, 1]: the mean of the macro-F1 of the heads that were asked (with
	 * heads behind inner layers, the mean of theirs and the top's), else words. */
	double metric;
};

/* Answers of the weights as they are; p: the trainer's. TT_EDATA (names example), TT_ENOMEM. */
int tt_fit_figures(struct tt_trainer *t, const struct tt_params *p, const struct tt_train_example *examples,
	size_t n, struct tt_fit_figures *ret, struct tt_err *err);

#endif
