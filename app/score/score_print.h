/* score_print.h - scored rows as a table, JSON Lines or CSV, appended to a buffer.
 *
 * JSONL: {"text", "label", "score", "p": {"negative", "neutral", "positive"}, "entities": [{"entity",
 * "start", "end", "label", "score", "p"}]}, offsets in code points of the text, -1 when it is not in it. What
 * was not scored has null for label, score and p, and the reason in "unscored". CSV:
 * text,label,score,negative,neutral,positive,entities; the last is "NAME=SCORE" separated by "; ", the score
 * empty when there is none. */
#ifndef TT_APP_SCORE_PRINT_H
#define TT_APP_SCORE_PRINT_H

#include "app/score/score_text.h"
#include "common/buf.h"

enum tt_score_form { TT_SCORE_TABLE, TT_SCORE_JSONL, TT_SCORE_CSV };

struct tt_score_look {
	enum tt_score_form form;
	bool colour;
	int width; /* columns of the table; 0: no limit */
};

int tt_score_print_header(const struct tt_score_look *look, struct tt_buf *out);
int tt_score_print_row(const struct tt_score_look *look, const struct tt_scored_row *row, struct tt_buf *out);

#endif
