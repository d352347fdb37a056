/* test_pg_leases.c - several workers share feeds: no feed twice, all of them, in even shares, taken over when
 * one falls silent; what a worker stores after it lost a feed. */
#include <pthread.h>

#include "sink/pg/leases.h"
#include "tests/sink/pg_test.h"

enum { MAX_BYTES = 16 << 20, FEEDS = 40 };

struct peer {
	struct tt_pg_worker w;
	struct tt_pg_conn *c;
	struct tt_arena arena;
	struct tt_pg_beat beat;
};

static struct tt_pg_db db;
static char urls_text[FEEDS][40];
static struct tt_str urls[FEEDS];

static int setup(void **state)
{
	(void)state;
	tt_pg_db_make(&db, true);
	for (int i = 0; i < FEEDS; i++) {
		snprintf(urls_text[i], sizeof(urls_text[i]), "http://feeds.example/%02d", i);
		urls[i] = tt_str_c(urls_text[i]);
	}
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tt_pg_db_drop(&db);
	return 0;
}

static void begin(struct peer *p, int n, int list)
{
	memset(p, 0, sizeof(*p));
	p->w = (struct tt_pg_worker){.host = TT_STR("host"), .pid = n, .lease_ms = 60000};
	p->w.id = TT_ID(((struct tt_str){(const char *)&n, sizeof(n)}));
	if (list)
		p->w.list = TT_ID(((struct tt_str){(const char *)&list, sizeof(list)}));
	tt_arena_init(&p->arena, MAX_BYTES);
	TT_EQ(tt_pg_conn_new(&p->c, &db.conf, NULL), TT_OK);
}

static void end(struct peer *p)
{
	TT_EQ(tt_pg_lease_end(p->c, &p->w, NULL), TT_OK);
	tt_pg_conn_free(p->c);
	tt_arena_done(&p->arena);
}

static void beat(struct peer *p, bool expire, size_t expected)
{
	struct tt_err err = {0};
	if (tt_pg_lease_beat(p->c, &p->w, expire, expected, &p->arena, &p->beat, &err) < 0)
		fail_msg("%s", err.msg);
}

static struct tt_pg_feed *take(
	struct peer *p, size_t n_urls, size_t max_configured, size_t max_added, size_t *ret_n)
{
	struct tt_pg_lease_wish wish = {urls, n_urls, max_configured, max_added};
	struct tt_pg_feed *feeds;
	struct tt_err err = {0};
	if (tt_pg_lease_take(p->c, &p->w, &wish, &p->arena, &feeds, ret_n, &err) < 0)
		fail_msg("%s", err.msg);
	return feeds;
}

static size_t takes(struct peer *p, size_t n_urls, size_t max_configured, size_t max_added)
{
	size_t n;
	take(p, n_urls, max_configured, max_added, &n);
	return n;
}

static int64_t has(const struct peer *p)
{
	return tt_pg_int(&db,
		"SELECT count(*) FROM tickertone.feed JOIN tickertone.worker ON worker_id = lease_worker "
		"WHERE pid = %d",
		(int)p->w.pid);
}

static void silence(const struct peer *p)
{
	tt_pg_do(&db, "UPDATE tickertone.worker SET lease_until = now() WHERE pid = %d", (int)p->w.pid);
}

TT_TEST(none_twice_and_all_in_the_end)
{
	struct peer a, b;
	begin(&a, 1, 1);
	begin(&b, 2, 1);
	beat(&a, false, 0);
	beat(&b, false, 0);
	TT_EQ(b.beat.workers, 2);
	TT_EQ(b.beat.same_list, 2);
	TT_TRUE(b.beat.counted);
	TT_EQ(takes(&a, FEEDS, FEEDS / 2, 0), FEEDS / 2);
	TT_EQ(takes(&b, FEEDS, FEEDS, 0), FEEDS / 2);
	TT_EQ(takes(&a, FEEDS, FEEDS, 0), 0);
	TT_EQ(has(&a) + has(&b), FEEDS);
	beat(&a, true, FEEDS / 2);
	TT_TRUE(a.beat.counted && !a.beat.n_expired);
	end(&a);
	TT_EQ(takes(&b, FEEDS, FEEDS, 0), FEEDS / 2); /* free at once */
	end(&b);
	TT_EQ(tt_pg_int(&db, "SELECT count(lease_worker) FROM tickertone.feed"), 0);
}

TT_TEST(a_silent_worker_is_replaced)
{
	struct peer a, b;
	begin(&a, 1, 1);
	begin(&b, 2, 1);
	beat(&a, false, 0);
	TT_EQ(takes(&a, FEEDS, FEEDS, 0), FEEDS);
	silence(&a);
	beat(&b, false, 0); /* one that has only just come lets others come first */
	TT_EQ(b.beat.workers, 1);
	TT_EQ(takes(&b, FEEDS, FEEDS, 0), 0);
	beat(&b, true, 0);
	TT_EQ(b.beat.n_expired, 1);
	TT_STR_EQ(b.beat.expired[0].worker, TT_STR("host:1"));
	TT_EQ(b.beat.expired[0].feeds, FEEDS);
	TT_EQ(takes(&b, FEEDS, 30, 0), 30);
	beat(&a, false, FEEDS); /* it wakes up */
	TT_TRUE(!a.beat.counted);
	TT_EQ(a.beat.n_urls, 0);
	TT_EQ(takes(&a, FEEDS, FEEDS, 0), FEEDS - 30);
	end(&a);
	end(&b);
}

