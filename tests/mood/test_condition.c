/* test_condition.c - the language of rules: what is read, what is refused and how, what a term is. */
#include <math.h>

#include "mood/condition.h"
#include "tests/tt_test.h"

static const struct {
	const char *text, *error; /* NULL: it is read */
	size_t n;
} rows[] = {
	{"mood(6h) < -0.3", NULL, 1},
	{"  shock( 1h ,24h )<=-1.5 and items(1h)>=5 ", NULL, 2},
	{"buzz(30m, 7d) > 3", NULL, 1},
	{"score <= -.8 and relevance >= 0.5 and novelty > 0.9", NULL, 3},
	{"change(45m, 6h) < -0.5e0", NULL, 1},
	{"", "column 1: a measure is missing", 0},
	{"mod(6h) < 1", "column 1: there is no measure 'mod'; did you mean 'mood'?", 0},
	{"mood < 1", "column 6: '(' is missing", 0},
	{"mood(6) < 1", "column 6: a time is missing", 0},
	{"mood(0h) < 1", "column 6: a time is missing", 0},
	{"mood(9999d) < 1", "column 6: a time is missing", 0},
	{"mood(99999999999999999999d) < 1", "column 6: a time is missing", 0},
	{"shock(1h) < 1", "column 9: ',' and another time are missing", 0},
	{"shock(24h, 1h) < 1", "shock takes the shorter time first", 0},
	{"buzz(8d, 7d) < 1", "buzz takes the window first", 0},
	{"mood(6h < 1", "')' is missing", 0},
	{"mood(6h) = 1", "column 10: a comparison is missing", 0},
	{"mood(6h) <", "a number is missing", 0},
	{"mood(6h) < nan", "a number is missing", 0},
	{"mood(6h) < 1e999", "a number is missing", 0},
	{"mood(6h) < 1 or mood(1h) < 1", "'and', or nothing more", 0},
	{"mood(6h) < 1 and", "a measure is missing", 0},
	{"mood(6h) < 1 and score < 0",
		"column 18: score is of an item and mood of a subject: they cannot be asked together", 0},
	{"quiet > 6h", NULL, 1},
	{"quiet>=90s and failing < 30m", NULL, 2},
	{"lag > 1000 and behind > 5m", NULL, 2},
	{"overdue > 366d", NULL, 1},
	{"overdue > 367d", "column 11: a time is missing: 1s to 366d", 0},
	{"quiet > 6", "column 9: a time is missing", 0},
	{"quiet > 0h", "column 9: a time is missing", 0},
	{"quiet > 99999999999999999999s", "column 9: a time is missing", 0},
	{"lag > 6h", "column 8: 'and', or nothing more", 0},
	{"items(90s) > 1", "column 7: a time is missing: 1m", 0},
	{"quiet(6h) > 1", "column 6: a comparison is missing", 0},
	{"quite > 6h", "column 1: there is no measure 'quite'; did you mean 'quiet'?", 0},
	{"quiet > 6h and  lag > 1", "column 17: lag is of a topic and quiet of a feed", 0},
	{"lag > 1 and overdue > 1m", "column 13: overdue is of polling and lag of a topic", 0},
	{"items(1m)>0 and items(1m)>0 and items(1m)>0 and items(1m)>0 and items(1m)>0 and items(1m)>0 and "
	 "items(1m)>0 and "
	 "items(1m)>0 and items(1m)>0",
		"more than 8 terms", 0},
};

TT_TEST(texts)
{
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_condition c = {0};
		struct tt_err err = {0};
		int rc = tt_condition_parse(tt_str_c(rows[i].text), &c, &err);
		TT_EQ_ROW(i, rc, rows[i].error ? TT_ECONF : TT_OK);
		TT_EQ_ROW(i, c.n, rows[i].n);
		if (rows[i].error && !strstr(err.msg, rows[i].error))
			fail_msg("row %zu: %s", i, err.msg);
	}
}

