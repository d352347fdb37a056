/* test_pg_partitions.c - weeks made ahead and for late items, rows that came before their week, retention,
 * and plans that leave out the weeks not asked for. */
#include "common/err.h"
#include "sink/pg/maintain.h"
#include "tests/sink/pg_test.h"

enum { TABLES = 7 /* weekly_tables() */ };

static const int64_t day_ms = 86400000;

static void write_item(const struct tt_pg_db *db, int number, int64_t fetched_ms, int64_t published_ms)
{
	struct tt_batch *b = tt_batch_new(1 << 20);
	struct tt_scored *s = tt_pg_item(b, number, 1);
	struct tt_sink_result r;
	struct tt_err err;
	struct tt_sink sink;

	s->item.fetched_ms = fetched_ms;
	s->item.published_ms = published_ms;
	if (tt_pg_open(&sink, &db->conf, &err) < 0 || sink.ops->write(sink.self, &b, 1, &r, &err) < 0)
		fail_msg("%s", err.msg);
	TT_EQ(r.items, 1);
	sink.ops->close(sink.self);
	tt_batch_free(b);
}

TT_TEST(weeks)
{
	static const struct {
		int64_t ms, week;
	} rows[] = {
		{0, 0},
		{-3 * 86400000LL, 0},
		{-3 * 86400000LL - 1, -1},
		{4 * 86400000LL, 1},
		{4 * 86400000LL - 1, 0},
	};

	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW((long)i, tt_pg_week(rows[i].ms), rows[i].week);
}

TT_TEST(made_ahead_and_on_demand)
{
	int64_t now = tt_wall_ms(&tt_clock_real);
	struct tt_pg_db db;

	tt_pg_db_make(&db, true);
	write_item(&db, 1, now, now);
	/* this week and one ahead, of each weekly table, and what is there for the rest */
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid WHERE "
			     "relkind = 'r'"),
		3 * TABLES);
	write_item(&db, 2, now, now - 5 * 7 * day_ms);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid WHERE "
			     "relkind = 'r'"),
		4 * TABLES);
	write_item(&db, 3, now, now - 1000 * 7 * day_ms);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM pg_inherits i JOIN pg_class c ON c.oid = inhrelid WHERE "
			     "relkind = 'r'"),
		4 * TABLES);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.entity_sentiment_old"), 1);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.sentiment_history"), 3);
	tt_pg_db_drop(&db);
}

/* Bounds do not follow the time zone or date style of whoever calls. */
TT_TEST(rows_before_their_week)
{
	struct tt_pg_db db;

	tt_pg_db_make(&db, true);
	write_item(&db, 1, 1041379200000, TT_TIME_NONE);              /* 2003-01-01, a Wednesday */
	write_item(&db, 2, 1041379200000 + 5 * day_ms, TT_TIME_NONE); /* the Monday after */
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item_old"), 2);
	TT_EQ(tt_pg_int(&db, "SET timezone = 'America/New_York'; SET datestyle = 'German'; "
			     "SELECT tickertone.ensure_partitions('2003-01-01Z', '2003-01-05 23:59Z')"),
		TABLES);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item_old"), 1);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item_sentiment_old"), 1);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item_w20021230"), 1);
	TT_EQ(tt_pg_int(&db, "SELECT tickertone.ensure_partitions('2003-01-01Z', '2003-01-06 00:00Z')"), TABLES);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item_old"), 0);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item"), 2);
	tt_pg_db_drop(&db);
}

