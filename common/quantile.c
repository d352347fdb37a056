/* quantile.c - see quantile.h. */
#include "common/quantile.h"

#include <stdlib.h>

static int by_value(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

double tt_quantile(double *x, size_t n, double q)
{
	const size_t at = (size_t)(q * (double)n);
	qsort(x, n, sizeof(*x), by_value);
	return x[at < n ? at : n - 1];
}
