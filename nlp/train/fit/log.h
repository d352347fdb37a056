/* log.h - a training's log.tsv: a row every so many steps and at the end of each epoch. Flushed row by row,
 * so that what a crash leaves reads up to there. Blocking: file i/o. */
#ifndef TT_NLP_TRAIN_FIT_LOG_H
#define TT_NLP_TRAIN_FIT_LOG_H

#include <stdio.h>

#include "nlp/train/fit/fit.h"

/* Opens DIR/log.tsv for what comes after `step`: rows of later steps go, those before stay; step 0 begins
 * anew. TT_EIO, TT_ELIMIT (path). */
int tt_fit_log_open(FILE **ret, const char *dir, int64_t step, struct tt_err *err);
int tt_fit_log_add(FILE *f, const struct tt_fit_progress *p, double seconds, struct tt_err *err);

#endif
