/* plot.c - see plot.h. */
#include "nlp/train/fit/plot.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
	LEFT = 60,
	RIGHT = 700,
	TOP = 36,
	HEIGHT = 200,
	GAP = 76,
	PANELS = 2,
	TICKS = 4,
	LINE_MAX_BYTES = 1024
};

/* Columns of log.tsv that are drawn, and where. */
static const struct series {
	int column, panel;
	const char *name, *colour;
} series[] = {
	{2, 0, "training loss", "#888888"},
	{6, 0, "validation loss", "#d1495b"},
	{8, 1, "items, macro-F1", "#00798c"},
	{10, 1, "entities, macro-F1", "#edae49"},
};

struct panel {
	double low, high; /* of what is drawn in it */
	double top;       /* pixels */
};

/* ---- reading ---- */

/* Field `column` of a row; NaN for an empty one. */
static double field(struct tt_str row, int column)
{
	char text[64];
	const char *at = row.p, *end = row.p + row.n;
	for (; column > 0 && at; column--) {
		at = memchr(at, '\t', (size_t)(end - at));
		at = at ? at + 1 : NULL;
	}
	if (!at)
		return (double)NAN;
	const char *tab = memchr(at, '\t', (size_t)(end - at));
	const size_t n = (size_t)((tab ? tab : end) - at);
	if (n == 0 || n >= sizeof(text))
		return (double)NAN;
	memcpy(text, at, n);
	text[n] = '\0';
	return strtod(text, NULL);
}

/* The next row of the log, without its head; false at the end. */
static bool next_row(struct tt_str *rest, struct tt_str *row)
{
	if (rest->n == 0)
		return false;
	const char *end = memchr(rest->p, '\n', rest->n);
	row->p = rest->p;
	row->n = end ? (size_t)(end - rest->p) : rest->n;
	rest->p += row->n + (end != NULL);
	rest->n -= row->n + (end != NULL);
	return true;
}

static int measure(struct panel panels[PANELS], double *last_step, struct tt_str rows, const char *name,
	struct tt_err *err)
{
	struct tt_str row;
	for (size_t line = 2; next_row(&rows, &row); line++) {
		const double step = field(row, 0);
		if (!(step >= 1) || row.n > LINE_MAX_BYTES)
			return tt_err_set(err, TT_EPARSE, "%s:%zu: no row of a training's log", name, line);
		*last_step = fmax(*last_step, step);
		for (size_t i = 0; i < TT_LEN(series); i++) {
			struct panel *p = &panels[series[i].panel];
			const double y = field(row, series[i].column);
			if (isfinite(y)) {
				p->low = fmin(p->low, y);
				p->high = fmax(p->high, y);
			}
		}
	}
	if (*last_step == 0)
		return tt_err_set(err, TT_EPARSE, "%s: there are no rows in it", name);
	return TT_OK;
}

/* ---- drawing ---- */

static double x_of(double step, double last_step)
{
	return LEFT + (RIGHT - LEFT) * step / last_step;
}

static double y_of(const struct panel *p, double value)
{
	return p->top + HEIGHT * (p->high - value) / (p->high - p->low);
}

static void draw_axes(struct tt_buf *out, const struct panel *p, double last_step)
{
	for (int i = 0; i <= TICKS; i++) {
		const double value = p->low + (p->high - p->low) * i / TICKS, y = y_of(p, value),
			     step = last_step * i / TICKS, x = x_of(step, last_step);
		tt_buf_printf(out,
			"<path d='M%d %.1fH%d' class='g'/><text x='%d' y='%.1f' text-anchor='end'>%.3f</text>"
			"<text x='%.1f' y='%.1f' text-anchor='middle'>%.0f</text>\n",
			LEFT, y, RIGHT, LEFT - 6, y + 4, value, x, p->top + HEIGHT + 16, step);
	}
	tt_buf_printf(
		out, "<text x='%d' y='%.1f' text-anchor='end'>steps</text>\n", RIGHT, p->top + HEIGHT + 30);
}

/* A line through the points of a column; a single point is a dot. */
static void draw_series(struct tt_buf *out, const struct series *s, const struct panel *p, double last_step,
	struct tt_str rows)
{
	struct tt_str row;
	size_t n = 0;
	tt_buf_printf(out, "<g stroke='%s' fill='none' stroke-width='2' stroke-linecap='round'><path d='",
		s->colour);
	while (next_row(&rows, &row)) {
		const double y = field(row, s->column), x = x_of(field(row, 0), last_step);
		if (isfinite(y))
			tt_buf_printf(out, "%c%.1f %.1f", n++ ? 'L' : 'M', x, y_of(p, y));
	}
	tt_buf_printf(out, "%s'/></g>\n", n == 1 ? "h0" : "");
}

static void draw_names(struct tt_buf *out, const struct panel panels[PANELS])
{
	int at[PANELS] = {LEFT, LEFT};
	for (size_t i = 0; i < TT_LEN(series); i++) {
		const struct series *s = &series[i];
		const double y = panels[s->panel].top - 12;
		tt_buf_printf(out,
			"<path d='M%d %.1fh18' stroke='%s' stroke-width='2'/><text x='%d' "
			"y='%.1f'>%s</text>\n",
			at[s->panel], y - 4, s->colour, at[s->panel] + 24, y, s->name);
		at[s->panel] += 180;
	}
}

int tt_fit_plot(struct tt_buf *out, struct tt_str log, const char *name, struct tt_err *err)
{
	struct panel panels[PANELS];
	struct tt_str rows = log, head;
	double last_step = 0;
	for (int i = 0; i < PANELS; i++)
		panels[i] = (struct panel){(double)INFINITY, -(double)INFINITY, TOP + i * (HEIGHT + GAP)};
	next_row(&rows, &head);
	int rc = measure(panels, &last_step, rows, name, err);
	if (rc < 0)
		return rc;
	tt_buf_printf(out,
		"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 %d %d' font-family='sans-serif' "
		"font-size='12'>\n<style>.g{stroke:#ddd;fill:none}text{fill:#333}</style>\n"
		"<rect width='100%%' height='100%%' fill='#fff'/>\n",
		RIGHT + 20, TOP + PANELS * (HEIGHT + GAP));
	for (int i = 0; i < PANELS; i++) {
		if (!(panels[i].high >= panels[i].low)) /* no validation */
			panels[i].low = panels[i].high = 0;
		if (panels[i].high - panels[i].low < 1e-9)
			panels[i].high = panels[i].low + 1;
		draw_axes(out, &panels[i], last_step);
	}
	for (size_t i = 0; i < TT_LEN(series); i++)
		draw_series(out, &series[i], &panels[series[i].panel], last_step, rows);
	draw_names(out, panels);
	tt_buf_str(out, TT_STR("</svg>\n"));
	return out->rc < 0 ? tt_err_set(err, out->rc, "%s: %s", name, tt_err_text(out->rc)) : TT_OK;
}