/* What is formatted reads as the same again. */
TT_TEST(terms_have_one_form)
{
	static const char *const texts[] = {
		"mood(6h)", "shock(1h, 1d)", "buzz(30m, 7d)", "items(90m)", "score", "lag"};

	for (size_t i = 0; i < TT_LEN(texts); i++) {
		char whole[80], out[TT_TERM_TEXT];
		struct tt_condition c;
		snprintf(whole, sizeof(whole), "%s >= 0", texts[i]);
		TT_EQ(tt_condition_parse(tt_str_c(whole), &c, NULL), TT_OK);
		tt_term_format(&c.terms[0], out);
		TT_STR_EQ(tt_str_c(out), tt_str_c(texts[i]));
	}
}

/* A bound of a measure that is a time is minutes. */
TT_TEST(bounds_that_are_times)
{
	static const struct {
		const char *text;
		double bound;
	} bounds[] = {{"quiet > 6h", 360}, {"failing > 30s", 0.5}, {"behind > 2d", 2880}, {"lag > 90", 90}};

	for (size_t i = 0; i < TT_LEN(bounds); i++) {
		struct tt_condition c;
		TT_EQ_ROW(i, tt_condition_parse(tt_str_c(bounds[i].text), &c, NULL), TT_OK);
		TT_EQ_ROW(i, c.terms[0].bound == bounds[i].bound, true);
		TT_EQ_ROW(i, tt_measures[c.terms[0].measure].is_time, i < 3);
		TT_EQ_ROW(i, tt_condition_lookback(&c), 0);
	}
}

static const struct tt_mood_conf conf = {.weight_floor = 0.05, .dispersion_floor = 0.1};

static enum tt_truth ask(const char *text, const struct tt_minutes *h, int64_t at, double *ret)
{
	struct tt_condition c;

	TT_EQ(tt_condition_parse(tt_str_c(text), &c, NULL), TT_OK);
	return tt_condition_at(&c, h, at, &conf, ret);
}

TT_TEST(what_is_not_known_is_neither)
{
	struct tt_minutes h = {0};
	double value;

	TT_EQ(ask("mood(6h) < 0", &h, 100, &value), TT_UNKNOWN);
	TT_TRUE(isnan(value));
	TT_EQ(ask("mood(6h) < 0 and items(1h) > 0", &h, 100, &value), TT_FAILS); /* whatever the mood is */
	TT_EQ(ask("items(1h) < 1", &h, 100, &value), TT_HOLDS);
	TT_EQ(ask("negative(1h) > 0", &h, 100, &value), TT_UNKNOWN);
	for (int i = 0; i < 4; i++) {
		const struct tt_minute m = {
			.minute = 90 + i, .n = 2, .n_neg = i == 3, .w = 1, .ws = -0.5, .wss = 0.3};
		TT_EQ(tt_minutes_add(&h, &m, NULL), TT_OK);
	}
	TT_EQ(ask("mood(6h) < 0", &h, 100, &value), TT_HOLDS);
	TT_NEAR(value, -0.5, 1e-12);
	TT_EQ(ask("mood(6h) < -0.5 and items(1h) >= 8", &h, 100, &value), TT_FAILS);
	TT_EQ(ask("mood(6h) <= -0.49 and items(1h) >= 8", &h, 100, &value), TT_HOLDS);
	TT_EQ(ask("negative(1h) >= 0.125", &h, 100, &value), TT_HOLDS);
	TT_EQ(ask("negative(7m) >= 0.5", &h, 100, &value), TT_HOLDS); /* the last one alone */
	TT_EQ(ask("score < 0", &h, 100, &value), TT_UNKNOWN);
	TT_EQ(ask("quiet > 6h", &h, 100, &value), TT_UNKNOWN);
	tt_minutes_done(&h);
}

TT_TEST(how_far_it_looks_back)
{
	struct tt_condition c;

	TT_EQ(tt_condition_parse(TT_STR("items(90m) > 1 and buzz(1h, 7d) > 2"), &c, NULL), TT_OK);
	TT_EQ(tt_condition_lookback(&c), 7 * 1440);
	TT_EQ(tt_condition_parse(TT_STR("change(30m, 1h) > 1"), &c, NULL), TT_OK);
	TT_EQ(tt_condition_lookback(&c), 30 + 60 * TT_MOOD_HORIZON);
}

TT_MAIN(TT_RUN(texts), TT_RUN(terms_have_one_form), TT_RUN(bounds_that_are_times), TT_RUN(what_is_not_known_is_neither),
	TT_RUN(how_far_it_looks_back))