/* A worker that is late, but whom nobody missed, goes on. */
TT_TEST(late_but_not_missed)
{
	struct peer a;
	begin(&a, 1, 1);
	beat(&a, false, 0);
	TT_EQ(takes(&a, FEEDS, FEEDS, 0), FEEDS);
	silence(&a);
	beat(&a, true, FEEDS);
	TT_TRUE(a.beat.counted);
	TT_EQ(a.beat.workers, 1);
	end(&a);
}

TT_TEST(some_lost)
{
	struct peer a;
	begin(&a, 1, 1);
	beat(&a, false, 0);
	TT_EQ(takes(&a, 3, FEEDS, 0), 3);
	tt_pg_do(&db, "UPDATE tickertone.feed SET name = 'other' WHERE url = '%s'", urls_text[1]);
	beat(&a, false, 3);
	TT_TRUE(!a.beat.counted);
	TT_EQ(a.beat.n_urls, 2);
	end(&a);
}

TT_TEST(those_added_in_the_database)
{
	struct peer a, b;
	size_t n;
	begin(&a, 1, 1);
	begin(&b, 2, 0);
	beat(&a, false, 0);
	beat(&b, false, 0);
	TT_EQ(b.beat.same_list, 1);
	tt_pg_do(&db, "INSERT INTO tickertone.feed (url, added_at, poll_interval, lang, enabled) VALUES "
		      "('http://added.example/1', now(), '2 min', 'de', true), ('http://added.example/2', "
		      "now(), NULL, NULL, "
		      "true), ('http://added.example/removed', now(), NULL, NULL, false), "
		      "('ftp://added.example/', now(), NULL, "
		      "NULL, true)");
	TT_EQ(takes(&b, 0, FEEDS, 0), 0);
	struct tt_pg_feed *feeds = take(&b, 0, 0, 1, &n);
	TT_EQ(n, 1);
	TT_STR_EQ(feeds[0].state.url, TT_STR("http://added.example/1"));
	TT_STR_EQ(feeds[0].lang, TT_STR("de"));
	TT_EQ(feeds[0].interval_ms, 120000);
	TT_TRUE(feeds[0].enabled && feeds[0].added_ms != TT_TIME_NONE &&
		tt_id_eq(feeds[0].state.lease, b.w.id));
	TT_EQ(takes(&a, 0, 0, FEEDS), 1);
	/* added and configured: one of those added */
	tt_pg_do(&db, "UPDATE tickertone.feed SET added_at = now() WHERE url = '%s'", urls_text[0]);
	TT_EQ(takes(&a, 1, FEEDS, 0), 0);
	TT_EQ(takes(&b, 0, 0, FEEDS), 1);
	/* removed, but configured */
	tt_pg_do(&db, "UPDATE tickertone.feed SET enabled = false WHERE url = '%s'", urls_text[0]);
	TT_EQ(takes(&b, 0, 0, FEEDS), 0);
	TT_EQ(takes(&a, 1, FEEDS, 0), 1);
	end(&a);
	end(&b);
	tt_pg_do(&db, "DELETE FROM tickertone.feed WHERE url LIKE '%%added%%'");
}

static void store(
	struct tt_sink *sink, struct tt_str url, struct tt_id lease, int64_t at_ms, const char *etag)
{
	struct tt_batch *b = tt_batch_new(MAX_BYTES);
	struct tt_sink_result result;
	struct tt_err err = {0};
	struct tt_feed_state *s = tt_batch_add_feed(b);
	*s = (struct tt_feed_state){
		.url = url, .lease = lease, .last_fetch_ms = at_ms, .etag = tt_str_c(etag)};
	s->last_success_ms = s->last_change_ms = s->next_fetch_ms = at_ms;
	tt_pg_item(b, (int)(at_ms % 1000), 1);
	if (sink->ops->write(sink->self, &b, 1, &result, &err) < 0)
		fail_msg("%s", err.msg);
	TT_EQ(result.items, 1); /* stored, whatever becomes of the state */
	tt_batch_free(b);
}

