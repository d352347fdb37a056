/* eval_html.c - the report as a page that needs nothing else, see eval.h. It is well-formed XML, too. */
#include <math.h>

#include "app/html_escape.h"
#include "app/train/eval.h"
#include "app/train/eval_svg.h"

static const char style[] =
	"body{font:15px/1.5 system-ui,sans-serif;color:#1b2733;max-width:980px;margin:2em auto;padding:0 1em}"
	"h1{font-size:1.5em}h2{font-size:1.25em;border-bottom:1px solid "
	"#d5dce4;margin-top:2em}h3{font-size:1em}"
	"table{border-collapse:collapse;margin:.6em 0}td,th{padding:.15em .8em .15em 0;text-align:right}"
	"td:first-child,th:first-child{text-align:left}th{font-weight:600;border-bottom:1px solid #d5dce4}"
	"small{color:#5a6a7a}.pictures{display:flex;flex-wrap:wrap;gap:2em;align-items:flex-start}"
	"svg text{font-family:system-ui,sans-serif}";

static void put_number(struct tt_buf *out, double x, bool sign)
{
	if (isnan(x))
		tt_buf_str(out, TT_STR("–"));
	else
		tt_buf_printf(out, sign ? "%+.4f" : "%.4f", x);
}

static void put_figure(struct tt_buf *out, const struct tt_eval_figure *f, bool sign)
{
	tt_buf_str(out, TT_STR("<td>"));
	put_number(out, f->value, sign);
	tt_buf_str(out, TT_STR(" <small>["));
	put_number(out, f->chance.low, sign);
	tt_buf_str(out, TT_STR(", "));
	put_number(out, f->chance.high, sign);
	tt_buf_str(out, TT_STR("]</small></td>"));
}

static void put_cell(struct tt_buf *out, double x)
{
	tt_buf_str(out, TT_STR("<td>"));
	put_number(out, x, false);
	tt_buf_str(out, TT_STR("</td>"));
}

static void put_classes(struct tt_buf *out, const struct tt_eval_table *t)
{
	tt_buf_str(out, TT_STR("<table><tr><th>class</th><th>given</th><th>answered</th><th>precision</th>"
			       "<th>recall</th><th>F1</th></tr>\n"));
	for (int k = 0; k < TT_LABELS; k++) {
		tt_buf_printf(out, "<tr><td>%s</td><td>%llu</td><td>%llu</td>",
			tt_label_name((enum tt_label)k),
			(unsigned long long)tt_confusion_given(&t->confusion, k),
			(unsigned long long)tt_confusion_answered(&t->confusion, k));
		put_cell(out, tt_confusion_precision(&t->confusion, k));
		put_cell(out, tt_confusion_recall(&t->confusion, k));
		put_figure(out, &t->figures[TT_FIGURE_F1 + k], false);
		tt_buf_str(out, TT_STR("</tr>\n"));
	}
	tt_buf_str(out, TT_STR("</table>\n"));
}

static void put_head(struct tt_buf *out, const struct tt_eval_head *h, int head, size_t model)
{
	const struct tt_eval_table *t = &h->models[model];
	if (!h->n)
		return;
	tt_buf_printf(out, "<h3>%s: %zu labelled</h3>\n<table>\n", tt_eval_head_name(head), h->n);
	for (int f = 0; f < TT_FIGURE_F1; f++) {
		tt_buf_printf(out, "<tr><td>%s</td>", tt_eval_figure_name(f));
		put_figure(out, &t->figures[f], false);
		tt_buf_str(out, TT_STR("</tr>\n"));
	}
	tt_buf_str(out, TT_STR("<tr><td>ECE</td>"));
	put_cell(out, t->reliability.ece);
	tt_buf_str(out, TT_STR("</tr></table>\n<div class=\"pictures\">\n"));
	tt_svg_confusion(out, &t->confusion);
	tt_svg_reliability(out, &t->reliability);
	tt_buf_str(out, TT_STR("</div>\n"));
	put_classes(out, t);
}

static void put_slice(struct tt_buf *out, const struct tt_eval_slice *s, int head, size_t model)
{
	const struct tt_eval_head *h = &s->heads[head];
	const struct tt_eval_table *t = &h->models[model];
	if (!h->n)
		return;
	tt_buf_str(out, TT_STR("<tr><td>"));
	tt_html_escape(out, s->name);
	tt_buf_printf(out, "</td><td>%s</td><td>%zu</td>", tt_eval_head_name(head), h->n);
	put_figure(out, &t->figures[TT_FIGURE_ACCURACY], false);
	if (s->by == TT_BY_CLASS)
		put_cell(out, (double)NAN);
	else
		put_figure(out, &t->figures[TT_FIGURE_MACRO_F1], false);
	put_cell(out, t->reliability.ece);
	tt_buf_str(out, TT_STR("</tr>\n"));
}

