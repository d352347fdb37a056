/* stats.c - see stats.h. */
#include "nlp/train/data/stats.h"

#include <stdlib.h>

#include "common/quantile.h"

static double chars_of(const struct tt_data_row *row)
{
	return (double)row->chars;
}

static double tokens_of(const struct tt_data_row *row)
{
	return (double)row->tokens;
}

static double entities_of(const struct tt_data_row *row)
{
	return (double)row->n_entities;
}

/* x: room for a number a row. */
static struct tt_data_spread spread(
	const struct tt_dataset *d, double (*of)(const struct tt_data_row *row), double *x)
{
	struct tt_data_spread ret = {0};
	for (size_t i = 0; i < d->n_rows; i++) {
		x[i] = of(&d->rows[i]);
		ret.mean += x[i] / (double)d->n_rows;
	}
	if (d->n_rows > 0) {
		ret.p50 = tt_quantile(x, d->n_rows, 0.5);
		ret.p90 = tt_quantile(x, d->n_rows, 0.9);
		ret.p99 = tt_quantile(x, d->n_rows, 0.99);
		ret.max = tt_quantile(x, d->n_rows, 1);
	}
	return ret;
}

static double imbalance(const size_t kinds[TT_DATA_KINDS])
{
	size_t most = 0, least = 0, labels = 0;
	for (int k = 0; k < TT_LABELS; k++) {
		if (kinds[k] == 0)
			continue;
		most = kinds[k] > most ? kinds[k] : most;
		least = labels++ == 0 || kinds[k] < least ? kinds[k] : least;
	}
	return labels > 1 ? (double)most / (double)least : 0;
}

int tt_data_stats(const struct tt_dataset *d, struct tt_data_stats *ret, struct tt_err *err)
{
	double *x = malloc((d->n_rows + 1) * sizeof(*x));
	if (!x)
		return tt_err_set(err, TT_ENOMEM, "statistics of %zu rows: out of memory", d->n_rows);
	*ret = (struct tt_data_stats){.rows = d->n_rows, .distinct = d->n_classes};
	for (size_t i = 0; i < d->n_rows; i++) {
		const struct tt_data_row *row = &d->rows[i];
		ret->empty += row->clean_bytes == 0;
		tt_data_count(row, ret->kinds, ret->entities);
	}
	ret->imbalance = imbalance(ret->kinds);
	ret->chars = spread(d, chars_of, x);
	ret->tokens = spread(d, tokens_of, x);
	ret->per_text = spread(d, entities_of, x);
	free(x);
	return TT_OK;
}
