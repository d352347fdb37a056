/* test_fetch_source.c - fetching as a source of the pipeline: restarts, reloads, leases, small batches,
 * wakes; against a real server. */
#include <pthread.h>

#include "tests/ingest/fetch/one_feed.h"

TT_TEST(a_restart_goes_on_where_it_was)
{
	static const struct tt_http_route route = {
		"/f", {{OK "ETag: \"a\"\r\n", ONE, 0}, {"HTTP/1.1 304 Same\r\n", NONE, 0}}};
	struct rig r;
	struct tt_err err;
	start_one(&r, &route);
	struct tt_batch *b = rig_polls(&r, 1), *after = tt_batch_new(1 << 20);
	rig_close(&r);
	atomic_fetch_add(&r.wall_ms, 14 * RIG_MIN);
	rig_open(&r, b->feeds, b->n_feeds);
	TT_EQ(r.source.ops->next(r.source.self, after, 10, 50, &err), TT_OK);
	TT_EQ(after->n_feeds, 0);
	tt_batch_free(after);
	after = rig_later(&r, RIG_MIN, 1);
	TT_STR_EQ(tt_http_header(tt_http_request(r.server, "/f", 1), "If-None-Match"), TT_STR("\"a\""));
	TT_EQ(after->feeds[0].last_status, 304);
	tt_batch_free(after);
	tt_batch_free(b);
	rig_done(&r);
}

TT_TEST(a_reload_keeps_what_stays)
{
	static const struct tt_http_route routes[] = {{"/a", {{OK "ETag: \"a\"\r\n", ONE, 0}}},
		{"/b", {{OK, ONE, 0}}}, {"/c", {{OK, ONE, 0}}},
		{"/hang", {{"HTTP/1.1 200 OK\r\n", NONE, STEP_RAW | STEP_HANG}}}};
	struct rig r;
	struct tt_err err;
	struct tt_fetch_stats stats;
	char lang[] = "fr";
	rig_init(&r, routes, TT_LEN(routes));
	rig_feed(&r, "/hang");
	rig_feed(&r, "/a");
	rig_feed(&r, "/b");
	rig_open(&r, NULL, 0);
	tt_batch_free(rig_polls(&r, 2)); /* and one hangs */
	tt_fetch_stats(&r.source, &stats);
	TT_EQ(stats.active, 1);

	struct tt_feed_conf twice[] = {r.feeds[1], r.feeds[2], r.feeds[1]}; /* refused, nothing changed */
	TT_EQ(tt_fetch_set_feeds(&r.source, twice, 3, NULL, 0, &err), TT_ECONF);
	tt_fetch_stats(&r.source, &stats);
	TT_EQ(stats.feeds, 3);

	rig_feed(&r, "/c"); /* new; the hanging one goes, /b becomes disabled, /a gets a language */
	struct tt_feed_conf list[] = {r.feeds[1], r.feeds[2], r.feeds[3]};
	list[0].lang = lang;
	list[1].enabled = false;
	TT_EQ(tt_fetch_set_feeds(&r.source, list, 3, NULL, 0, &err), TT_OK);
	tt_fetch_stats(&r.source, &stats);
	TT_EQ(stats.feeds, 2);
	TT_EQ(stats.active, 0);
	tt_batch_free(rig_polls(&r, 1));
	TT_EQ(tt_http_count(r.server, "/c"), 1);
	TT_EQ(tt_http_count(r.server, "/a"), 1);
	tt_batch_free(rig_later(&r, LATE, 2));
	TT_STR_EQ(tt_http_header(tt_http_request(r.server, "/a", 1), "If-None-Match"), TT_STR("\"a\""));
	TT_EQ(tt_http_count(r.server, "/b"), 1);
	rig_done(&r);
}

TT_TEST(who_asks_is_said)
{
	static const struct tt_http_route route = {"/f", {{OK, ONE, 0}}};
	char contact[] = "ops@example.com", agent[] = "mine/2";
	struct rig r;
	start_one(&r, &route);
	tt_batch_free(rig_polls(&r, 1));
	const char *request = tt_http_request(r.server, "/f", 0);
	rig_contains(0, tt_http_header(request, "User-Agent"), "tickertone/");
	rig_contains(0, tt_http_header(request, "Accept-Encoding"), "gzip");
	rig_contains(0, tt_http_header(request, "Accept"), "application/rss+xml");
	rig_close(&r);
	r.conf.contact = contact;
	r.conf.user_agent = agent;
	rig_open(&r, NULL, 0);
	tt_batch_free(rig_polls(&r, 1));
	TT_STR_EQ(tt_http_header(tt_http_request(r.server, "/f", 1), "User-Agent"),
		TT_STR("mine/2 (+ops@example.com)"));
	rig_close(&r);
	r.conf.contact = r.conf.user_agent = NULL;
	rig_done(&r);
}

