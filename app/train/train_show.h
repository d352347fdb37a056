/* train_show.h - what a training says while it is at it: a line that is drawn over on a terminal, and a line
 * at the end of each epoch. Threads: one. */
#ifndef TT_APP_TRAIN_SHOW_H
#define TT_APP_TRAIN_SHOW_H

#include "nlp/train/fit/fit.h"

struct tt_train_show {
	bool bar, quiet, drawn;
	int64_t drawn_ns;
};

void tt_train_show_init(struct tt_train_show *s, bool quiet);
void tt_train_show_step(void *show, const struct tt_fit_progress *p); /* struct tt_train_show */
void tt_train_show_clear(struct tt_train_show *s);
void tt_train_show_result(const struct tt_fit_result *r, const char *dir);

#endif