TT_TEST(retention)
{
	int64_t now = tt_wall_ms(&tt_clock_real);
	struct tt_pg_conn *c;
	struct tt_pg_pruned pruned;
	struct tt_pg_db db;
	struct tt_err err;

	tt_pg_db_make(&db, true);
	db.conf.retention_ms = 21 * day_ms;
	write_item(&db, 1, now, now);
	write_item(&db, 2, now, now - 35 * day_ms);  /* its week goes */
	write_item(&db, 3, now, now - 900 * day_ms); /* old, but new here: stays */
	write_item(&db, 4, now, now - 901 * day_ms);
	tt_pg_do(&db, "UPDATE tickertone.item SET stored_at = now() - interval '100 days' WHERE guid = '4'");
	tt_pg_do(&db,
		"INSERT INTO tickertone.dead_letter (dead_letter_id, first_at, last_at, stage, reason) "
		"VALUES "
		"(gen_random_uuid(), now() - interval '90 days', now(), 's', 'r'), "
		"(gen_random_uuid(), now() - interval '90 days', now() - interval '80 days', 's', 'r')");
	TT_EQ(tt_pg_conn_new(&c, &db.conf, &err), TT_OK);
	TT_EQ(tt_pg_prune(c, &db.conf, now, &pruned, &err), TT_OK);
	TT_EQ(pruned.tables, TABLES);
	TT_EQ(pruned.items, 1);
	TT_EQ(pruned.keys, 4);
	TT_EQ(pruned.dead_letters, 1);
	TT_STR_EQ(
		tt_str_c(tt_pg_text(&db, "SELECT string_agg(guid, ' ' ORDER BY guid) FROM tickertone.item")),
		TT_STR("1 3"));
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item_sentiment"), 2);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.entity_sentiment"), 2);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.seen"), 4);
	write_item(
		&db, 2, now, now - 35 * day_ms); /* forgotten, so it may come again, into a week made again */
	TT_EQ(tt_pg_prune(c, &db.conf, now, &pruned, &err), TT_OK);
	db.conf.retention_ms = 0;
	TT_EQ(tt_pg_prune(c, &db.conf, now + 10000 * day_ms, &pruned, &err), TT_OK);
	TT_TRUE(pruned.before_ms == TT_TIME_NONE && !pruned.tables);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item"), 2);
	tt_pg_conn_free(c);
	tt_pg_db_drop(&db);
}

/* A filter on event_at, at either end of the views' joins, leaves the other weeks out of the plan. */
TT_TEST(plans)
{
	static const char *const queries[] = {
		"SELECT * FROM tickertone.sentiment_history WHERE event_at >= '2026-11-17Z' AND event_at < "
		"'2026-11-18Z'",
		"SELECT * FROM tickertone.sentiment_history WHERE symbol = 'S1' AND event_at BETWEEN "
		"'2026-11-17Z' AND '2026-11-18Z'",
		"SELECT * FROM tickertone.item_history WHERE event_at >= '2026-11-17Z' AND event_at < "
		"'2026-11-18Z'",
		"SELECT * FROM tickertone.entity_history WHERE event_at >= '2026-11-17Z' AND event_at < "
		"'2026-11-18Z'",
		"SELECT * FROM tickertone.stories('S1', '2026-11-17Z', '2026-11-18Z')",
	};
	struct tt_pg_db db;

	tt_pg_db_make(&db, true);
	tt_pg_do(&db, "SELECT tickertone.ensure_partitions('2026-09-01Z', '2026-12-31Z')");
	for (size_t i = 0; i < TT_LEN(queries); i++) {
		char explain[600], plan[8192] = "";
		PGconn *pg = PQconnectdb(db.dsn);
		snprintf(explain, sizeof(explain), "EXPLAIN (COSTS OFF) %s", queries[i]);
		PGresult *r = PQexec(pg, explain);
		for (int row = 0; row < PQntuples(r); row++)
			snprintf(plan + strlen(plan), sizeof(plan) - strlen(plan), "%s\n",
				PQgetvalue(r, row, 0));
		if (!strstr(plan, "_w20261116") || strstr(plan, "_w202610") || strstr(plan, "_w20261123"))
			fail_msg("row %zu: %s: plan\n%s", i, queries[i], plan);
		PQclear(r);
		PQfinish(pg);
	}
	tt_pg_db_drop(&db);
}

TT_MAIN(TT_RUN(weeks), TT_RUN(made_ahead_and_on_demand), TT_RUN(rows_before_their_week), TT_RUN(retention),
	TT_RUN(plans))
