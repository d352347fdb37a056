/* test_pg_feeds.c - feeds kept in the database: added, changed, removed, listed; what people change frees the
 * lease. */
#include "sink/pg/feeds.h"
#include "tests/sink/pg_test.h"

enum { MAX_BYTES = 1 << 20 };

static struct tt_pg_db db;
static struct tt_pg_conn *conn;

static int setup(void **state)
{
	(void)state;
	tt_pg_db_make(&db, true);
	return tt_pg_conn_new(&conn, &db.conf, NULL);
}

static int teardown(void **state)
{
	(void)state;
	tt_pg_conn_free(conn);
	tt_pg_db_drop(&db);
	return 0;
}

static enum tt_pg_feed_added add(const char *url, const char *name, int64_t interval_ms)
{
	struct tt_pg_feed_add feed = {
		.url = tt_str_c(url), .name = tt_str_c(name), .interval_ms = interval_ms};
	enum tt_pg_feed_added as;
	struct tt_err err = {0};
	if (tt_pg_feeds_add(conn, &feed, 1, &as, &err) < 0)
		fail_msg("%s", err.msg);
	return as;
}

static bool removed(const char *url)
{
	struct tt_str s = tt_str_c(url);
	bool ret;
	TT_EQ(tt_pg_feeds_remove(conn, &s, 1, &ret, NULL), TT_OK);
	return ret;
}

static const struct tt_pg_feed *find(const struct tt_pg_feed *v, size_t n, const char *url)
{
	for (size_t i = 0; i < n; i++)
		if (tt_str_eq(v[i].state.url, tt_str_c(url)))
			return &v[i];
	fail_msg("%s is not listed", url);
	return NULL;
}

TT_TEST(added_and_removed)
{
	TT_EQ(add("http://a.example/1", "One", 60000), TT_PG_FEED_NEW);
	TT_EQ(add("http://a.example/1", NULL, 0), TT_PG_FEED_KNOWN);
	TT_EQ(tt_pg_int(&db,
		      "SELECT count(*) FROM tickertone.feed WHERE name = 'One' AND poll_interval = '1 min'"),
		1);
	TT_TRUE(removed("http://a.example/1"));
	TT_TRUE(!removed("http://a.example/1"));
	TT_TRUE(!removed("http://nowhere.example/"));
	TT_EQ(add("http://a.example/1", "Eins", 0), TT_PG_FEED_BACK);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.feed WHERE name = 'Eins' AND enabled"), 1);
	tt_pg_do(&db, "UPDATE tickertone.feed SET gone = true, next_fetch_at = now() + interval '1 year'");
	TT_EQ(add("http://a.example/1", NULL, 0), TT_PG_FEED_BACK);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.feed WHERE NOT gone AND next_fetch_at IS NULL"),
		1);
}

static bool switched(const char *url, bool on)
{
	struct tt_str s = tt_str_c(url);
	bool ret;
	TT_EQ(tt_pg_feeds_switch(conn, &s, 1, on, &ret, NULL), TT_OK);
	return ret;
}

TT_TEST(switched_off_and_on)
{
	const char *url = "http://s.example/", *configured = "http://s.example/configured";
	add(url, NULL, 0);
	tt_pg_do(&db, "INSERT INTO tickertone.feed (url) VALUES ('http://s.example/configured')");
	TT_TRUE(switched(url, false));
	TT_EQ(tt_pg_int(&db,
		      "SELECT count(*) FROM tickertone.feed WHERE url = 'http://s.example/' AND NOT enabled"),
		1);
	TT_TRUE(switched(url, true));
	TT_TRUE(!switched(configured, false) && !switched(configured, true));
	tt_pg_do(&db, "UPDATE tickertone.feed SET gone = true, next_fetch_at = '2100-01-01' WHERE url LIKE "
		      "'http://s.example/%%'");
	TT_TRUE(switched(url, true) && switched(configured, true));
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.feed WHERE url LIKE 'http://s.example/%%' AND "
			     "NOT gone AND enabled "
			     "AND next_fetch_at IS NULL"),
		2);
	TT_TRUE(switched(url, false));
	TT_TRUE(removed(url));
	TT_EQ(add(url, NULL, 0), TT_PG_FEED_BACK);
}