TT_TEST(the_environment_has_no_say)
{
	static const struct tt_http_route route = {"/f", {{OK, ONE, 0}}};
	struct rig r;
	setenv("http_proxy", "http://127.0.0.1:9", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
	start_one(&r, &route);
	struct tt_batch *b = rig_polls(&r, 1);
	TT_EQ(b->feeds[0].failures, 0);
	tt_batch_free(b);
	rig_done(&r);
	unsetenv("http_proxy");
	unsetenv("ALL_PROXY");
}

TT_TEST(small_batches_lose_nothing)
{
	enum { N = 12 };
	static const struct tt_http_route route = {"/f", {{OK, ONE, 0}}};
	struct rig r;
	struct tt_err err;
	size_t feeds = 0, items = 0;
	rig_init(&r, &route, 1);
	for (int i = 0; i < N; i++) {
		rig_feed(&r, "/f");
		snprintf(r.urls[i] + strlen(r.urls[i]), 20, "#%d",
			i); /* another feed to us, the same to the server */
	}
	rig_open(&r, NULL, 0);
	for (int64_t give_up_ns = rig_mono_ns(NULL) + 20000000000;
		feeds < N && rig_mono_ns(NULL) < give_up_ns;) {
		struct tt_batch *b = tt_batch_new(items % 2 ? 1 << 20 : 40000);
		TT_EQ(r.source.ops->next(r.source.self, b, 2, 20, &err), TT_OK);
		TT_TRUE(b->n_items <= 2);
		feeds += b->n_feeds;
		items += b->n_items;
		tt_batch_free(b);
	}
	TT_EQ(feeds, N);
	TT_EQ(items, N);
	rig_done(&r);
}

static void *wake_it(void *arg)
{
	struct rig *r = arg;
	while (!tt_http_count(r->server, "/hang")) /* it is polled: next() is at work */
		usleep(1000);
	r->source.ops->wake(r->source.self);
	return NULL;
}

TT_TEST(another_thread_can_wake_it)
{
	static const struct tt_http_route route = {
		"/hang", {{"HTTP/1.1 200 OK\r\n", NONE, STEP_RAW | STEP_HANG}}};
	struct rig r;
	struct tt_err err;
	pthread_t thread;
	start_one(&r, &route);
	struct tt_batch *b = tt_batch_new(1 << 20);
	TT_EQ(pthread_create(&thread, NULL, wake_it, &r), 0);
	TT_EQ(r.source.ops->next(r.source.self, b, 10, -1, &err), TT_OK); /* would wait for ever */
	TT_EQ(pthread_join(thread, NULL), 0);
	TT_EQ(b->n_feeds, 0);
	tt_batch_free(b);
	rig_done(&r);
}

TT_TEST(bad_lists_are_refused)
{
	char ftp[] = "ftp://example.com/x", file[] = "file:///etc/passwd", empty[] = "";
	char *urls[] = {ftp, file, empty, NULL};
	struct tt_fetch_conf conf;
	struct tt_source source = {0};
	rig_conf(&conf);
	for (size_t i = 0; i < TT_LEN(urls); i++) {
		struct tt_feed_conf feed = {.url = urls[i], .enabled = true};
		struct tt_err err = {0};
		TT_EQ_ROW(
			i, tt_fetch_open(&source, &conf, &feed, 1, NULL, 0, &tt_clock_real, &err), TT_ECONF);
		rig_contains(i, tt_str_c(err.msg), "feeds[0].url");
		TT_TRUE(!source.ops);
	}
}

TT_TEST(once)
{
	static const struct tt_http_route routes[] = {
		{"/f", {{"HTTP/1.1 302 Found\r\nLocation: f2\r\n", NONE, 0}}}, {"/f2", {{OK, ONE, 0}}}};
	struct tt_arena arena;
	struct tt_fetch_page page;
	struct tt_err err = {0};
	struct rig r;
	char url[100], final[100];
	rig_init(&r, routes, 2);
	tt_arena_init(&arena, 1 << 20);
	rig_url(&r, "/f", url);
	rig_url(&r, "/f2", final);
	TT_EQ(tt_fetch_once(url, &r.conf, &arena, &page, &err), TT_OK);
	TT_STR_EQ(page.url, tt_str_c(final));
	TT_STR_EQ(page.content_type, TT_STR("application/rss+xml"));
	TT_STR_EQ(page.body, TT_STR(RIG_RSS("Feed", "1")));
	rig_url(&r, "/none", url);
	TT_EQ(tt_fetch_once(url, &r.conf, &arena, &page, &err), TT_ENOENT);
	rig_contains(0, tt_str_c(err.msg), "/none: HTTP 404");
	r.conf.allow_private_networks = false;
	TT_EQ(tt_fetch_once(url, &r.conf, &arena, &page, &err), TT_EREFUSED);
	rig_contains(0, tt_str_c(err.msg), "address 127.0.0.1 refused: loopback");
	TT_EQ(tt_fetch_once("gopher://x/", &r.conf, &arena, &page, &err), TT_EREFUSED);
	tt_arena_done(&arena);
	rig_done(&r);
}

/* Feeds that are ours only for a while: none is asked after that, until it is ours again. */
TT_TEST(leased_for_a_while)
{
	static const struct tt_http_route route = {"/f", {{OK, ONE, 0}}};
	struct tt_fake_clock fake;
	struct tt_err err = {0};
	struct rig r;
	rig_init(&r, &route, 1);
	rig_feed(&r, "/f");
	tt_fake_clock_init(&fake, RIG_START);
	r.clock = fake.clock;
	rig_open(&r, NULL, 0);
	struct tt_batch *b = tt_batch_new(1 << 20);
	static const struct {
		int64_t sleep_ms, lease_ms; /* 0: not leased anew */
		int64_t asleep_ms;          /* the monotonic clock stands */
		size_t polls;
	} rows[] = {
		{0, 1, 0, 1},                   /* ours for another millisecond: polled */
		{LATE, 0, 0, 1},                /* due, but not ours any more */
		{0, 1000, 0, 2},                /* ours again */
		{LATE, LATE, LATE, 2},          /* ours, but then the machine slept past it */
		{0, INT64_MAX / 1000000, 0, 3}, /* for ever */
		{LATE, 0, LATE, 4},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		tt_fake_clock_advance(&fake, rows[i].sleep_ms);
		if (rows[i].lease_ms)
			tt_fetch_leased_until(&r.source, rows[i].lease_ms >= INT64_MAX / 1000000
								 ? INT64_MAX
								 : fake.mono_ns + rows[i].lease_ms * 1000000);
		fake.wall_ms += rows[i].asleep_ms;
		for (int k = 0; k < 400 && b->n_feeds < rows[i].polls; k++) {
			TT_EQ(r.source.ops->next(r.source.self, b, 1000, 0, &err), TT_OK);
			usleep(5000);
		}
		TT_EQ(r.source.ops->next(r.source.self, b, 1000, 0, &err), TT_OK);
		TT_EQ_ROW(i, tt_http_count(r.server, "/f"), rows[i].polls);
		TT_EQ_ROW(i, b->n_feeds, rows[i].polls);
	}
	tt_batch_free(b);
	rig_done(&r);
}

static void note_idle(void *ctx, const struct tt_feed_state *state, bool idle)
{
	TT_TRUE(tt_str_starts_ci(state->url, TT_STR("http://127.0.0.1:")));
	((size_t *)ctx)[idle]++;
}

TT_TEST(which_are_idle)
{
	static const struct tt_http_route routes[] = {{"/f", {{OK, ONE, 0}}},
		{"/slow", {{OK "Content-Length: 9\r\n\r\n", NONE, STEP_RAW | STEP_HANG}}}};
	size_t count[2] = {0, 0};
	struct rig r;
	rig_init(&r, routes, 2);
	rig_feed(&r, "/f");
	rig_feed(&r, "/slow");
	rig_open(&r, NULL, 0);
	tt_batch_free(rig_polls(&r, 1));
	tt_fetch_each(&r.source, note_idle, count);
	TT_EQ(count[false], 1);
	TT_EQ(count[true], 1);
	rig_done(&r);
}

TT_TEST(lists_are_checked)
{
	char http[] = "http://a.example/", ftp[] = "ftp://a.example/";
	struct tt_feed_conf fine[] = {{.url = http, .enabled = true}};
	struct tt_feed_conf bad[] = {{.url = http, .enabled = true}, {.url = ftp, .enabled = true}};
	struct tt_feed_conf twice[] = {{.url = http, .enabled = true}, {.url = http, .enabled = true}};
	TT_EQ(tt_fetch_check_feeds(fine, 1, NULL), TT_OK);
	TT_EQ(tt_fetch_check_feeds(NULL, 0, NULL), TT_OK);
	TT_EQ(tt_fetch_check_feeds(bad, 2, NULL), TT_ECONF);
	TT_EQ(tt_fetch_check_feeds(twice, 2, NULL), TT_ECONF);
}

TT_MAIN(TT_RUN(a_restart_goes_on_where_it_was), TT_RUN(a_reload_keeps_what_stays), TT_RUN(who_asks_is_said),
	TT_RUN(the_environment_has_no_say), TT_RUN(small_batches_lose_nothing),
	TT_RUN(another_thread_can_wake_it), TT_RUN(bad_lists_are_refused), TT_RUN(once),
	TT_RUN(leased_for_a_while), TT_RUN(which_are_idle), TT_RUN(lists_are_checked))
