/* advise.c - see advise.h. */
#include "app/bench/advise.h"

bool tt_bench_agrees(const struct tt_deviation *d)
{
	return d->mean <= TT_DEVIATION_MEAN_MAX &&
	       (double)d->changed <= TT_BENCH_CHANGED_MAX * (double)d->texts;
}

struct tt_bench_advice tt_bench_advise(const struct tt_bench_result *r, enum tt_precision taken)
{
	const double clearly = 1.05; /* less is the machine's mood, and not worth a line of configuration */
	struct tt_bench_advice a = {.best = &r->rows[0], .widest = &r->rows[0]};
	for (size_t i = 0; i < r->n_rows; i++) {
		const struct tt_bench_row *row = &r->rows[i];
		if (row->precision == taken)
			a.taken = row;
		if (row->times_fp32 > a.best->times_fp32 && tt_bench_agrees(&row->deviation))
			a.best = row;
		if (row->spread > a.widest->spread)
			a.widest = row;
	}
	a.strays = a.taken && !tt_bench_agrees(&a.taken->deviation);
	a.leave = a.taken && !a.strays && a.best->times_fp32 <= a.taken->times_fp32 * clearly;
	a.unquiet = a.widest->spread > TT_BENCH_SPREAD_MAX;
	return a;
}
