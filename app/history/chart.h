/* chart.h - a curve and bars below it as lines of Unicode characters for a terminal. Pure. */
#ifndef TT_APP_CHART_H
#define TT_APP_CHART_H

#include "common/buf.h"

struct tt_chart_point {
	double value; /* within [lo, hi]; NAN: none */
	double bar;   /* >= 0 */
	char mark;    /* over the curve; 0: none */
};

struct tt_chart {
	const struct tt_chart_point *v;
	size_t n;
	double lo, hi;
	int rows;     /* of the curve, at least 2; each has two points of resolution */
	bool colours; /* below 0 red, above green */
};

/* Appends rows + 1 lines, each with an axis of 7 columns in front of the n columns. Errors: those of the
 * buffer. */
void tt_chart_put(struct tt_buf *out, const struct tt_chart *c);

#endif
