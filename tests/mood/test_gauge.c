/* test_gauge.c - gauges beside the formulas of index.h, over random histories: minutes that come in order and
 * late, that are added to and taken out again, a clock that stands, jumps and goes back, and what is
 * forgotten; and that nothing changes before tt_gauges_next. */
#include <math.h>

#include "mood/gauge.h"
#include "tests/tt_test.h"

static uint64_t rng = 99;
static int64_t below(int64_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (int64_t)((rng >> 33) % (uint64_t)n);
}

static const char *const conditions[] = {"mood(30m) < 0", "mood(6h) >= 0.1 and items(1h) >= 2",
	"dispersion(2h) > 0.1", "change(45m, 1h) < -0.2", "change(5h, 30m) > 0.1", "shock(10m, 4h) < -0.5",
	"buzz(20m, 8h) > 2", "items(1h) < 1", "negative(90m) > 0.5"};
static struct tt_condition parsed[TT_LEN(conditions)];
static const struct tt_mood_conf confs[] = {{0.05, 0.1}, {0.001, 0.2}, {1.5, 0.1}};

static struct tt_minute random_minute(int64_t at)
{
	double score = (double)below(2001) / 1000 - 1, w = (double)(1 + below(100)) / 100;
	return (struct tt_minute){.minute = at,
		.n = 1,
		.n_pos = score > 0.3,
		.n_neg = score < -0.3,
		.w = w,
		.ws = w * score,
		.wss = w * score * score};
}

static struct tt_minute opposite(const struct tt_minute *m)
{
	return (struct tt_minute){m->minute, -m->n, -m->n_pos, -m->n_neg, -m->w, -m->ws, -m->wss};
}

static bool near(const struct tt_condition *c, double want, double got)
{
	if (c->terms[0].measure ==
		TT_MEASURE_DISPERSION) { /* the root of a difference that may be nearly nothing */
		want *= want;
		got *= got;
	}
	return isnan(want) == isnan(got) && !(fabs(want - got) > 1e-9 * fmax(1, fabs(want)));
}

/* What was found at the last look, and when there may be something else. */
struct found {
	enum tt_truth truth;
	int64_t holds_at, changes_at;
};

static void look(long row, struct tt_gauges *g, const struct tt_minutes *h, int64_t at,
	const struct tt_mood_conf *conf, struct found *f)
{
	for (size_t i = 0; i < TT_LEN(conditions); i++) {
		double want, got;
		enum tt_truth w = tt_condition_at(&parsed[i], h, at, conf, &want);
		f[i].truth = tt_gauges_condition(g, h, &parsed[i], at, conf, &got);
		TT_EQ_ROW(row * 100 + (long)i, f[i].truth, w);
		if (!near(&parsed[i], want, got))
			fail_msg("%ld, %s: %.15g, want %.15g", row, conditions[i], got, want);
		f[i].holds_at = tt_gauges_until(g, h, &parsed[i], at, conf, TT_UNTIL_HOLDS);
		f[i].changes_at = tt_gauges_until(g, h, &parsed[i], at, conf, TT_UNTIL_CHANGES);
		TT_TRUE(f[i].holds_at > at && f[i].changes_at > at);
	}
}

/* Nothing was said since: what was said not to come before then has not come. Returns whether it is time to
 * look again. */
static bool trust(long row, const struct tt_minutes *h, int64_t at, const struct tt_mood_conf *conf,
	const struct found *f, size_t *slept)
{
	bool is_time = false;
	for (size_t i = 0; i < TT_LEN(conditions); i++) {
		double value;
		enum tt_truth now = tt_condition_at(&parsed[i], h, at, conf, &value);
		if (f[i].truth != TT_HOLDS && at < f[i].holds_at && now == TT_HOLDS)
			fail_msg("%ld, %s holds too early", row, conditions[i]);
		if (at < f[i].changes_at)
			TT_EQ_ROW(row * 100 + (long)i, now, f[i].truth);
		*slept += f[i].truth != TT_HOLDS && at < f[i].holds_at;
		is_time |= at >= f[i].changes_at;
	}
	return is_time;
}

static void run(int history, const struct tt_mood_conf *conf)
{
	enum { STEPS = 3000, LOOKBACK = 48 * 360 };
	static struct tt_minute said[4 * STEPS];
	struct tt_gauge_kind kinds[TT_GAUGES_MAX];
	struct tt_gauge_plan plan = {.v = kinds};
	struct tt_minutes h = {0};
	struct found found[TT_LEN(conditions)] = {{0}};
	size_t slept = 0;
	int n_said = 0;
	int64_t now = 1000000;
	bool is_first = true;
	for (size_t i = 0; i < TT_LEN(conditions); i++)
		TT_TRUE(tt_gauge_plan_add(&plan, &parsed[i]));
	struct tt_gauge gauges[64] = {{0}};
	struct tt_gauges g = {&plan, gauges};
	TT_TRUE(plan.n <= TT_LEN(gauges));
	for (int step = 0; step < STEPS; step++) {
		bool touched = false;
		for (int64_t k = below(4); k > 0; k--) {
			struct tt_minute m =
				random_minute(now - (below(3) ? 0 : below(below(10) ? 30 : 2000)));
			struct tt_minutes_change change;
			if (n_said && below(20) == 0) /* a text was replaced */
				m = opposite(&said[--n_said]);
			else
				said[n_said++] = m;
			TT_EQ(tt_minutes_add(&h, &m, &change), 0);
			tt_gauges_note(&g, &h, &m, &change);
			touched = true;
		}
		if (touched || is_first || trust(step, &h, now, conf, found, &slept))
			look(step, &g, &h, now, conf, found);
		is_first = false;
		if (below(10) == 0)
			tt_gauges_forget(&g, tt_minutes_forget(&h, now - LOOKBACK));
		int64_t jump = below(40);
		if (jump == 0 && history % 2) {
			now -= below(50); /* the clock is set back */
			is_first = true;
		} else
			now += jump < 20   ? 1
			       : jump < 25 ? 0
			       : jump < 38 ? below(12)
					   : below(history % 3 ? 300 : 6000);
	}
	TT_TRUE(slept > 1000);
	tt_minutes_done(&h);
}

TT_TEST(agree_with_the_formulas)
{
	struct tt_err err;
	for (size_t i = 0; i < TT_LEN(conditions); i++)
		TT_EQ_ROW(i, tt_condition_parse(tt_str_c(conditions[i]), &parsed[i], &err), 0);
	for (int history = 0; history < 12; history++)
		run(history, &confs[history % (int)TT_LEN(confs)]);
}

TT_TEST(too_many_kinds)
{
	struct tt_gauge_kind kinds[TT_GAUGES_MAX];
	struct tt_gauge_plan plan = {.v = kinds};
	struct tt_condition c = {.terms = {{.measure = TT_MEASURE_ITEMS}}, .n = 1};
	for (int i = 1; i <= TT_GAUGES_MAX; i++) {
		c.terms[0].times[0] = i;
		TT_TRUE(tt_gauge_plan_add(&plan, &c) && tt_gauge_plan_add(&plan, &c));
	}
	c.terms[0].times[0] = TT_GAUGES_MAX + 1;
	TT_TRUE(!tt_gauge_plan_add(&plan, &c));
}

TT_MAIN(TT_RUN(agree_with_the_formulas), TT_RUN(too_many_kinds))
