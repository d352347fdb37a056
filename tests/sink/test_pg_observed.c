/* test_pg_observed.c - what the database knows of feeds, topics and polling: when a feed last brought an item is kept by the write that stores
 * it, a topic's end by who reads it. */
#include <math.h>
#include <time.h>

#include "common/positions.h"
#include "sink/pg/observed.h"
#include "sink/pg/positions.h"
#include "tests/sink/pg_test.h"

static struct tt_pg_db db;
static struct tt_arena arena;
static struct tt_pg_conn *conn;
static struct tt_pg_observed *seen;
static size_t n_seen;

static int setup(void **state)
{
	(void)state;
	tt_pg_db_make(&db, true);
	tt_arena_init(&arena, 1 << 26);
	TT_EQ(tt_pg_conn_new(&conn, &db.conf, NULL), TT_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tt_pg_conn_free(conn);
	tt_arena_done(&arena);
	tt_pg_db_drop(&db);
	return 0;
}

static void look(bool feeds, bool topics, bool polling)
{
	const bool wanted[] = {feeds, topics, polling};
	struct tt_err err = {0};

	if (tt_pg_observe(conn, wanted, &arena, &seen, &n_seen, &err) < 0)
		fail_msg("%s", err.msg);
}

static const struct tt_pg_observed *find(enum tt_pg_thing thing, const char *name)
{
	for (size_t i = 0; i < n_seen; i++)
		if (seen[i].thing == thing && tt_str_eq(seen[i].name, tt_str_c(name)))
			return &seen[i];
	return NULL;
}

/* Minutes, to a second or so: the server's clock goes on. */
static void near(const char *name, enum tt_pg_thing thing, double first, double second)
{
	const struct tt_pg_observed *o = find(thing, name);

	if (!o)
		fail_msg("%s is not there", name);
	if (fabs(o->first - first) > 0.2 || fabs(o->second - second) > 0.2)
		fail_msg("%s: %g, %g; want %g, %g", name, o->first, o->second, first, second);
}

TT_TEST(feeds_that_are_to_be_polled)
{
	tt_pg_do(&db,
		"SET search_path = tickertone;"
		"INSERT INTO worker (worker_id, lease_until, pid, host) VALUES (gen_random_uuid(), now() + '1 h', 1, 'h');"
		"INSERT INTO feed (url, known_at, last_fetch_at, last_success_at, failures, added_at, enabled, gone) VALUES"
		" ('a', now() - '9 d'::interval, now() - '1 min'::interval, now() - '1 min'::interval, 0, NULL, true, false),"
		" ('never', now() - '50 min'::interval, now(), NULL, 3, NULL, true, false),"
		" ('down', now() - '9 d'::interval, now(), now() - '40 min'::interval, 2, NULL, true, false),"
		" ('again', now() - '9 d'::interval, now(), now(), 0, now() - '5 min'::interval, true, false),"
		" ('off', now() - '9 d'::interval, now(), now(), 0, now(), false, false),"
		" ('nobodys', now() - '9 d'::interval, now(), now(), 0, NULL, true, false),"
		" ('gone', now() - '9 d'::interval, now() - '8 h'::interval, now() - '9 h'::interval, 0, NULL, true, true);"
		"UPDATE feed SET lease_worker = (SELECT worker_id FROM worker) WHERE url IN ('a', 'never', 'down', 'gone');"
		"INSERT INTO feed_item (url, last_item_at) VALUES ('a', now() - '61 min'::interval),"
		" ('down', now() + '1 h'::interval), ('again', now() - '1 d'::interval), ('gone', now() - '10 h'::interval)");
	look(true, false, false);
	TT_EQ(n_seen, 5);
	near("a", TT_PG_FEED, 60, 0);        /* as of the last poll */
	near("never", TT_PG_FEED, 50, 50);   /* since it is known */
	near("down", TT_PG_FEED, 0, 40);     /* a clock that was set back is no silence */
	near("again", TT_PG_FEED, 5, 0);     /* since it was added */
	near("gone", TT_PG_FEED, 600, 540);  /* it is not asked any more, and time goes on */
	look(false, false, false);
	TT_EQ(n_seen, 0);
	look(false, false, true);
	TT_EQ(n_seen, 1);
	TT_EQ(find(TT_PG_POLLING, "feeds")->first > 9 * 1440 - 1, 1); /* none was ever planned */
	tt_pg_do(&db, "UPDATE tickertone.feed SET next_fetch_at = now() + CASE url WHEN 'down' THEN -'12 min'::interval WHEN 'gone' THEN -'9 h'::interval ELSE '1 min' END");
	look(true, true, true);
	TT_EQ(n_seen, 6);
	TT_TRUE(isnan(find(TT_PG_POLLING, "feeds")->second));
	TT_EQ(fabs(find(TT_PG_POLLING, "feeds")->first - 12) < 0.2, 1);
	tt_pg_do(&db, "DELETE FROM tickertone.feed");
	look(true, true, true);
	TT_EQ(n_seen, 0);
}

/* An item of each of these sources. */
static size_t write_items(struct tt_sink *sink, int from, const char *const *sources, int n)
{
	struct tt_batch *b = tt_batch_new(1 << 20);
	struct tt_sink_result result = {0};

	for (int i = 0; i < n; i++)
		tt_pg_item(b, from + i, 1)->item.source = tt_str_c(sources[i]);
	TT_EQ(sink->ops->write(sink->self, &b, 1, &result, NULL), TT_OK);
	tt_batch_free(b);
	return result.items;
}

static int64_t fresh(const char *url)
{
	return tt_pg_int(&db, "SELECT (last_item_at > now() - interval '1 min')::int FROM tickertone.feed_item WHERE url = '%s'", url);
}

TT_TEST(the_last_item_is_noted_with_it)
{
	static const char *const sources[] = {"z", "a", "z", "no feed"};
	struct tt_sink sink;
	struct tt_err err = {0};

	TT_EQ(tt_pg_open(&sink, &db.conf, &err), TT_OK);
	tt_pg_do(&db, "INSERT INTO tickertone.feed (url) VALUES ('a'), ('z'), ('quiet')");
	TT_EQ(write_items(&sink, 1, sources, 4), 4);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.feed_item"), 2);
	TT_TRUE(fresh("a") && fresh("z"));
	tt_pg_do(&db, "UPDATE tickertone.feed_item SET last_item_at = now() - interval '1 d'");
	TT_EQ(write_items(&sink, 1, sources, 4), 0); /* nothing of it is new */
	TT_TRUE(!fresh("a") && !fresh("z"));
	TT_EQ(write_items(&sink, 11, sources, 1), 1);
	TT_TRUE(!fresh("a") && fresh("z"));
	tt_pg_do(&db, "UPDATE tickertone.feed_item SET last_item_at = now() - interval '5 s'");
	TT_EQ(write_items(&sink, 21, sources, 1), 1); /* to ten seconds: a busy feed does not write each time */
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.feed_item WHERE last_item_at < now() - interval '4 s'"), 2);
	sink.ops->close(sink.self);
}

TT_TEST(topics_and_their_ends)
{
	struct tt_position p[2] = {{.topic = TT_STR("news"), .partition = 0}, {.topic = TT_STR("news"), .partition = 1}};
	struct tt_positions store;
	struct tt_err err = {0};

	TT_EQ(tt_pg_positions_open(&store, &db.conf, "g", &err), TT_OK);
	TT_EQ(store.ops->claim(store.self, p, 2, &err), TT_OK);
	look(true, true, true);
	TT_EQ(n_seen, 0); /* nobody has asked where they end */
	p[0].end_offset = 100;
	p[1].end_offset = 0;
	TT_EQ(store.ops->ends(store.self, p, 2, &err), TT_OK);
	tt_pg_do(&db, "UPDATE tickertone.kafka_offset SET claimed_at = now() - interval '9 min'");
	look(true, true, true);
	near("g/news", TT_PG_TOPIC, 100, 9); /* nothing was ever stored: since it is claimed */
	tt_pg_do(&db, "UPDATE tickertone.kafka_offset SET next_offset = 60, record_at = now() - interval '3 h', stored_at = now() WHERE partition = 0");
	look(false, true, false);
	near("g/news", TT_PG_TOPIC, 40, 180);
	tt_pg_do(&db, "UPDATE tickertone.kafka_offset SET next_offset = 100 WHERE partition = 0");
	TT_EQ(store.ops->ends(store.self, p, 2, &err), TT_OK); /* all is stored */
	look(false, true, false);
	near("g/news", TT_PG_TOPIC, 0, 0);
	p[0].end_offset = 105;
	TT_EQ(store.ops->ends(store.self, p, 2, &err), TT_OK);
	look(false, true, false);
	near("g/news", TT_PG_TOPIC, 5, 0); /* the newest record is old, but all was stored just now */
	p[0].epoch--; /* somebody else has it */
	p[0].end_offset = 1000;
	TT_EQ(store.ops->ends(store.self, p, 1, &err), TT_OK);
	look(false, true, false);
	near("g/news", TT_PG_TOPIC, 5, 0);
	tt_pg_do(&db, "UPDATE tickertone.kafka_offset SET end_at = now() - interval '6 min'");
	look(false, true, false);
	TT_TRUE(isnan(find(TT_PG_TOPIC, "g/news")->first) && isnan(find(TT_PG_TOPIC, "g/news")->second));
	tt_pg_do(&db, "UPDATE tickertone.kafka_offset SET end_at = now() WHERE partition = 1");
	look(false, true, false);
	near("g/news", TT_PG_TOPIC, 5, 0); /* what is known of the rest counts */
	tt_pg_do(&db, "UPDATE tickertone.kafka_offset SET end_at = now() - interval '25 h'");
	look(false, true, false);
	TT_EQ(n_seen, 0);
	store.ops->close(store.self);
}

/* Ten thousand feeds are asked for in well under a second. */
TT_TEST(many_feeds)
{
	struct timespec a, b;

	tt_pg_do(&db,
		"SET search_path = tickertone;"
		"INSERT INTO feed (url, added_at) SELECT 'https://example.com/feeds/' || i || '/rss.xml', now() FROM generate_series(1, 10000) AS i;"
		"INSERT INTO feed_item (url, last_item_at) SELECT url, now() FROM feed");
	look(true, true, true);
	clock_gettime(CLOCK_MONOTONIC, &a);
	look(true, true, true);
	clock_gettime(CLOCK_MONOTONIC, &b);
	TT_EQ(n_seen, 10001);
	double ms = (double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6;
	print_message("10,000 feeds in %.1f ms\n", ms);
	TT_TRUE(ms < 5000);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
TT_MAIN(CASE(feeds_that_are_to_be_polled), CASE(the_last_item_is_noted_with_it), CASE(topics_and_their_ends),
	CASE(many_feeds))
