/* confusion.h - how often answers agree with labels. Pure.
 *
 * accuracy = right / all. F1 of a label = 2 right / (given + predicted); macro-F1 is its mean over the labels
 * that were given or predicted at all (scikit-learn's f1_score with average="macro"). Both are NaN of
 * nothing. */
#ifndef TT_COMMON_CONFUSION_H
#define TT_COMMON_CONFUSION_H

#include "common/scored.h"

struct tt_confusion {
	uint64_t n[TT_LABELS][TT_LABELS]; /* [label given][label predicted] */
};

uint64_t tt_confusion_given(const struct tt_confusion *c, int label);
uint64_t tt_confusion_predicted(const struct tt_confusion *c, int label);
uint64_t tt_confusion_total(const struct tt_confusion *c);
double tt_confusion_accuracy(const struct tt_confusion *c);
double tt_confusion_macro_f1(const struct tt_confusion *c);

#endif
