/* test_fetch_replan.c - another interval in the configuration: shorter ones count from the last poll, at
 * once, but never against what the server asked for. */
#include "tests/ingest/fetch/rig.h"

#define OK  "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
#define ONE RIG_BODY(RIG_RSS("Feed", "1"))

static const struct tt_http_route routes[] = {{"/plain", {{OK, ONE, 0}}},
	{"/fresh", {{OK "Cache-Control: max-age=720\r\n", ONE, 0}}},
	{"/busy", {{"HTTP/1.1 503 Busy\r\nRetry-After: 840\r\n", {"", 0}, 0}}},
	{"/gone", {{"HTTP/1.1 410 Gone\r\n", {"", 0}, 0}}}};

/* All four polled once. Owner of the batch: the caller. */
static struct tt_batch *polled(struct rig *r)
{
	rig_init(r, routes, TT_LEN(routes));
	for (size_t i = 0; i < TT_LEN(routes); i++)
		rig_feed(r, routes[i].path);
	rig_open(r, NULL, 0);
	return rig_polls(r, TT_LEN(routes));
}

/* Whether so many minutes after the start exactly these have been asked a second time. */
static void expect_second(struct rig *r, int64_t at_min, bool plain, bool fresh, bool busy)
{
	struct tt_err err;
	struct tt_batch *b = tt_batch_new(1 << 20);
	atomic_store(&r->wall_ms, RIG_START + at_min * RIG_MIN);
	for (int64_t end_ns = rig_mono_ns(NULL) + 300000000; rig_mono_ns(NULL) < end_ns;)
		TT_EQ(r->source.ops->next(r->source.self, b, 100, 20, &err), TT_OK);
	TT_EQ_ROW(at_min, tt_http_count(r->server, "/plain") > 1, plain);
	TT_EQ_ROW(at_min, tt_http_count(r->server, "/fresh") > 1, fresh);
	TT_EQ_ROW(at_min, tt_http_count(r->server, "/busy") > 1, busy);
	TT_EQ_ROW(at_min, tt_http_count(r->server, "/gone"), 1);
	tt_batch_free(b);
}

TT_TEST(of_all_feeds)
{
	struct rig r;
	tt_batch_free(polled(&r));
	struct tt_fetch_conf shorter = r.conf;
	shorter.interval_ms = 5 * RIG_MIN;
	expect_second(&r, 6, false, false, false);
	tt_fetch_set_waits(&r.source, &shorter);
	expect_second(&r, 6, true, false, false);
	expect_second(&r, 11, true, false, false);
	expect_second(&r, 12, true, true, false); /* max-age */
	expect_second(&r, 13, true, true, false);
	expect_second(&r, 14, true, true, true); /* Retry-After */
	rig_done(&r);
}

TT_TEST(of_one_feed)
{
	struct rig r;
	struct tt_err err;
	tt_batch_free(polled(&r));
	for (size_t i = 0; i < r.n_feeds; i++)
		r.feeds[i].interval_ms = 8 * RIG_MIN;
	TT_EQ(tt_fetch_set_feeds(&r.source, r.feeds, r.n_feeds, NULL, 0, &err), TT_OK);
	expect_second(&r, 7, false, false, false);
	expect_second(&r, 8, true, false, false);
	rig_done(&r);
}

/* The same across a restart: the stored state tells what the server asked for. */
TT_TEST(at_a_start)
{
	struct rig r;
	struct tt_batch *b = polled(&r);
	rig_close(&r);
	r.conf.interval_ms = 5 * RIG_MIN;
	rig_open(&r, b->feeds, b->n_feeds);
	expect_second(&r, 4, false, false, false);
	expect_second(&r, 5, true, false, false);
	expect_second(&r, 12, true, true, false);
	tt_batch_free(b);
	rig_done(&r);
}

TT_MAIN(TT_RUN(of_all_feeds), TT_RUN(of_one_feed), TT_RUN(at_a_start))
