/* eval_svg.h - the pictures of an evaluation, as SVG to stand within HTML. Errors: those of the buffer. */
#ifndef TT_APP_TRAIN_EVAL_SVG_H
#define TT_APP_TRAIN_EVAL_SVG_H

#include "common/buf.h"
#include "nlp/train/eval/metrics.h"

/* Rows: labels given, columns: answers; the darker, the greater the share of its row. */
void tt_svg_confusion(struct tt_buf *out, const struct tt_confusion *c);

/* How often answers were right, by how probable they were said to be, beside the diagonal of those that keep
 * their word; bars below: how many there are. */
void tt_svg_reliability(struct tt_buf *out, const struct tt_reliability *r);

#endif
