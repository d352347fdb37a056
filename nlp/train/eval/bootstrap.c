/* bootstrap.c - see bootstrap.h. */
#include "nlp/train/eval/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/quantile.h"
#include "common/random.h"

static void draw(uint32_t *times, size_t units, uint64_t *state)
{
	memset(times, 0, units * sizeof(*times));
	for (size_t i = 0; i < units; i++)
		times[((tt_random_next(state) >> 32) * units) >> 32]++;
}

/* column: one figure of all resamples; NaN ones do not count. */
static struct tt_interval interval_of(double *column, size_t n)
{
	struct tt_interval ret = {(double)NAN, (double)NAN};
	size_t kept = 0;
	for (size_t i = 0; i < n; i++)
		if (!isnan(column[i]))
			column[kept++] = column[i];
	if (kept) {
		ret.low = tt_quantile(column, kept, 0.025);
		ret.high = tt_quantile(column, kept, 0.975);
	}
	return ret;
}

int tt_bootstrap_run(const struct tt_bootstrap *b, struct tt_interval *ret, struct tt_err *err)
{
	uint32_t *times = calloc(b->units + 1, sizeof(*times));
	double *row = calloc(b->figures + 1, sizeof(*row));
	double *columns = calloc(b->figures * b->resamples + 1, sizeof(*columns));
	uint64_t state = b->seed;
	int rc = TT_OK;
	if (!times || !row || !columns) {
		rc = tt_err_set(err, TT_ENOMEM, "out of memory for %zu resamples of %zu figures",
			b->resamples, b->figures);
		goto out;
	}
	for (size_t i = 0; i < b->resamples; i++) {
		draw(times, b->units, &state);
		b->figures_of(b->data, times, row);
		for (size_t k = 0; k < b->figures; k++)
			columns[k * b->resamples + i] = row[k];
	}
	for (size_t k = 0; k < b->figures; k++)
		ret[k] = interval_of(columns + k * b->resamples, b->resamples);
out:
	free(times);
	free(row);
	free(columns);
	return rc;
}
