/* test_pg_rollup.c - the roll-ups after all that can happen to items: always what the raw rows say; and the
 * functions of the database beside those of mood/index.h and mood/roll_up.h, over the same random minutes and
 * items. */
#include <math.h>

#include "common/err.h"
#include "mood/index.h"
#include "mood/roll_up.h"
#include "sink/pg/pg.h"
#include "tests/sink/pg_test.h"

enum { SYMBOLS = 7, MINUTE_MS = 60000, DAY_MINUTES = 24 * 60 };

static uint64_t rng = 4711;
static uint64_t below(uint64_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (rng >> 33) % n;
}

static int setup(void **state)
{
	struct tt_pg_db *db = calloc(1, sizeof(*db));

	tt_pg_db_make(db, true);
	tt_pg_do(db,
		"INSERT INTO tickertone.entity (symbol, sector) SELECT 'R' || n, (ARRAY['Energy', 'Banks', "
		"NULL])[1 + n %% 3] "
		"FROM generate_series(0, %d) n",
		SYMBOLS - 1);
	*state = db;
	return 0;
}

static int teardown(void **state)
{
	tt_pg_db_drop(*state);
	free(*state);
	return 0;
}

static void write_batch(struct tt_pg_db *db, struct tt_batch *b)
{
	struct tt_sink_result r;
	struct tt_sink sink;
	struct tt_err err;

	if (tt_pg_open(&sink, &db->conf, &err) < 0 || sink.ops->write(sink.self, &b, 1, &r, &err) < 0)
		fail_msg("%s", err.msg);
	sink.ops->close(sink.self);
	tt_batch_free(b);
}

/* Item `number` at a time that its number gives, about some of the symbols; some are not scored, some weigh
 * nothing. */
static struct tt_scored *random_item(struct tt_batch *b, int number)
{
	struct tt_scored *s = tt_pg_item(b, number, 1 + (int)below(SYMBOLS));
	uint64_t first = below(SYMBOLS);

	s->item.published_ms =
		tt_pg_now_ms - (int64_t)number % 97 * 37 * MINUTE_MS - (int64_t)below(MINUTE_MS);
	s->place = (struct tt_place){s->item.id, s->item.id, (int)below(4)};
	for (size_t i = 0; i < s->n_entities; i++) {
		struct tt_entity_score *e = &s->entities[i];
		float negative = (float)below(1000) / 1999, positive = (float)below(1000) / 1999;
		e->symbol = tt_str_c(tt_arena_printf(&b->arena, "R%d", (int)((first + i) % SYMBOLS)));
		e->relevance = below(11) ? (float)below(1000) / 999 : 0;
		e->sentiment = (struct tt_sentiment){
			{negative, 1 - negative - positive, positive}, positive - negative, TT_NEUTRAL};
	}
	return s;
}

static void write_items(struct tt_pg_db *db, int from, int to)
{
	struct tt_batch *b = tt_batch_new(1 << 24);

	for (int i = from; i < to; i++)
		random_item(b, i);
	write_batch(db, b);
}

static void has_no_faults(const struct tt_pg_db *db)
{
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.mood_minute_fault"), 0);
}

TT_TEST(new_repeated_and_late_items)
{
	struct tt_pg_db *db = *state;

	has_no_faults(db);
	write_items(db, 0, 300);
	has_no_faults(db);
	TT_TRUE(tt_pg_int(db, "SELECT count(*) FROM tickertone.mood_minute WHERE subject_id = -1") > 50);
	TT_EQ(tt_pg_int(db, "SELECT count(DISTINCT subject_id) FROM tickertone.mood_minute"), SYMBOLS + 3);
	write_items(db, 200, 400); /* a third comes again */
	has_no_faults(db);
	TT_EQ(tt_pg_int(db, "SELECT sum(n) FROM tickertone.mood_minute WHERE subject_id = -1"),
		tt_pg_int(db, "SELECT count(DISTINCT item_id) FROM tickertone.entity_sentiment WHERE "
			      "relevance > 0"));
	tt_pg_do(db, "DELETE FROM tickertone.mood_minute WHERE subject_id %% 2 = 0");
	TT_TRUE(tt_pg_int(db, "SELECT count(*) FROM tickertone.mood_minute_fault") > 0);
	tt_pg_do(db, "SELECT tickertone.rebuild_mood('2026-11-01Z', '2026-11-30Z')");
	has_no_faults(db);
}

