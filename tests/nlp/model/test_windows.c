/* test_windows.c - the windows of a long text cover it, with context on both sides. */
#include "tests/tt_test.h"

#include "nlp/model/windows.h"

TT_TEST(counts)
{
	static const struct {
		size_t n_ids, max, want;
	} rows[] = {{2, 24, 1}, {24, 24, 1}, {25, 24, 2}, {41, 24, 2}, {42, 24, 3}, {512, 512, 1},
		{513, 512, 2}, {2, 3, 1}, {9, 3, 7}};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW((long)i, tt_windows(rows[i].n_ids, rows[i].max), rows[i].want);
}

/* Every token of the body is in some window, windows are in order, full but for the last, and overlap by a
 * quarter. */
TT_TEST(cover)
{
	static const size_t maxes[] = {3, 4, 5, 6, 7, 10, 24, 512};
	for (size_t k = 0; k < TT_LEN(maxes); k++)
		for (size_t n = 2; n < 3 * maxes[k] + 40; n++) {
			const size_t max = maxes[k], count = tt_windows(n, max);
			size_t reached = 1;
			for (size_t w = 0; w < count; w++) {
				const struct tt_window at = tt_window_at(n, max, w);
				TT_TRUE(at.end - at.begin <= max - 2 && (at.begin < at.end || n == 2));
				TT_EQ_ROW((long)n, at.begin, w ? reached - (max - 2) / 4 : 1);
				TT_TRUE(w == 0 || at.end > reached);
				TT_TRUE(w + 1 == count || at.end - at.begin == max - 2);
				reached = at.end;
			}
			TT_EQ_ROW((long)n, reached, n - 1);
		}
}

/* The chosen window holds the range, with context of half the overlap at least, and no other window has more.
 */
TT_TEST(best)
{
	static const size_t maxes[] = {10, 24, 26, 512};
	for (size_t k = 0; k < TT_LEN(maxes); k++) {
		const size_t n = 3 * maxes[k] + 7, max = maxes[k], half = (max - 2) / 8;
		for (size_t t = 1; t < n - 1; t++) {
			const struct tt_window w = tt_window_at(n, max, tt_window_of(n, max, t, t + 1));
			TT_TRUE(w.begin <= t && t < w.end);
			TT_TRUE(w.begin == 1 || t - w.begin >= half);
			TT_TRUE(w.end == n - 1 || w.end - (t + 1) + 1 >= half);
		}
	}
}

/* A range longer than a window: some window that sees its beginning. */
TT_TEST(too_long)
{
	for (size_t b = 1; b < 100; b++) {
		const struct tt_window w = tt_window_at(200, 24, tt_window_of(200, 24, b, b + 90));
		TT_TRUE(w.begin <= b && b < w.end);
	}
}

TT_MAIN(TT_RUN(counts), TT_RUN(cover), TT_RUN(best), TT_RUN(too_long))
