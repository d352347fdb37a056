/* test_pg_mood.c - the SQL functions against a slow recomputation in C from the same random rows:
 * docs/SCHEMA.md, "Mood". */
#include <math.h>

#include "common/err.h"
#include "sink/pg/pg.h"
#include "tests/sink/pg_test.h"

enum { ITEMS = 400, SYMBOLS = 3, MINUTE_MS = 60000, HOUR_MS = 3600000 };

struct row {
	int64_t at_ms;
	int symbol;
	double weight, score;
};

static struct row rows[ITEMS];
static struct tt_pg_db db;

static uint64_t rng = 42;
static uint64_t below(uint64_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (rng >> 33) % n;
}

/* Items over ten days before tt_pg_now_ms, one symbol each; scores and relevances are floats, as stored; some
 * weigh nothing. */
static int write_random(void **state)
{
	struct tt_batch *b = tt_batch_new(1 << 24);
	struct tt_sink_result r;
	struct tt_sink sink;
	struct tt_err err;

	(void)state;
	tt_pg_db_make(&db, true);
	for (int i = 0; i < ITEMS; i++) {
		struct tt_scored *s = tt_pg_item(b, i, 1);
		float negative = (float)below(1000) / 1999, positive = (float)below(1000) / 1999;
		struct tt_sentiment feeling = {
			{negative, 1 - negative - positive, positive}, positive - negative, TT_NEUTRAL};
		rows[i].symbol = (int)below(SYMBOLS);
		s->item.published_ms = rows[i].at_ms = tt_pg_now_ms - (int64_t)below(10 * 24 * 3600) * 1000;
		s->entities[0].symbol = tt_str_c(tt_arena_printf(&b->arena, "R%d", rows[i].symbol));
		s->entities[0].relevance = i % 17 ? (float)below(1000) / 999 : 0;
		s->entities[0].sentiment = feeling;
		rows[i].weight = (double)s->entities[0].relevance;
		rows[i].score = (double)feeling.score;
	}
	if (tt_pg_open(&sink, &db.conf, &err) < 0 || sink.ops->write(sink.self, &b, 1, &r, &err) < 0)
		fail_msg("%s", err.msg);
	sink.ops->close(sink.self);
	tt_batch_free(b);
	return 0;
}

static int drop(void **state)
{
	(void)state;
	tt_pg_db_drop(&db);
	return 0;
}

struct point {
	double mood, dispersion, weight;
	int items;
};

/* The formula as it is written, over every row; only minutes that are over by t count. */
static struct point mood_at(int symbol, int64_t t_ms, int64_t since_ms, int64_t step_ms, double half_ms)
{
	double w = 0, ws = 0, wss = 0;
	struct point p = {0};

	for (size_t i = 0; i < ITEMS; i++) {
		int64_t minute = rows[i].at_ms / MINUTE_MS * MINUTE_MS;
		if (rows[i].symbol != symbol || minute + MINUTE_MS > t_ms || rows[i].weight <= 0)
			continue;
		double decayed = rows[i].weight * exp2(-(double)(t_ms - minute) / half_ms);
		w += decayed;
		ws += decayed * rows[i].score;
		wss += decayed * rows[i].score * rows[i].score;
		p.items += minute >= since_ms && minute + MINUTE_MS > t_ms - step_ms;
	}
	p.weight = w;
	p.mood = ws / w;
	p.dispersion = sqrt(fmax(wss / w - p.mood * p.mood, 0));
	return p;
}

static double column(const PGresult *r, int row, int col)
{
	return PQgetisnull(r, row, col) ? NAN : strtod(PQgetvalue(r, row, col), NULL);
}