/* What an item said before is taken out, also where nobody is mentioned any more; an evaluator hears of it.
 */
TT_TEST(new_texts)
{
	struct tt_pg_db *db = *state;
	struct tt_batch *b = tt_batch_new(1 << 24);

	write_items(db, 0, 60);
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.mood_delta"), 0); /* nobody evaluates */
	tt_pg_do(db, "CREATE TABLE before AS SELECT * FROM tickertone.mood_minute");
	tt_pg_do(db, "INSERT INTO tickertone.rule (hash, severity, rule, scope, definition) VALUES "
		     "('00000000-0000-0000-0000-000000000000', 'info', 'r', 'entity', '')");
	for (int i = 0; i < 60; i += 2) {
		struct tt_scored *s = random_item(b, i);
		int64_t event_s = tt_pg_int(db,
			"SELECT extract(epoch FROM event_at) * 1000 FROM tickertone.item WHERE guid = '%d'",
			i);
		s->item.revises = true;
		s->item.story_ms = event_s;
		s->item.text_hash = TT_ID(TT_STR("another text"));
		s->n_entities = i % 3 ? s->n_entities : 0;
	}
	write_batch(db, b);
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.item WHERE version = 2"), 30);
	has_no_faults(db);
	TT_EQ(tt_pg_int(db,
		      "SELECT count(*) FROM (SELECT subject_id, minute, sum(n) AS n, sum(w) AS w, sum(ws) AS "
		      "ws FROM ("
		      "SELECT subject_id, minute, n, w, ws FROM before UNION ALL "
		      "SELECT subject_id, minute, n, w, ws FROM tickertone.mood_delta) a GROUP BY 1, 2) d "
		      "FULL JOIN tickertone.mood_minute m USING (subject_id, minute) "
		      "WHERE coalesce(d.n, 0) <> coalesce(m.n, 0) OR abs(coalesce(d.w, 0) - coalesce(m.w, "
		      "0)) > 1e-9 "
		      "OR abs(coalesce(d.ws, 0) - coalesce(m.ws, 0)) > 1e-9"),
		0);
}

TT_TEST(retention_takes_roll_ups_along)
{
	struct tt_pg_db *db = *state;

	write_items(db, 0, 200);
	tt_pg_do(db, "SELECT tickertone.prune_partitions('2026-11-17Z')");
	tt_pg_do(db, "SELECT tickertone.prune_rows('2026-11-17Z')");
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.mood_minute WHERE minute < '2026-11-16Z'"), 0);
	has_no_faults(db);
}

/* ---- the functions ---- */

/* The value of a query in which $1 is the minute, in seconds since 1970. */
static double real(const struct tt_pg_db *db, const char *query, int64_t minute)
{
	char seconds[24];
	const char *params[] = {seconds};
	PGconn *pg = PQconnectdb(db->dsn);

	snprintf(seconds, sizeof(seconds), "%lld", (long long)minute * 60);
	PGresult *r = PQexecParams(pg, query, 1, NULL, params, NULL, NULL, 0);
	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s", PQerrorMessage(pg));
	double v = PQntuples(r) == 0 || PQgetisnull(r, 0, 0) ? NAN : strtod(PQgetvalue(r, 0, 0), NULL);
	PQclear(r);
	PQfinish(pg);
	return v;
}

static void agree(double sql, double c, double tolerance, int64_t at)
{
	if (isnan(sql) != isnan(c) || fabs(sql - c) > tolerance)
		fail_msg("at minute %lld: %.17g in SQL, %.17g in C", (long long)at, sql, c);
}

