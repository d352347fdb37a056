/* test_fetch_budget.c - all bodies together stay below a bound: the rule alone, and a fetcher whose feeds want more
 * than there is. */
#include "common/metrics.h"
#include "ingest/fetch/budget.h"
#include "tests/ingest/fetch/rig.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"

/* ---- the rule ---- */

enum { KIB = 1024, MAX = 800 * KIB, HOLDERS = 4, SHARE = MAX / 2 / HOLDERS, COMMON = MAX / 2 };

TT_TEST(a_share_is_always_there)
{
	struct tt_budget b;
	struct tt_budget_holder h[HOLDERS] = {0};
	tt_budget_init(&b, MAX, HOLDERS);
	TT_TRUE(tt_budget_take(&b, &h[0], SHARE + COMMON));
	for (size_t i = 1; i < HOLDERS; i++) {
		TT_TRUE(tt_budget_take(&b, &h[i], SHARE));
		TT_TRUE(!tt_budget_take(&b, &h[i], 1));
	}
	TT_EQ(b.held_bytes, MAX);
	TT_EQ(b.n_waiting, HOLDERS - 1);
}

TT_TEST(first_in_line_goes_on_alone_when_nothing_is_left)
{
	struct tt_budget b;
	struct tt_budget_holder h[HOLDERS] = {0};
	tt_budget_init(&b, MAX, HOLDERS);
	TT_TRUE(tt_budget_take(&b, &h[0], SHARE + COMMON));
	for (size_t i = 0; i < 3; i++)
		TT_TRUE(!tt_budget_take(&b, &h[i], SHARE + 1));
	TT_TRUE(tt_budget_next(&b) == &h[0]);
	TT_TRUE(tt_budget_take(&b, &h[0], SHARE + 1));
	TT_TRUE(tt_budget_take(&b, &h[0], MAX));
	TT_TRUE(tt_budget_next(&b) == NULL); /* one at a time */
	tt_budget_give(&b, &h[0]);
	TT_EQ(b.held_bytes, 0);
	TT_TRUE(tt_budget_next(&b) == &h[1]);
	TT_TRUE(tt_budget_take(&b, &h[1], SHARE + COMMON - 1));
	TT_TRUE(tt_budget_next(&b) == &h[2]); /* again nothing is left: its turn */
	TT_TRUE(tt_budget_next(&b) == NULL);
}

TT_TEST(who_leaves_the_line_is_not_waited_for)
{
	struct tt_budget b;
	struct tt_budget_holder h[HOLDERS] = {0};
	tt_budget_init(&b, MAX, HOLDERS);
	TT_TRUE(tt_budget_take(&b, &h[0], SHARE + COMMON));
	for (size_t i = 1; i < HOLDERS; i++)
		TT_TRUE(!tt_budget_take(&b, &h[i], SHARE + 1));
	tt_budget_give(&b, &h[2]);
	tt_budget_give(&b, &h[0]);
	TT_TRUE(tt_budget_next(&b) == &h[1]);
	TT_TRUE(tt_budget_next(&b) == &h[3]);
	TT_TRUE(tt_budget_next(&b) == NULL);
	TT_EQ(b.n_waiting, 0);
}

/* Bodies of all sizes, in pieces, in any order: all come to their end, and never more is held than was said. */
TT_TEST(no_deadlock_and_never_more_than_said)
{
	enum { BODIES = 4000, LARGEST = 1000 * KIB, PIECE = 16 * KIB };
	struct tt_budget b;
	struct tt_budget_holder h[HOLDERS] = {0};
	int64_t size[HOLDERS] = {0}, most = 0;
	size_t n_begun = 0, n_ended = 0, n_idle = 0;
	unsigned seed = 1;
	tt_budget_init(&b, MAX, HOLDERS);
	while (n_ended < BODIES) {
		size_t i = (size_t)rand_r(&seed) % HOLDERS;
		tt_budget_next(&b);
		if (!size[i] && n_begun < BODIES) {
			n_begun++;
			size[i] = 1 + rand_r(&seed) % (rand_r(&seed) % 3 ? SHARE * 2 : LARGEST);
		} else if (size[i] && h[i].bytes == size[i]) { /* parsed at last */
			tt_budget_give(&b, &h[i]);
			size[i] = 0;
			n_ended++;
		} else if (size[i] && !h[i].wanted_bytes) {
			int64_t left = size[i] - h[i].bytes;
			tt_budget_take(&b, &h[i], (size_t)(left < PIECE ? left : PIECE));
		} else {
			TT_TRUE(n_idle++ < 1000000);
		}
		most = b.held_bytes > most ? b.held_bytes : most;
	}
	TT_EQ(b.held_bytes, 0);
	TT_EQ(b.used_bytes, 0);
	TT_TRUE(most > MAX / 2 && most <= MAX + LARGEST);
}

