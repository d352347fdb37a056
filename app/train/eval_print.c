/* eval_print.c - the report as text, see eval.h. */
#include <math.h>

#include "app/cli/term.h"
#include "app/train/eval.h"

static void put_number(struct tt_buf *out, double x, bool sign)
{
	if (isnan(x))
		tt_buf_printf(out, "%7s", "-");
	else
		tt_buf_printf(out, sign ? "%+.4f" : " %.4f", x);
}

static void put_figure(struct tt_buf *out, const struct tt_eval_figure *f, bool sign)
{
	put_number(out, f->value, sign);
	tt_buf_str(out, TT_STR(" ["));
	put_number(out, f->chance.low, sign);
	tt_buf_char(out, ',');
	put_number(out, f->chance.high, sign);
	tt_buf_char(out, ']');
}

static void put_confusion(struct tt_buf *out, const struct tt_eval_table *t)
{
	tt_buf_printf(out, "  %-10s %9s %9s %9s %9s %9s  F1\n", "label", "negative", "neutral", "positive",
		"precision", "recall");
	for (int k = 0; k < TT_LABELS; k++) {
		tt_buf_printf(out, "  %-10s", tt_label_name((enum tt_label)k));
		for (int j = 0; j < TT_LABELS; j++)
			tt_buf_printf(out, " %9llu", (unsigned long long)t->confusion.n[k][j]);
		tt_buf_str(out, TT_STR("   "));
		put_number(out, tt_confusion_precision(&t->confusion, k), false);
		tt_buf_str(out, TT_STR("   "));
		put_number(out, tt_confusion_recall(&t->confusion, k), false);
		tt_buf_char(out, ' ');
		put_figure(out, &t->figures[TT_FIGURE_F1 + k], false);
		tt_buf_char(out, '\n');
	}
}

static void put_head(struct tt_buf *out, const struct tt_eval_head *h, int head, size_t model)
{
	const struct tt_eval_table *t = &h->models[model];
	if (!h->n)
		return;
	tt_buf_printf(out, "\n%s: %zu labelled\n", tt_eval_head_name(head), h->n);
	for (int f = 0; f < TT_FIGURE_F1; f++) {
		tt_buf_printf(out, "  %-10s", tt_eval_figure_name(f));
		put_figure(out, &t->figures[f], false);
		tt_buf_char(out, '\n');
	}
	tt_buf_printf(out, "  %-10s", "ECE");
	put_number(out, t->reliability.ece, false);
	tt_buf_char(out, '\n');
	put_confusion(out, t);
}

static void put_slice(struct tt_buf *out, const struct tt_eval_slice *s, int head, size_t model)
{
	const struct tt_eval_head *h = &s->heads[head];
	const struct tt_eval_table *t = &h->models[model];
	if (!h->n)
		return;
	tt_buf_printf(out, "  %-8s ", tt_eval_head_name(head));
	tt_term_text(out, s->name, 24);
	tt_buf_printf(out, ": %zu, accuracy", h->n);
	put_figure(out, &t->figures[TT_FIGURE_ACCURACY], false);
	if (s->by != TT_BY_CLASS) { /* within one class it is half of what it seems */
		tt_buf_str(out, TT_STR(", macro-F1"));
		put_figure(out, &t->figures[TT_FIGURE_MACRO_F1], false);
	}
	tt_buf_str(out, TT_STR(", ECE"));
	put_number(out, t->reliability.ece, false);
	tt_buf_char(out, '\n');
}

static void put_model(struct tt_buf *out, const struct tt_eval *e, size_t model)
{
	const struct tt_eval_model *m = &e->models[model];
	if (e->n_models > 1)
		tt_buf_printf(out, "%s%s: ", model ? "\n" : "", model ? "B" : "A");
	tt_buf_printf(out, "%s (%s", m->dir, m->precision);
	if (m->temperature[TT_EVAL_TEXTS] != 1 || m->temperature[TT_EVAL_ENTITIES] != 1)
		tt_buf_printf(out, ", temperatures %.4g and %.4g", m->temperature[TT_EVAL_TEXTS],
			m->temperature[TT_EVAL_ENTITIES]);
	tt_buf_printf(out, ") on %s: %zu rows; in brackets 95 %% of %zu resamples\n", e->file, e->rows,
		e->resamples);
	for (int head = 0; head < TT_EVAL_HEADS; head++)
		put_head(out, &e->slices[0].heads[head], head, model);
	for (int by = TT_BY_ALL + 1; by < TT_BYS; by++) {
		if (e->by[by])
			tt_buf_printf(out, "\nby %s\n", tt_eval_by_name(by));
		for (size_t i = 0; i < e->n_slices; i++)
			for (int head = 0; head < TT_EVAL_HEADS && e->slices[i].by == by; head++)
				put_slice(out, &e->slices[i], head, model);
	}
}

static void put_difference(struct tt_buf *out, const struct tt_eval_slice *s, int head)
{
	const struct tt_eval_head *h = &s->heads[head];
	if (!h->n)
		return;
	tt_buf_printf(out, "  %s", tt_eval_head_name(head));
	if (s->by != TT_BY_ALL) {
		tt_buf_printf(out, ", %s ", tt_eval_by_name(s->by));
		tt_term_text(out, s->name, 24);
	}
	tt_buf_str(out, TT_STR(": accuracy "));
	put_figure(out, &h->difference[TT_FIGURE_ACCURACY], true);
	if (s->by != TT_BY_CLASS) {
		tt_buf_str(out, TT_STR(", macro-F1 "));
		put_figure(out, &h->difference[TT_FIGURE_MACRO_F1], true);
	}
	tt_buf_printf(out, "\n    only A right %llu, only B right %llu, McNemar p %.4f (%s)\n",
		(unsigned long long)h->mcnemar.first, (unsigned long long)h->mcnemar.second, h->mcnemar.p,
		h->mcnemar.exact ? "exact" : "chi-square");
}

void tt_eval_print(const struct tt_eval *e, struct tt_buf *out)
{
	for (size_t m = 0; m < e->n_models; m++)
		put_model(out, e, m);
	if (e->n_models > 1)
		tt_buf_str(out, TT_STR("\nB less A\n"));
	for (size_t i = 0; e->n_models > 1 && i < e->n_slices; i++)
		for (int head = 0; head < TT_EVAL_HEADS; head++)
			put_difference(out, &e->slices[i], head);
	for (int head = 0; head < TT_EVAL_HEADS; head++) {
		const struct tt_eval_fit *f = &e->fits[head];
		if (f->done)
			tt_buf_printf(out,
				"\n%s: temperature %.4f stored; log loss %.4f -> %.4f, ECE %.4f -> %.4f\n",
				tt_eval_head_name(head), f->temperature, f->loss[0], f->loss[1], f->ece[0],
				f->ece[1]);
	}
}