static void put_slices(struct tt_buf *out, const struct tt_eval *e, int by, size_t model)
{
	tt_buf_printf(out,
		"<h3>by %s</h3>\n<table><tr><th>%s</th><th></th><th>labelled</th><th>accuracy</th>"
		"<th>macro-F1</th><th>ECE</th></tr>\n",
		tt_eval_by_name(by), tt_eval_by_name(by));
	for (size_t i = 0; i < e->n_slices; i++)
		for (int head = 0; head < TT_EVAL_HEADS && e->slices[i].by == by; head++)
			put_slice(out, &e->slices[i], head, model);
	tt_buf_str(out, TT_STR("</table>\n"));
}

static void put_model(struct tt_buf *out, const struct tt_eval *e, size_t model)
{
	const struct tt_eval_model *m = &e->models[model];
	tt_buf_printf(out, "<h2>%s", e->n_models < 2 ? "" : model ? "B: " : "A: ");
	tt_html_escape(out, tt_str_c(m->dir));
	tt_buf_printf(out, "</h2>\n<p>%s; temperature %.4g, of entities %.4g</p>\n", m->precision,
		m->temperature[TT_EVAL_TEXTS], m->temperature[TT_EVAL_ENTITIES]);
	for (int head = 0; head < TT_EVAL_HEADS; head++)
		put_head(out, &e->slices[0].heads[head], head, model);
	for (int by = TT_BY_ALL + 1; by < TT_BYS; by++)
		if (e->by[by])
			put_slices(out, e, by, model);
}

static void put_difference(struct tt_buf *out, const struct tt_eval_slice *s, int head)
{
	const struct tt_eval_head *h = &s->heads[head];
	if (!h->n)
		return;
	tt_buf_str(out, TT_STR("<tr><td>"));
	tt_html_escape(out, s->name);
	tt_buf_printf(out, "</td><td>%s</td>", tt_eval_head_name(head));
	put_figure(out, &h->difference[TT_FIGURE_ACCURACY], true);
	put_figure(out, &h->difference[TT_FIGURE_MACRO_F1], true);
	tt_buf_printf(out, "<td>%llu</td><td>%llu</td><td>%.4f <small>%s</small></td></tr>\n",
		(unsigned long long)h->mcnemar.first, (unsigned long long)h->mcnemar.second, h->mcnemar.p,
		h->mcnemar.exact ? "exact" : "χ²");
}

static void put_comparison(struct tt_buf *out, const struct tt_eval *e)
{
	tt_buf_str(out,
		TT_STR("<h2>B less A</h2>\n<table><tr><th></th><th></th><th>accuracy</th><th>macro-F1</th>"
		       "<th>only A right</th><th>only B right</th><th>McNemar p</th></tr>\n"));
	for (size_t i = 0; i < e->n_slices; i++)
		for (int head = 0; head < TT_EVAL_HEADS; head++)
			put_difference(out, &e->slices[i], head);
	tt_buf_str(out, TT_STR("</table>\n"));
}

static void put_fit(struct tt_buf *out, const struct tt_eval_fit *f, int head)
{
	if (f->done)
		tt_buf_printf(out,
			"<p>%s: temperature %.4f stored; log loss %.4f → %.4f, ECE %.4f → %.4f</p>\n",
			tt_eval_head_name(head), f->temperature, f->loss[0], f->loss[1], f->ece[0],
			f->ece[1]);
}

void tt_eval_html(const struct tt_eval *e, struct tt_buf *out)
{
	tt_buf_printf(out,
		"<!DOCTYPE html>\n<html lang=\"en\" xmlns=\"http://www.w3.org/1999/xhtml\">\n<head>"
		"<meta charset=\"utf-8\"/><title>tickertone "
		"eval</title>\n<style>%s</style></head>\n<body>\n<h1>",
		style);
	tt_html_escape(out, tt_str_c(e->file));
	tt_buf_printf(
		out, "</h1>\n<p>%zu rows; in brackets: 95 %% of %zu resamples</p>\n", e->rows, e->resamples);
	if (e->n_models > 1)
		put_comparison(out, e);
	for (int head = 0; head < TT_EVAL_HEADS; head++)
		put_fit(out, &e->fits[head], head);
	for (size_t m = 0; m < e->n_models; m++)
		put_model(out, e, m);
	tt_buf_str(out, TT_STR("</body>\n</html>\n"));
}
