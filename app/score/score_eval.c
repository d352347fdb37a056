/* score_eval.c - see score_eval.h. */
#include "app/score/score_eval.h"

#include <math.h>

int tt_score_eval_truth(const struct tt_scored_row *row)
{
	int common = TT_LABEL_NONE;
	if (row->row.label != TT_LABEL_NONE)
		return row->row.label;
	for (size_t i = 0; i < row->n_entities; i++) {
		const struct tt_scored_mention *e = &row->entities[i];
		if (!e->in_text)
			continue;
		if (e->truth == TT_LABEL_NONE || (common != TT_LABEL_NONE && common != e->truth))
			return TT_LABEL_NONE;
		common = e->truth;
	}
	return common;
}

void tt_score_eval_add(struct tt_score_eval *e, const struct tt_scored_row *row)
{
	int truth = tt_score_eval_truth(row);
	if (truth != TT_LABEL_NONE && !row->unscored)
		e->items.n[truth][row->sentiment.label]++;
	for (size_t i = 0; i < row->n_entities; i++) {
		const struct tt_scored_mention *m = &row->entities[i];
		if (m->truth != TT_LABEL_NONE && !m->unscored)
			e->entities.n[m->truth][m->sentiment.label]++;
	}
}

/* A label that nobody gave or answered is printed as 0. */
static double or_zero(double x)
{
	return isnan(x) ? 0 : x;
}

static void print_one(const struct tt_confusion *c, const char *what, struct tt_buf *out)
{
	uint64_t n = tt_confusion_total(c);
	if (n == 0)
		return;
	tt_buf_printf(out, "\n%s: %llu labelled, accuracy %.4f, macro-F1 %.4f\n", what, (unsigned long long)n,
		tt_confusion_accuracy(c), tt_confusion_macro_f1(c));
	tt_buf_printf(
		out, "  %-10s %10s %10s %10s %8s\n", "label", "negative", "neutral", "positive", "recall");
	for (int k = 0; k < TT_LABELS; k++) {
		tt_buf_printf(out, "  %-10s", tt_label_name((enum tt_label)k));
		for (int j = 0; j < TT_LABELS; j++)
			tt_buf_printf(out, " %10llu", (unsigned long long)c->n[k][j]);
		tt_buf_printf(out, " %8.4f\n", or_zero(tt_confusion_recall(c, k)));
	}
	tt_buf_printf(out, "  %-10s", "precision");
	for (int j = 0; j < TT_LABELS; j++)
		tt_buf_printf(out, " %10.4f", or_zero(tt_confusion_precision(c, j)));
	tt_buf_char(out, '\n');
}

int tt_score_eval_print(const struct tt_score_eval *e, struct tt_buf *out)
{
	print_one(&e->items, "texts", out);
	print_one(&e->entities, "entities", out);
	return out->rc;
}
