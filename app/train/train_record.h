/* train_record.h - DIR/train.json: what a model was made from, which a training that is resumed must not
 * change, and what came of it; and who may write to DIR. */
#ifndef TT_APP_TRAIN_RECORD_H
#define TT_APP_TRAIN_RECORD_H

#include "app/train/train_source.h"

/* One training at a time writes to a folder. Closing *ret lets the next one. TT_EAGAIN, TT_EIO. */
int tt_train_lock(const char *dir, int *ret, struct tt_err *err);

struct tt_train_origin {
	const struct tt_train_opts *o;
	const struct tt_fit_options *fit;
	const char *start; /* folder */
	struct tt_id start_id;
	const struct tt_train_set *train, *valid;
	const struct tt_train_source *source; /* open: its teachers */
};

/* Written when the training begins; when one is resumed it must be as it was: TT_ECONF names the first key
 * that differs. *before: how the resumed one ended, steps 0 when it did not. TT_EIO, TT_EPARSE, TT_ELIMIT,
 * TT_ENOMEM. */
int tt_train_record(const struct tt_train_origin *from, struct tt_fit_result *before, struct tt_err *err);

/* Adds how it ended. */
int tt_train_record_result(const char *dir, const struct tt_fit_result *r, struct tt_err *err);

#endif