/* Minutes of any shape, with bursts and gaps of days. */
static void random_minutes(const struct tt_pg_db *db, struct tt_minutes *h, int64_t begin)
{
	tt_pg_do(db, "DELETE FROM tickertone.mood_minute");
	for (int64_t m = begin; m < begin + 30 * DAY_MINUTES;
		m += below(8) ? 1 + (int64_t)below(9) : (int64_t)below(2000)) {
		double w = (double)(1 + below(1000)) / 100, s = (double)below(2001) / 1000 - 1,
		       spread = (double)below(100) / 100;
		const struct tt_minute v = {.minute = m,
			.n = 1 + (int64_t)below(5),
			.w = w,
			.ws = w * s,
			.wss = w * (s * s + spread)};
		TT_EQ(tt_minutes_add(h, &v, NULL), TT_OK);
	}
	struct tt_buf rows;
	tt_buf_init(&rows, 1 << 24);
	for (size_t i = 0; i < h->n; i++)
		TT_EQ(tt_buf_printf(&rows, "%s(%d, to_timestamp(%lld), %lld, 0, 0, %.17g, %.17g, %.17g)",
			      i ? "," : "", 1, (long long)h->v[i].minute * 60, (long long)h->v[i].n,
			      h->v[i].w, h->v[i].ws, h->v[i].wss),
			TT_OK);
	PGconn *pg = PQconnectdb(db->dsn);
	struct tt_buf all;
	tt_buf_init(&all, 1 << 24);
	TT_EQ(tt_buf_printf(&all,
		      "INSERT INTO tickertone.mood_minute (subject_id, minute, n, n_pos, n_neg, w, ws, wss) "
		      "VALUES %.*s%c",
		      (int)rows.n, rows.p, 0),
		TT_OK);
	PGresult *r = PQexec(pg, all.p);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		fail_msg("%s", PQerrorMessage(pg));
	PQclear(r);
	PQfinish(pg);
	tt_buf_done(&all);
	tt_buf_done(&rows);
}

TT_TEST(the_database_and_c_agree)
{
	struct tt_pg_db *db = *state;
	const int64_t begin = tt_pg_now_ms / MINUTE_MS - 30 * DAY_MINUTES;

	for (int history = 0; history < 4; history++) {
		struct tt_minutes h = {0};
		random_minutes(db, &h, begin);
		for (int i = 0; i < 25; i++) {
			int64_t at = begin + (int64_t)below(31 * DAY_MINUTES);
			struct tt_mood mood = tt_mood_at(&h, at, 360, 0.05),
				       brief = tt_mood_at(&h, at, 7, 1e-6);
			agree(real(db,
				      "SELECT mood FROM tickertone.mood('R0', to_timestamp($1), "
				      "to_timestamp($1))",
				      at),
				mood.mood, 1e-9, at);
			agree(real(db,
				      "SELECT mood FROM tickertone.mood('R0', to_timestamp($1), "
				      "to_timestamp($1), '1 min', '7 min', 1e-6)",
				      at),
				brief.mood, 1e-9, at);
			agree(real(db, "SELECT tickertone.dispersion('R0', to_timestamp($1))", at),
				mood.dispersion, 1e-7, at);
			agree(real(db, "SELECT tickertone.buzz('R0', to_timestamp($1), '3 hours', '7 days')",
				      at),
				tt_buzz_at(&h, at, 180, 7 * DAY_MINUTES), 1e-9, at);
			agree(real(db,
				      "SELECT tickertone.shock('R0', to_timestamp($1), '1 hour', '24 "
				      "hours', 0.1, 0.05)",
				      at),
				tt_shock_at(&h, at, 60, DAY_MINUTES, 0.05, 0.1), 1e-7, at);
		}
		tt_minutes_done(&h);
	}
}

/* ---- what an item adds ---- */

static double field(const PGresult *r, int row, int column)
{
	return strtod(PQgetvalue(r, row, column), NULL);
}

