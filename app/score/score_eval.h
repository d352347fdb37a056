/* score_eval.h - how often scores agree with labels: accuracy, macro-F1, confusion table, for texts and for
 * entities.
 *
 * A text's label is the one its row gives, else the one that all its entities in the text have in common.
 * Entities that are not in the text, and what was not scored, do not count. */
#ifndef TT_APP_SCORE_EVAL_H
#define TT_APP_SCORE_EVAL_H

#include "app/score/score_text.h"
#include "common/buf.h"
#include "nlp/train/eval/metrics.h"

struct tt_score_eval {
	struct tt_confusion items, entities;
};

/* The label of the text of a row, TT_LABEL_NONE when it has none. */
int tt_score_eval_truth(const struct tt_scored_row *row);

void tt_score_eval_add(struct tt_score_eval *e, const struct tt_scored_row *row);

/* Both tables as text; nothing when no label was seen. */
int tt_score_eval_print(const struct tt_score_eval *e, struct tt_buf *out);

#endif