/* ---- a fetcher ---- */

enum { LARGE_BYTES = 900 * KIB, LARGE_FEEDS = 8, SMALL_FEEDS = 8 };

/* A feed with a long comment in it. Owner: the caller. */
static char *large_feed(void)
{
	static const char begin[] = "<rss version='2.0'><channel><title>Large</title><!--",
			  end[] = "--><item><title>At the end</title></item></channel></rss>";
	char *p = malloc(LARGE_BYTES);
	TT_TRUE(p);
	memset(p, 'x', LARGE_BYTES);
	memcpy(p, begin, sizeof(begin) - 1);
	memcpy(p + LARGE_BYTES - (sizeof(end) - 1), end, sizeof(end) - 1);
	return p;
}

/* /hold sends most of its document and then nothing more. */
static void set_up(struct rig *r, char *large)
{
	static struct tt_http_route routes[LARGE_FEEDS + SMALL_FEEDS + 1];
	static char paths[LARGE_FEEDS + SMALL_FEEDS][16];
	const size_t n = LARGE_FEEDS + SMALL_FEEDS;
	for (size_t i = 0; i < n; i++) {
		snprintf(paths[i], sizeof(paths[i]), i < LARGE_FEEDS ? "/large%zu" : "/small%zu", i);
		routes[i] = (struct tt_http_route){paths[i], {{OK, RIG_BODY(RIG_RSS("Small", "1")), 0}}};
		if (i < LARGE_FEEDS)
			routes[i].steps[0].body = (struct tt_str){large, LARGE_BYTES};
	}
	routes[n] = (struct tt_http_route){"/hold",
		{{OK "Content-Length: 1000000\r\n\r\n", {large, LARGE_BYTES - 100 * KIB}, STEP_RAW | STEP_HANG}}};
	rig_init(r, routes, n + 1);
	r->conf.max_buffered_bytes = 1 << 20;
	r->conf.total_timeout_ms = 1500;
}

/* The memory is used up by one that takes its time; the small go on at once, the large when it was cut off, though they
 * have waited for longer than any poll may take. */
TT_TEST(a_feed_that_holds_all_there_is_stops_nobody)
{
	struct rig r;
	struct tt_err err;
	char *large = large_feed();
	uint64_t waits = tt_metric_get(TT_M_fetch_waits), most = 0;
	size_t n_small = 0, n_large = 0, n_early = 0;
	set_up(&r, large);
	rig_feed(&r, "/hold");
	rig_open(&r, NULL, 0);
	struct tt_batch *b = tt_batch_new(64 << 20);
	while (tt_metric_get(TT_M_fetch_buffered) < (1 << 19))
		TT_EQ(r.source.ops->next(r.source.self, b, 100, 5, &err), TT_OK);
	for (size_t i = 0; i < LARGE_FEEDS + SMALL_FEEDS; i++) {
		char path[16];
		snprintf(path, sizeof(path), i < LARGE_FEEDS ? "/large%zu" : "/small%zu", i);
		rig_feed(&r, path);
	}
	TT_EQ(tt_fetch_set_feeds(&r.source, r.feeds, r.n_feeds, NULL, 0, &err), TT_OK);
	int64_t end_ns = rig_mono_ns(NULL) + 20000000000;
	while (n_small + n_large < LARGE_FEEDS + SMALL_FEEDS && rig_mono_ns(NULL) < end_ns) {
		TT_EQ(r.source.ops->next(r.source.self, b, 1, 5, &err), TT_OK);
		for (size_t i = 0; i < b->n_feeds; i++) {
			TT_EQ(b->feeds[i].last_status, 200);
			TT_EQ(b->feeds[i].failures, 0);
			*(tt_str_eq(b->feeds[i].title, TT_STR("Large")) ? &n_large : &n_small) += 1;
		}
		n_early = n_large ? n_early : n_small;
		uint64_t held = tt_metric_get(TT_M_fetch_buffered);
		most = held > most ? held : most;
		tt_batch_free(b);
		b = tt_batch_new(64 << 20);
	}
	TT_EQ(n_large, LARGE_FEEDS);
	TT_EQ(n_small, SMALL_FEEDS);
	TT_EQ(n_early, SMALL_FEEDS);
	TT_TRUE(tt_metric_get(TT_M_fetch_waits) > waits);
	TT_TRUE(most <= (1 << 20) + LARGE_BYTES);
	tt_batch_free(b);
	rig_done(&r);
	free(large);
}

TT_MAIN(TT_RUN(a_share_is_always_there), TT_RUN(first_in_line_goes_on_alone_when_nothing_is_left),
	TT_RUN(who_leaves_the_line_is_not_waited_for), TT_RUN(no_deadlock_and_never_more_than_said),
	TT_RUN(a_feed_that_holds_all_there_is_stops_nobody))