TT_TEST(several_at_once)
{
	struct tt_pg_feed_add feeds[] = {{.url = TT_STR("http://b.example/2")},
		{.url = TT_STR("http://b.example/1")},
		{.url = TT_STR("http://b.example/2"), .name = TT_STR("again")}};
	struct tt_str urls[] = {TT_STR("http://b.example/9"), TT_STR("http://b.example/1")};
	enum tt_pg_feed_added as[3] = {TT_PG_FEED_KNOWN, TT_PG_FEED_KNOWN, TT_PG_FEED_KNOWN};
	bool was[2];
	TT_EQ(tt_pg_feeds_add(conn, feeds, 3, as, NULL), TT_OK);
	for (int i = 0; i < 3; i++)
		TT_EQ_ROW(i, as[i], TT_PG_FEED_NEW);
	TT_EQ(tt_pg_int(&db,
		      "SELECT count(*) FROM tickertone.feed WHERE url LIKE 'http://b.%%' AND name IS NULL"),
		2);
	TT_EQ(tt_pg_feeds_remove(conn, urls, 2, was, NULL), TT_OK);
	TT_TRUE(!was[0] && was[1]);
	TT_EQ(tt_pg_feeds_add(conn, feeds, 0, as, NULL), TT_OK);
}

TT_TEST(listed)
{
	struct tt_arena arena;
	struct tt_pg_feed *v;
	size_t n;
	add("http://c.example/", "See", 90000);
	tt_pg_do(&db, "INSERT INTO tickertone.worker (worker_id, lease_until, pid, host) "
		      "VALUES (gen_random_uuid(), now() + interval '1 min', 17, 'box')");
	tt_pg_do(&db,
		"INSERT INTO tickertone.feed (url, last_status, etag, fetch_interval, last_fetch_at, "
		"lease_worker) "
		"SELECT 'http://c.example/configured', 304, '\"x\"', '2 min', '2026-11-18 12:00Z', worker_id "
		"FROM tickertone.worker");
	tt_pg_do(&db, "INSERT INTO tickertone.item (event_at, fetched_at, stored_at, item_id, date_clamped, "
		      "source) "
		      "SELECT now() - d * interval '1 day', now(), now() - d * interval '1 day', "
		      "gen_random_uuid(), false, "
		      "'http://c.example/' FROM generate_series(0, 9) d");
	tt_arena_init(&arena, MAX_BYTES);
	TT_EQ(tt_pg_feeds_list(conn, &arena, &v, &n, NULL), TT_OK);
	const struct tt_pg_feed *added = find(v, n, "http://c.example/");
	TT_STR_EQ(added->name, TT_STR("See"));
	TT_EQ(added->interval_ms, 90000);
	TT_TRUE(added->enabled && added->added_ms != TT_TIME_NONE && !added->owner.p && !added->lang.p);
	TT_EQ(added->lease_until_ms, TT_TIME_NONE);
	TT_EQ(added->items_day, 1);
	TT_EQ(added->items_week, 7);
	const struct tt_pg_feed *configured = find(v, n, "http://c.example/configured");
	TT_STR_EQ(configured->owner, TT_STR("box:17"));
	TT_TRUE(configured->lease_until_ms != TT_TIME_NONE && configured->added_ms == TT_TIME_NONE);
	TT_EQ(configured->state.last_status, 304);
	TT_STR_EQ(configured->state.etag, TT_STR("\"x\""));
	TT_EQ(configured->state.interval_ms, 120000);
	TT_EQ(configured->state.last_fetch_ms, tt_pg_now_ms);
	tt_arena_done(&arena);
}

/* What people change, with whatever tool, takes the lease away; what a poll writes does not. */
TT_TEST(changes_free_the_lease)
{
	static const struct {
		const char *change;
		int leased;
	} rows[] = {
		{"last_fetch_at = now(), etag = 'x', failures = 1, gone = true, title = 'T'", 1},
		{"gone = false", 0},
		{"gone = false", 1},
		{"enabled = false", 0},
		{"added_at = now()", 0},
		{"added_at = now() + interval '1 day'", 1},
		{"poll_interval = '1 h'", 0},
		{"lang = 'de'", 0},
		{"name = 'N'", 0},
		{"name = 'N', enabled = false", 1},
	};
	tt_pg_do(&db, "INSERT INTO tickertone.worker (worker_id, lease_until, pid, host) "
		      "VALUES ('00000000-0000-8000-8000-000000000001', now() + interval '1 min', 1, 'd')");
	tt_pg_do(&db, "INSERT INTO tickertone.feed (url) VALUES ('http://d.example/')");
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		tt_pg_do(&db,
			"UPDATE tickertone.feed SET lease_worker = '00000000-0000-8000-8000-000000000001' "
			"WHERE url = 'http://d.example/'");
		tt_pg_do(
			&db, "UPDATE tickertone.feed SET %s WHERE url = 'http://d.example/'", rows[i].change);
		TT_EQ_ROW((long)i,
			tt_pg_int(&db, "SELECT count(lease_worker) FROM tickertone.feed "
				       "WHERE url = 'http://d.example/'"),
			rows[i].leased);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(added_and_removed), TT_RUN(switched_off_and_on),
		TT_RUN(several_at_once), TT_RUN(listed), TT_RUN(changes_free_the_lease)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
