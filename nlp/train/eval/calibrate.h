/* calibrate.h - temperature scaling (Guo et al., "On calibration of modern neural networks", 2017): the one
 * number that logits are divided by, so that a probability is how often the answer is right. Labels stay.
 *
 * log p is as good as logits, from which it differs by a constant, so what is fitted is the factor to the
 * temperature that the model already has: 1 when it needs no other. Pure functions. */
#ifndef TT_NLP_TRAIN_EVAL_CALIBRATE_H
#define TT_NLP_TRAIN_EVAL_CALIBRATE_H

#include "common/err.h"
#include "nlp/train/eval/metrics.h"

/* The T that makes the mean of -log softmax(log p / T)_y least, by golden section over log T: the mean is
 * convex in 1 / T, so it has one minimum. TT_EDATA: that is at an end of TT_TEMPERATURE_MIN to _MAX, as when
 * all answers are right, or there are none. */
#define TT_TEMPERATURE_MIN 0.05
#define TT_TEMPERATURE_MAX 20.0
int tt_temperature_fit(const struct tt_answer *a, size_t n, double *ret, struct tt_err *err);

/* The answers as they are at temperature t. */
void tt_temperature_apply(struct tt_answer *a, size_t n, double t);

#endif
