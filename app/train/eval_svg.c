/* eval_svg.c - see eval_svg.h. */
#include "app/train/eval_svg.h"

#include <math.h>

enum { CELL_W = 92, CELL_H = 58, LEFT = 92, TOP = 46 };          /* of the confusion */
enum { SIDE = 240, X0 = 46, Y0 = 16, BARS = 44, BARS_GAP = 34 }; /* of the diagram */

static void put_cell(struct tt_buf *out, const struct tt_confusion *c, int given, int answered)
{
	const int x = LEFT + answered * CELL_W, y = TOP + given * CELL_H;
	const uint64_t n = c->n[given][answered], all = tt_confusion_given(c, given);
	const double share = all ? (double)n / (double)all : 0;
	const char *ink = share > 0.55 ? "#fff" : "#1b2733";
	tt_buf_printf(out,
		"<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"rgb(22,88,142)\" "
		"fill-opacity=\"%.3f\" stroke=\"#fff\" stroke-width=\"2\"/>"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"%s\" font-size=\"15\">%llu</text>"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" fill=\"%s\" font-size=\"11\">%.1f "
		"%%</text>\n",
		x, y, CELL_W, CELL_H, 0.05 + 0.95 * share, x + CELL_W / 2, y + CELL_H / 2 - 1, ink,
		(unsigned long long)n, x + CELL_W / 2, y + CELL_H / 2 + 15, ink, 100 * share);
}

void tt_svg_confusion(struct tt_buf *out, const struct tt_confusion *c)
{
	const int width = LEFT + TT_LABELS * CELL_W + 4, height = TOP + TT_LABELS * CELL_H + 4;
	tt_buf_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
		"role=\"img\" aria-label=\"confusion\">\n",
		width, height, width, height);
	const int middle = TOP + TT_LABELS * CELL_H / 2;
	tt_buf_printf(out,
		"<text x=\"%d\" y=\"15\" text-anchor=\"middle\" font-size=\"12\">answered</text>\n"
		"<text x=\"14\" y=\"%d\" text-anchor=\"middle\" font-size=\"12\" transform=\"rotate(-90 14 "
		"%d)\">given</text>\n",
		LEFT + TT_LABELS * CELL_W / 2, middle, middle);
	for (int k = 0; k < TT_LABELS; k++) {
		const char *name = tt_label_name((enum tt_label)k);
		tt_buf_printf(out,
			"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" font-size=\"13\">%s</text>"
			"<text x=\"%d\" y=\"%d\" text-anchor=\"end\" font-size=\"13\">%s</text>\n",
			LEFT + k * CELL_W + CELL_W / 2, TOP - 10, name, LEFT - 8,
			TOP + k * CELL_H + CELL_H / 2 + 5, name);
		for (int j = 0; j < TT_LABELS; j++)
			put_cell(out, c, k, j);
	}
	tt_buf_str(out, TT_STR("</svg>\n"));
}

/* ---- the diagram ---- */

static double x_of(double share)
{
	return X0 + SIDE * share;
}

static double y_of(double share)
{
	return Y0 + SIDE * (1 - share);
}

static void put_axes(struct tt_buf *out)
{
	for (int i = 0; i <= 5; i++) {
		const double at = i / 5.0;
		tt_buf_printf(out,
			"<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e3e8ee\"/>"
			"<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\" font-size=\"11\">%.1f</text>"
			"<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" font-size=\"11\">%.1f</text>\n",
			X0, X0 + SIDE, y_of(at), y_of(at), X0 - 6, y_of(at) + 4, at, x_of(at), Y0 + SIDE + 15,
			at);
	}
	tt_buf_printf(out,
		"<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#8a97a6\" stroke-dasharray=\"4 "
		"4\"/>\n"
		"<text x=\"12\" y=\"%d\" text-anchor=\"middle\" font-size=\"12\" transform=\"rotate(-90 12 "
		"%d)\">"
		"share right</text>"
		"<text x=\"%d\" y=\"%d\" text-anchor=\"middle\" font-size=\"12\">probability said</text>\n",
		X0, Y0 + SIDE, X0 + SIDE, Y0, Y0 + SIDE / 2, Y0 + SIDE / 2, X0 + SIDE / 2,
		Y0 + SIDE + BARS_GAP + BARS + 16);
}

static uint64_t most_of(const struct tt_reliability *r)
{
	uint64_t most = 1;
	for (int i = 0; i < TT_BINS; i++)
		most = r->bins[i].n > most ? r->bins[i].n : most;
	return most;
}

static void put_bin(struct tt_buf *out, const struct tt_bin *b, int i, uint64_t most)
{
	const double width = (double)SIDE / TT_BINS, high = BARS * (double)b->n / (double)most;
	tt_buf_printf(out,
		"<g><title>%llu answers, %.1f %% sure on average, %.1f %% right</title>"
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"rgb(22,88,142)\" "
		"fill-opacity=\"0.75\"/>"
		"<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#c0392b\"/>"
		"<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\" fill=\"rgb(22,88,142)\"/></g>\n",
		(unsigned long long)b->n, 100 * b->confidence, 100 * b->accuracy, X0 + i * width + 1,
		Y0 + SIDE + BARS_GAP - 12 + BARS - high, width - 2, high, x_of(b->confidence),
		x_of(b->confidence), y_of(b->confidence), y_of(b->accuracy), x_of(b->confidence),
		y_of(b->accuracy), 2.5 + 3.5 * sqrt((double)b->n / (double)most));
}

void tt_svg_reliability(struct tt_buf *out, const struct tt_reliability *r)
{
	const int width = X0 + SIDE + 16, height = Y0 + SIDE + BARS_GAP + BARS + 22;
	const uint64_t most = most_of(r);
	tt_buf_printf(out,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
		"role=\"img\" aria-label=\"reliability\">\n",
		width, height, width, height);
	put_axes(out);
	for (int i = 0; i < TT_BINS; i++)
		if (r->bins[i].n)
			put_bin(out, &r->bins[i], i, most);
	tt_buf_str(out, TT_STR("</svg>\n"));
}
