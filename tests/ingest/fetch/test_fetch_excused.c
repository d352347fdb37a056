/* test_fetch_excused.c - polls that fail because we did not listen for a while: no fault of the feed's, and yet a
 * server that had begun to answer is not asked again within the interval. */
#include "tests/ingest/fetch/rig.h"

#define STALL_NS 3000000000LL

static _Atomic int64_t skipped_ns; /* the monotonic clock is ahead by so much */

static int64_t skipping_ns(void *ctx)
{
	return rig_mono_ns(ctx) + atomic_load(&skipped_ns);
}

/* How long after it has ended the poll of `path` is done again, when the source was not driven for three seconds in
 * the middle of it. */
static int64_t wait_after_stall(const char *path)
{
	static const struct tt_http_route routes[] = {
		{"/slow", {{"HTTP/1.1 200 OK\r\n", RIG_BODY(RIG_RSS("Feed", "1")), STEP_DRIP}}},
		{"/redirected", {{"HTTP/1.1 302 Found\r\nLocation: /mute\r\n", {"", 0}, 0}}},
		{"/mute", {{"", {"", 0}, STEP_RAW | STEP_HANG}}},
	};
	struct rig r;
	struct tt_err err;
	struct tt_fetch_stats stats = {.active = 1};
	struct tt_batch *b = tt_batch_new(1 << 20);
	rig_init(&r, routes, TT_LEN(routes));
	r.conf.low_speed_bytes = 1 << 20;
	r.conf.low_speed_time_ms = 1000;
	atomic_store(&skipped_ns, 0);
	r.clock.mono_ns = skipping_ns;
	rig_feed(&r, path);
	rig_open(&r, NULL, 0);
	while (!tt_http_count(r.server, path))
		TT_EQ(r.source.ops->next(r.source.self, b, 10, 10, &err), TT_OK);
	atomic_store(&skipped_ns, STALL_NS);
	for (int64_t end_ns = rig_mono_ns(NULL) + 20000000000; stats.active && rig_mono_ns(NULL) < end_ns;) {
		TT_EQ(r.source.ops->next(r.source.self, b, 10, 10, &err), TT_OK);
		tt_fetch_stats(&r.source, &stats);
	}
	TT_EQ(stats.active, 0);
	TT_EQ(stats.failing, 0);
	TT_EQ(b->n_feeds, 0);
	int64_t wait_ms = stats.next_due_ms - RIG_START;
	rig_done(&r);
	tt_batch_free(b);
	return wait_ms;
}

TT_TEST(who_answered_is_left_alone_for_the_interval)
{
	TT_EQ(wait_after_stall("/slow"), 15 * RIG_MIN);
	TT_EQ(wait_after_stall("/redirected"), 15 * RIG_MIN);
}

TT_TEST(silence_is_tried_sooner)
{
	TT_EQ(wait_after_stall("/mute"), RIG_MIN);
}

TT_MAIN(TT_RUN(who_answered_is_left_alone_for_the_interval), TT_RUN(silence_is_tried_sooner))
