/* test_index.c - the formulas of mood/index.h, by hand. */
#include <math.h>

#include "mood/index.h"
#include "tests/tt_test.h"

static void add(struct tt_minutes *h, int64_t minute, double w, double s)
{
	const struct tt_minute m = {.minute = minute, .n = 1, .w = w, .ws = w * s, .wss = w * s * s};

	TT_EQ(tt_minutes_add(h, &m, NULL), 0);
}

static void near(double a, double b)
{
	if (!(fabs(a - b) <= 1e-12))
		fail_msg("%.17g, want %.17g", a, b);
}

TT_TEST(mood_is_the_decayed_mean)
{
	struct tt_minutes h = {0};

	TT_TRUE(isnan(tt_mood_at(&h, 100, 60, 0.05).mood));
	add(&h, 160, 1, 0.5); /* in any order */
	add(&h, 100, 1, -0.5);
	struct tt_mood m = tt_mood_at(&h, 220, 60, 0.05);
	near(m.weight, 0.5 + 0.25);
	near(m.mood, (0.5 * 0.5 - 0.25 * 0.5) / 0.75);
	near(m.dispersion, sqrt(0.25 - m.mood * m.mood));
	near(tt_mood_at(&h, 160, 60, 0.05).mood, -0.5); /* its own minute is not over */
	TT_TRUE(isnan(tt_mood_at(&h, 100, 60, 0.05).mood));
	TT_TRUE(isnan(tt_mood_at(&h, 220, 60, 0.76).mood));
	TT_TRUE(isnan(tt_mood_at(&h, 161 + 60 * TT_MOOD_HORIZON, 60, 0).mood));
	near(tt_mood_at(&h, 160 + 60 * TT_MOOD_HORIZON, 60, 0).mood, 0.5);
	tt_minutes_done(&h);
}

TT_TEST(what_is_taken_back_is_gone)
{
	struct tt_minutes h = {0};
	const struct tt_minute back = {.minute = 7, .n = -1, .w = -0.3, .ws = -0.03, .wss = -0.003};

	add(&h, 7, 0.3, 0.1);
	add(&h, 9, 1, 0.25);
	TT_EQ(tt_minutes_add(&h, &back, NULL), 0);
	TT_EQ(h.n, 1);
	near(tt_mood_at(&h, 10, 5, 0).mood, 0.25);
	tt_minutes_forget(&h, 10);
	TT_EQ(h.n, 0);
	tt_minutes_done(&h);
}

TT_TEST(counts_buzz_and_shock)
{
	struct tt_minutes h = {0};

	TT_TRUE(isnan(tt_buzz_at(&h, 1000, 60, 600)));
	for (int64_t m = 400; m < 1000; m += 60)
		add(&h, m, 1, 0.2);
	add(&h, 999, 1, -0.8);
	TT_EQ(tt_items_at(&h, 1000, 60), 2);
	TT_EQ(tt_items_at(&h, 1000, 600), 11);
	near(tt_buzz_at(&h, 1000, 60, 600), 2 / 1.1);
	double shock = tt_shock_at(&h, 1000, 10, 600, 0.05, 0.1);
	struct tt_mood a = tt_mood_at(&h, 1000, 10, 0.05), b = tt_mood_at(&h, 1000, 600, 0.05);
	near(shock, (a.mood - b.mood) / fmax(b.dispersion, 0.1));
	TT_TRUE(shock < -1);
	TT_TRUE(isnan(tt_shock_at(&h, 5000, 10, 600, 0.05, 0.1)));
	tt_minutes_done(&h);
}

TT_MAIN(TT_RUN(mood_is_the_decayed_mean), TT_RUN(what_is_taken_back_is_gone), TT_RUN(counts_buzz_and_shock))