TT_TEST(mood_agrees)
{
	static const struct {
		int step_minutes, half_minutes;
		double floor;
	} cases[] = {
		{60, 360, 0.05},
		{1, 30, 0.5},
		{7, 45, 0},
		{1440, 2880, 0.05},
		{60, 1, 1e-12},
	};

	for (size_t k = 0; k < TT_LEN(cases); k++) {
		int64_t step_ms = (int64_t)cases[k].step_minutes * MINUTE_MS,
			since_ms = tt_pg_now_ms - 3 * 24 * (int64_t)HOUR_MS;
		int nulls = 0;
		char query[500];
		snprintf(query, sizeof(query),
			"SELECT mood, dispersion, weight, items, extract(epoch FROM at) * 1000 FROM "
			"tickertone.mood('R1', to_timestamp(%lld), to_timestamp(%lld), '%d min', '%d min', "
			"%g)",
			(long long)since_ms / 1000, (long long)tt_pg_now_ms / 1000, cases[k].step_minutes,
			cases[k].half_minutes, cases[k].floor);
		PGconn *pg = PQconnectdb(db.dsn);
		PGresult *r = PQexec(pg, query);
		TT_EQ_ROW((long)k, PQntuples(r), (tt_pg_now_ms - since_ms) / step_ms + 1);
		for (int i = 0; i < PQntuples(r); i++) {
			int64_t t_ms = since_ms + i * step_ms;
			struct point want = mood_at(
				1, t_ms, since_ms, step_ms, (double)cases[k].half_minutes * MINUTE_MS);
			TT_NEAR_ROW(i, column(r, i, 4), (double)t_ms, 0);
			TT_NEAR_ROW(i, column(r, i, 2), want.weight, 1e-9);
			TT_NEAR_ROW(i, column(r, i, 3), want.items, 0);
			if (fabs(want.weight - cases[k].floor) < 1e-9 * cases[k].floor)
				continue; /* either answer */
			if (want.weight < cases[k].floor || want.weight < 1e-14) {
				TT_TRUE(PQgetisnull(r, i, 0) || cases[k].floor == 0);
				nulls++;
				continue;
			}
			TT_NEAR_ROW(i, column(r, i, 0), want.mood, 1e-9);
			TT_NEAR_ROW(i, column(r, i, 1), want.dispersion, 1e-7); /* a root near 0 */
		}
		if (cases[k].half_minutes == 30)
			TT_TRUE(nulls > 10);
		PQclear(r);
		PQfinish(pg);
	}
}

TT_TEST(mood_of_nobody)
{
	TT_EQ(tt_pg_int(&db,
		      "SELECT count(*) FROM tickertone.mood('NOBODY', '2026-11-01Z', '2026-11-02Z', '6 h')"),
		5);
	TT_EQ(tt_pg_int(&db, "SELECT count(mood) + sum(items) FROM tickertone.mood('NOBODY', '2026-11-01Z', "
			     "'2026-11-02Z')"),
		0);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.mood('R1', '2026-11-02Z', '2026-11-01Z')"), 0);
}

static void refused(const char *query)
{
	PGconn *pg = PQconnectdb(db.dsn);
	PGresult *r = PQexec(pg, query);

	TT_STR_EQ(tt_str_c(PQresultErrorField(r, PG_DIAG_SQLSTATE)), TT_STR("22023"));
	PQclear(r);
	PQfinish(pg);
}

TT_TEST(mood_refuses)
{
	refused("SELECT tickertone.mood('R1', half_life => '0')");
	refused("SELECT tickertone.mood('R1', step => '0')");
	refused("SELECT tickertone.mood('R1', step => '-1 day')");
}

TT_TEST(stories_by_impact)
{
	double previous = 2;
	PGconn *pg = PQconnectdb(db.dsn);
	PGresult *r = PQexec(pg, "SELECT impact, score, relevance, title FROM tickertone.stories('R2', "
				 "'2026-11-10Z', '2026-11-18Z', 25)");

	TT_EQ(PQntuples(r), 25);
	for (int i = 0; i < 25; i++) {
		TT_NEAR_ROW(i, column(r, i, 0), column(r, i, 1) * column(r, i, 2), 1e-6);
		TT_TRUE(fabs(column(r, i, 0)) <= previous);
		previous = fabs(column(r, i, 0));
		TT_TRUE(strstr(PQgetvalue(r, i, 3), "Title "));
	}
	PQclear(r);
	PQfinish(pg);
	TT_EQ(tt_pg_int(&db,
		      "SELECT count(*) FROM tickertone.stories('R2', '2026-11-18 12:00Z', '2026-11-19Z')"),
		0);
}

TT_TEST(movers)
{
	int64_t day_ms = 24 * (int64_t)HOUR_MS;
	double ws[2] = {0}, w[2] = {0};

	for (size_t i = 0; i < ITEMS; i++) {
		int64_t age = tt_pg_now_ms - rows[i].at_ms; /* > 0: nothing at the very end */
		if (rows[i].symbol == 0 && age > 0 && age <= 4 * day_ms) {
			ws[age > 2 * day_ms] += rows[i].weight * rows[i].score;
			w[age > 2 * day_ms] += rows[i].weight;
		}
	}
	TT_NEAR(tt_pg_real(&db,
			"SELECT change FROM tickertone.top_movers('2 days', to_timestamp(%lld)) WHERE symbol "
			"= 'R0'",
			(long long)tt_pg_now_ms / 1000),
		ws[0] / w[0] - ws[1] / w[1], 1e-9);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.top_movers('2 days', to_timestamp(%lld), 2)",
		      (long long)tt_pg_now_ms / 1000),
		2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(mood_agrees), TT_RUN(mood_of_nobody), TT_RUN(mood_refuses),
		TT_RUN(stories_by_impact), TT_RUN(movers)};

	return cmocka_run_group_tests(tests, write_random, drop) ? 1 : 0;
}