static PGresult *ask(PGconn *pg, const char *sql)
{
	PGresult *r = PQexec(pg, sql);

	if (PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s", PQerrorMessage(pg));
	return r;
}

/* Adds the item that starts in this row to *sum; returns the row after it. */
static int add_item(const PGresult *r, int row, struct tt_minute *sum)
{
	struct tt_said v[SYMBOLS];
	size_t n = 0;
	int next = row;

	for (; next < PQntuples(r) && strcmp(PQgetvalue(r, next, 2), PQgetvalue(r, row, 2)) == 0 &&
		field(r, next, 0) == field(r, row, 0);
		next++)
		v[n++] = (struct tt_said){field(r, next, 3), field(r, next, 4), (float)field(r, next, 5),
			(float)field(r, next, 6), (float)field(r, next, 7)};
	const struct tt_minute m = tt_roll_up(v, n);
	sum->n += m.n, sum->n_pos += m.n_pos, sum->n_neg += m.n_neg;
	sum->w += m.w, sum->ws += m.ws, sum->wss += m.wss;
	return next;
}

TT_TEST(the_database_and_c_roll_up_alike)
{
	struct tt_pg_db *db = *state;
	int said = 0;

	write_items(db, 0, 400);
	PGconn *pg = PQconnectdb(db->dsn);
	PGresult *rows = ask(pg,
		"SELECT g.subject_id, extract(epoch FROM date_bin('1 minute', s.event_at, 'epoch')), s.item_id, "
		"s.score::float8, s.relevance::float8 * s.novelty, s.p_negative, s.p_neutral, s.p_positive "
		"FROM tickertone.entity_sentiment s JOIN tickertone.entity e USING (entity_id) CROSS JOIN LATERAL ("
		"SELECT s.entity_id AS subject_id UNION ALL SELECT -1 UNION ALL SELECT subject_id "
		"FROM tickertone.mood_group WHERE kind = 'sector' AND name = e.sector) g "
		"WHERE s.score IS NOT NULL ORDER BY 1, 2, 3");
	PGresult *minutes = ask(pg,
		"SELECT subject_id, extract(epoch FROM minute), n, n_pos, n_neg, w, ws, wss "
		"FROM tickertone.mood_minute ORDER BY 1, 2");
	TT_TRUE(PQntuples(minutes) > 100);
	for (int i = 0; i < PQntuples(minutes); i++) {
		struct tt_minute sum = {0};
		while (said < PQntuples(rows) &&
			(field(rows, said, 0) < field(minutes, i, 0) ||
				(field(rows, said, 0) == field(minutes, i, 0) &&
					field(rows, said, 1) <= field(minutes, i, 1)))) {
			bool is_here = field(rows, said, 0) == field(minutes, i, 0) &&
				       field(rows, said, 1) == field(minutes, i, 1);
			struct tt_minute other = {0}; /* has no row: nothing of it counts */
			said = add_item(rows, said, is_here ? &sum : &other);
			TT_EQ_ROW(i, other.n, 0);
		}
		TT_EQ_ROW(i, sum.n, field(minutes, i, 2));
		TT_EQ_ROW(i, sum.n_pos, field(minutes, i, 3));
		TT_EQ_ROW(i, sum.n_neg, field(minutes, i, 4));
		TT_NEAR_ROW(i, sum.w, field(minutes, i, 5), 1e-9);
		TT_NEAR_ROW(i, sum.ws, field(minutes, i, 6), 1e-9);
		TT_NEAR_ROW(i, sum.wss, field(minutes, i, 7), 1e-9);
	}
	PQclear(rows);
	PQclear(minutes);
	PQfinish(pg);
}

TT_TEST(trading_days)
{
	static const struct {
		const char *at, *day;
	} rows[] = {
		{"2026-11-24 20:59:59Z", "2026-11-24"}, /* 16:00 in New York in winter */
		{"2026-11-24 21:00Z", "2026-11-25"},
		{"2026-07-01 19:59Z", "2026-07-01"}, /* in summer */
		{"2026-07-01 20:00Z", "2026-07-02"},
		{"2026-07-02 20:00Z", "2026-07-06"}, /* the 4th is a Saturday, kept on Friday */
		{"2026-11-25 22:00Z", "2026-11-27"}, /* Thanksgiving */
		{"2026-11-27 17:59Z", "2026-11-27"}, /* closes at 13:00 */
		{"2026-11-27 18:00Z", "2026-11-30"},
		{"2026-03-06 20:59Z", "2026-03-06"}, /* Friday; on Sunday the clock changes */
		{"2026-03-09 19:59Z", "2026-03-09"},
		{"2026-03-09 20:00Z", "2026-03-10"},
		{"2024-03-28 20:00Z", "2024-04-01"}, /* Good Friday */
		{"2025-01-08 21:00Z", "2025-01-10"}, /* mourning */
		{"2021-12-31 20:00Z", "2021-12-31"}, /* New Year's Day is a Saturday: not kept on Friday */
		{"2021-06-17 20:00Z", "2021-06-18"}, /* before Juneteenth was kept */
		{"2022-06-17 20:00Z", "2022-06-21"},
	};
	struct tt_pg_db *db = *state;

	for (size_t i = 0; i < TT_LEN(rows); i++)
		if (strcmp(tt_pg_text(db, "SELECT tickertone.trading_day('%s')::text", rows[i].at),
			    rows[i].day) != 0)
			fail_msg("%s is not %s", rows[i].at, rows[i].day);
	for (int y = 2020; y <= 2030; y++) /* nine or ten holidays, one more since 2022 */
		TT_TRUE(tt_pg_int(db,
				"SELECT count(*) FROM tickertone.trading_exception WHERE closes IS NULL AND "
				"extract(year FROM day) = %d",
				y) >= 8);
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM (SELECT tickertone.trading_day('2026-01-01Z', 'NOWHERE') "
			    "AS d) q WHERE d IS NULL"),
		1);
}

