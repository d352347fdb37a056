/* chart.c - see chart.h. */
#include "app/history/chart.h"

#include <math.h>

static const char *const eighths[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};

/* Half rows from the top: 0 .. 2 × rows − 1; -1: no value. */
static int half_row(const struct tt_chart *c, double value)
{
	if (isnan(value))
		return -1;
	double part = (c->hi - value) / (c->hi - c->lo);
	int at = (int)lround(part * (2 * c->rows - 1));
	return at < 0 ? 0 : at > 2 * c->rows - 1 ? 2 * c->rows - 1 : at;
}

/* From the curve to zero: which halves of this row are filled. */
static const char *cell(const struct tt_chart *c, double value, int row)
{
	int at = half_row(c, value), zero = half_row(c, 0);
	if (at < 0)
		return " ";
	int from = at < zero ? at : zero, to = at < zero ? zero : at;
	bool upper = from <= 2 * row && 2 * row <= to, lower = from <= 2 * row + 1 && 2 * row + 1 <= to;
	return upper && lower ? "█" : upper ? "▀" : lower ? "▄" : " ";
}

static void put_axis(struct tt_buf *out, const struct tt_chart *c, int row)
{
	if (row == 0 || row == c->rows - 1)
		tt_buf_printf(out, "%+5.2f ┤", row ? c->lo : c->hi);
	else if (row == half_row(c, 0) / 2)
		tt_buf_str(out, TT_STR("    0 ┼"));
	else
		tt_buf_str(out, TT_STR("      │"));
}

static void put_row(struct tt_buf *out, const struct tt_chart *c, int row)
{
	int colour = 0; /* the one that is on */
	put_axis(out, c, row);
	for (size_t i = 0; i < c->n; i++) {
		const struct tt_chart_point *p = &c->v[i];
		const char *text = cell(c, p->value, row);
		int want = !c->colours || *text == ' ' ? 0 : p->value < 0 ? 31 : 32;
		int mark_row = (half_row(c, p->value < 0 ? 0 : p->value) - 1) / 2;
		char mark[2] = {p->mark, '\0'};
		if (p->mark && row == (mark_row < 0 ? 0 : mark_row)) {
			text = mark;
			want = c->colours ? 1 : 0;
		}
		if (want != colour)
			tt_buf_printf(out, "\033[0;%dm", want);
		colour = want;
		tt_buf_str(out, tt_str_c(text));
	}
	tt_buf_str(out, colour ? TT_STR("\033[0m\n") : TT_STR("\n"));
}

void tt_chart_put(struct tt_buf *out, const struct tt_chart *c)
{
	double most = 0;
	for (int row = 0; row < c->rows; row++)
		put_row(out, c, row);
	for (size_t i = 0; i < c->n; i++)
		most = c->v[i].bar > most ? c->v[i].bar : most;
	tt_buf_str(out, TT_STR("items ┤"));
	for (size_t i = 0; i < c->n; i++) {
		int eighth = most > 0 ? (int)ceil(c->v[i].bar / most * 8 - 1e-9) : 0;
		tt_buf_str(out, tt_str_c(eighths[eighth]));
	}
	tt_buf_printf(out, " %.0f at most\n", most);
}
