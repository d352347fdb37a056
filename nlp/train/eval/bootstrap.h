/* bootstrap.h - how much of a figure is chance: percentile intervals (Efron 1979) over resampled units.
 *
 * Units (texts) are drawn with replacement, as many as there are, again and again; figures of a resample are
 * whatever the caller makes of how often each unit was drawn. So answers about entities are drawn with their
 * text, and figures of two models over the same draws give an interval of their difference. The same seed
 * gives the same draws. */
#ifndef TT_NLP_TRAIN_EVAL_BOOTSTRAP_H
#define TT_NLP_TRAIN_EVAL_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

#include "common/err.h"

struct tt_interval {
	double low, high; /* NaN: the figure is NaN in every resample */
};

struct tt_bootstrap {
	size_t units, figures, resamples;
	uint64_t seed;
	/* times (units): how often each was drawn; writes (figures) numbers */
	void (*figures_of)(const void *data, const uint32_t *times, double *ret);
	const void *data;
};

/* ret (figures): between the 2.5th and the 97.5th percentile. TT_ENOMEM. */
int tt_bootstrap_run(const struct tt_bootstrap *b, struct tt_interval *ret, struct tt_err *err);

#endif
