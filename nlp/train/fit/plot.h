/* plot.h - a training's log.tsv as a picture: losses over steps above, what validation said below. */
#ifndef TT_NLP_TRAIN_FIT_PLOT_H
#define TT_NLP_TRAIN_FIT_PLOT_H

#include "common/buf.h"
#include "common/err.h"

/* Appends an SVG of its own, without anything from elsewhere. log: the file's text; name stands for it in
 * messages. TT_EPARSE (names the line), TT_ENOMEM, TT_ELIMIT. */
int tt_fit_plot(struct tt_buf *out, struct tt_str log, const char *name, struct tt_err *err);

#endif
