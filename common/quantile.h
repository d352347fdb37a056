/* quantile.h - what share of some measurements is below what. */
#ifndef TT_COMMON_QUANTILE_H
#define TT_COMMON_QUANTILE_H

#include <stddef.h>

/* Of n >= 1 numbers, which are sorted for it: one of them that is not less than a share q of them. q 0 is the
 * least, 0.5 the median (of an even number the upper of the two in the middle), 1 the largest. */
double tt_quantile(double *x, size_t n, double q);

#endif
