/* test_quantile.c - quantiles of few numbers, by hand. */
#include "tests/tt_test.h"

#include "common/quantile.h"

TT_TEST(quantiles)
{
	static const struct {
		double x[5];
		size_t n;
		double q, want;
	} rows[] = {
		{{7}, 1, 0, 7},
		{{7}, 1, 0.99, 7},
		{{5, 1, 4, 2, 3}, 5, 0, 1},
		{{5, 1, 4, 2, 3}, 5, 0.5, 3},
		{{5, 1, 4, 2, 3}, 5, 0.79, 4},
		{{5, 1, 4, 2, 3}, 5, 0.8, 5},
		{{5, 1, 4, 2, 3}, 5, 1, 5},
		{{-2, 9, -1, -3}, 4, 0.5, -1},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		double x[5];
		memcpy(x, rows[i].x, sizeof(x));
		TT_NEAR_ROW((long)i, tt_quantile(x, rows[i].n, rows[i].q), rows[i].want, 0);
	}
}

TT_MAIN(TT_RUN(quantiles))