TT_TEST(fence)
{
	struct peer a, b;
	struct tt_sink sink;
	begin(&a, 1, 1);
	begin(&b, 2, 1);
	beat(&a, false, 0);
	beat(&b, false, 0);
	TT_EQ(tt_pg_open(&sink, &db.conf, NULL), TT_OK);
	const struct {
		const struct peer *holder; /* NULL: nobody */
		struct tt_id by;
		const char *etag;
		bool kept;
	} rows[] = {
		{&a, a.w.id, "mine", true},
		{&b, a.w.id, "late", false},
		{&b, (struct tt_id){{0}}, "without a lease", false},
		{&b, b.w.id, "of the new owner", true},
		{NULL, a.w.id, "free again", true},
		{NULL, (struct tt_id){{0}}, "of nobody", true},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		tt_pg_do(&db, "INSERT INTO tickertone.feed (url) VALUES ('%s') ON CONFLICT DO NOTHING",
			urls_text[5]);
		tt_pg_do(&db,
			"UPDATE tickertone.feed SET lease_worker = (SELECT worker_id FROM tickertone.worker "
			"WHERE pid = %d) "
			"WHERE url = '%s'",
			rows[i].holder ? (int)rows[i].holder->w.pid : 0, urls_text[5]);
		store(&sink, urls[5], rows[i].by, tt_pg_now_ms + (int64_t)i, rows[i].etag);
		TT_EQ_ROW((long)i,
			tt_pg_int(&db,
				"SELECT count(*) FROM tickertone.feed WHERE url = '%s' AND etag = '%s'",
				urls_text[5], rows[i].etag),
			rows[i].kept);
	}
	sink.ops->close(sink.self);
	end(&a);
	end(&b);
}

TT_TEST(given_back_when_stored)
{
	struct peer a;
	size_t n;
	bool given[4];
	begin(&a, 1, 1);
	beat(&a, false, 0);
	take(&a, 3, 3, 0, &n);
	TT_EQ(n, 3);
	tt_pg_do(&db, "UPDATE tickertone.feed SET last_fetch_at = '2026-11-18 12:00Z' WHERE url = '%s'",
		urls_text[1]);
	const struct tt_pg_lease_return v[] = {
		{urls[2], tt_pg_now_ms},                        /* polled, not stored */
		{urls[1], tt_pg_now_ms},                        /* stored */
		{urls[0], TT_TIME_NONE},                        /* never polled */
		{TT_STR("http://nobody.example"), tt_pg_now_ms} /* not ours at all */
	};
	TT_EQ(tt_pg_lease_return(a.c, &a.w, v, TT_LEN(v), given, NULL), TT_OK);
	for (size_t i = 0; i < TT_LEN(v); i++)
		TT_EQ_ROW((long)i, given[i], i != 0);
	TT_EQ(has(&a), 1);
	end(&a);
}

/* ---- many at once ---- */

struct racer {
	struct peer p;
	pthread_t thread;
	size_t taken, rounds;
	pthread_barrier_t *start;
};

/* Beats, takes its share one by one, gives all back, again and again. */
static void *race(void *arg)
{
	struct racer *r = arg;
	struct tt_pg_lease_wish wish = {urls, FEEDS, 3, 0};
	pthread_barrier_wait(r->start);
	for (; r->rounds < 25; r->rounds++) {
		struct tt_pg_feed *feeds;
		struct tt_pg_lease_return back[FEEDS];
		bool given[FEEDS];
		size_t n;
		tt_arena_reset(&r->p.arena);
		if (tt_pg_lease_beat(r->p.c, &r->p.w, true, 0, &r->p.arena, &r->p.beat, NULL) < 0 ||
			!r->p.beat.counted)
			break;
		if (tt_pg_lease_take(r->p.c, &r->p.w, &wish, &r->p.arena, &feeds, &n, NULL) < 0)
			break;
		for (size_t i = 0; i < n; i++)
			back[i] =
				(struct tt_pg_lease_return){feeds[i].state.url, feeds[i].state.last_fetch_ms};
		r->taken += n;
		if (tt_pg_lease_return(r->p.c, &r->p.w, back, n, given, NULL) < 0)
			break;
	}
	return NULL;
}

TT_TEST(contention)
{
	enum { N = 6 };
	struct racer r[N];
	pthread_barrier_t start;
	pthread_barrier_init(&start, NULL, N);
	for (int i = 0; i < N; i++) {
		r[i] = (struct racer){.start = &start};
		begin(&r[i].p, i + 1, 1);
		TT_EQ(pthread_create(&r[i].thread, NULL, race, &r[i]), 0);
	}
	for (int i = 0; i < N; i++) {
		pthread_join(r[i].thread, NULL);
		TT_EQ_ROW(i, r[i].rounds, 25);
		TT_TRUE(r[i].taken > 0);
		end(&r[i].p);
	}
	pthread_barrier_destroy(&start);
	TT_EQ(tt_pg_int(&db, "SELECT count(lease_worker) FROM tickertone.feed"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(none_twice_and_all_in_the_end),
		TT_RUN(a_silent_worker_is_replaced), TT_RUN(late_but_not_missed), TT_RUN(some_lost),
		TT_RUN(those_added_in_the_database), TT_RUN(fence), TT_RUN(given_back_when_stored),
		TT_RUN(contention)};
	return cmocka_run_group_tests(tests, setup, teardown);
}
