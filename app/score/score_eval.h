/* score_eval.h - how often scores agree with labels: accuracy, macro-F1, confusion table, for texts and for
 * entities.
 *
 * A text's label is the one its row gives, else the one that all its entities in the text have in common.
 * Entities that are not in the text, and what was not scored, do not count. accuracy = right / all. F1 of a
 * label = 2 right / (given + predicted); macro-F1 is its mean over the labels that were given or predicted at
 * all (scikit-learn's f1_score with average="macro"). */
#ifndef TT_APP_SCORE_EVAL_H
#define TT_APP_SCORE_EVAL_H

#include "app/score/score_text.h"
#include "common/buf.h"

struct tt_confusion {
	uint64_t n[TT_LABELS][TT_LABELS]; /* [label given][label predicted] */
};

struct tt_score_eval {
	struct tt_confusion items, entities;
};

void tt_score_eval_add(struct tt_score_eval *e, const struct tt_scored_row *row);

uint64_t tt_confusion_total(const struct tt_confusion *c);
double tt_confusion_accuracy(const struct tt_confusion *c); /* NaN of nothing */
double tt_confusion_macro_f1(const struct tt_confusion *c); /* likewise */

/* Both tables as text; nothing when no label was seen. */
int tt_score_eval_print(const struct tt_score_eval *e, struct tt_buf *out);

#endif
