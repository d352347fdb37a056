/* advise.h - what to write into a configuration, after the figures of measure.h. Pure. */
#ifndef TT_APP_BENCH_ADVISE_H
#define TT_APP_BENCH_ADVISE_H

#include "app/bench/measure.h"

/* What counts as the same results over many texts: the mean of the self-check of tt_load, and clearly another
 * label for at most one in a hundred. The largest |Δp| is told but not judged: it grows with the number of
 * texts. */
#define TT_BENCH_CHANGED_MAX 0.01
bool tt_bench_agrees(const struct tt_deviation *d);

#define TT_BENCH_SPREAD_MAX 0.15 /* of rounds, beyond which figures are not to be trusted */

struct tt_bench_advice {
	const struct tt_bench_row *taken; /* what precision: auto takes here; NULL: that was not measured */
	const struct tt_bench_row *best;  /* the fastest that agrees with fp32 on these texts */
	bool leave;   /* auto is right: what it takes agrees, and nothing that agrees is clearly faster */
	bool strays;  /* what auto takes does not agree on these texts */
	bool unquiet; /* rounds differ by more than TT_BENCH_SPREAD_MAX */
	const struct tt_bench_row *widest; /* whose rounds differ most */
};

/* taken: the precision of a model that tt_load opened with auto. */
struct tt_bench_advice tt_bench_advise(const struct tt_bench_result *r, enum tt_precision taken);

#endif