TT_TEST(plans_prune_and_use_the_key)
{
	struct tt_pg_db *db = *state;
	const char *query = "SELECT * FROM tickertone.mood_minute WHERE subject_id = 1 AND minute >= "
			    "'2026-11-17Z' AND minute < '2026-11-18Z'";
	tt_pg_do(db, "SELECT tickertone.ensure_partitions('2026-11-09Z', '2026-11-22Z')");
	write_items(db, 0, 200);
	PGconn *pg = PQconnectdb(db->dsn);

	PQclear(PQexec(pg, "SET enable_seqscan = off"));
	char text[300];
	snprintf(text, sizeof(text), "EXPLAIN %s", query);
	PGresult *r = PQexec(pg, text);
	int scans = 0;
	for (int i = 0; i < PQntuples(r); i++) {
		scans += strstr(PQgetvalue(r, i, 0), "mood_minute_w20261116") != NULL;
		if (strstr(PQgetvalue(r, i, 0), "mood_minute_w20261109") ||
			strstr(PQgetvalue(r, i, 0), "mood_minute_old"))
			fail_msg("%s", PQgetvalue(r, i, 0));
	}
	TT_TRUE(scans > 0);
	PQclear(r);
	PQfinish(pg);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

/* Weeks that are over are ordered one by one, and nothing else changes: also not for items that come late. */
TT_TEST(weeks_settle)
{
	struct tt_pg_db *db = *state;

	tt_pg_do(db, "SELECT tickertone.ensure_partitions('2026-11-16Z', '2026-11-29Z')"); /* whatever today is */
	write_items(db, 0, 200);
	int64_t rows = tt_pg_int(db, "SELECT count(*) FROM tickertone.mood_minute"), settled = 0;
	while (tt_pg_int(db, "SELECT tickertone.settle_mood('2026-11-30Z')"))
		settled++;
	TT_EQ(settled, 2);
	TT_EQ(tt_pg_int(db, "SELECT tickertone.settle_mood('2026-11-30Z')"), 0);
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.mood_minute"), rows);
	write_items(db, 200, 400);
	TT_EQ(tt_pg_int(db, "SELECT count(*) FROM tickertone.mood_minute_fault"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(new_repeated_and_late_items), CASE(new_texts),
		CASE(retention_takes_roll_ups_along), CASE(weeks_settle), CASE(the_database_and_c_agree),
		CASE(the_database_and_c_roll_up_alike), CASE(trading_days),
		CASE(plans_prune_and_use_the_key)};

	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
