/* test_fetch_many.c - many feeds at once, one in twenty hostile, by the real clock: the good ones are asked
 * on time and never before their interval; the server's record is the judge. `test_fetch_many FEEDS SECONDS
 * INTERVAL_S` for a longer run. */
#include <sys/resource.h>

#include "ingest/fetch/fetch.h"
#include "tests/ingest/fetch/rig.h"

#define OK "HTTP/1.1 200 OK\r\nETag: \"x\"\r\n"

enum { MOST_FEEDS = 10000, LATE_P99_MS = 1000 };

static size_t n_feeds = 300;
static int64_t seconds = 8, interval_s = 2;

static const struct tt_http_step good = {OK, RIG_BODY(RIG_RSS("F", "1")), 0};
static const struct tt_http_step hostile[] = {
	{"HTTP/1.1 200 OK\r\n", {"", 0}, STEP_RAW | STEP_HANG},
	{"HTTP/1.1 200 OK\r\n\r\n", RIG_BODY("<rss>xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
		STEP_RAW | STEP_FOREVER},
	/* after an answer began: before, on a kept connection, libcurl rightly tries once more at once */
	{"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n", {"", 0}, STEP_RAW | STEP_RESET},
	{"HTTP/1.1 500 Oh\r\n", {"", 0}, 0},
	{"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
		RIG_BODY("<rss version='2.0'><channel><title>slow slow slow"), STEP_RAW | STEP_DRIP},
	{"HTTP/1.1 200 OK\r\n", RIG_BODY("<html><body>Sorry</body></html>"), 0},
};

static struct tt_http_route routes[MOST_FEEDS];
static struct tt_feed_conf feeds[MOST_FEEDS];
static char paths[MOST_FEEDS][32], urls[MOST_FEEDS][80];
static int64_t planned_ms[MOST_FEEDS], last_ns[MOST_FEEDS];
static int64_t *late_ms;
static size_t n_late, most_late;

static bool is_hostile(size_t i)
{
	return i % 20 == 19;
}

static struct tt_http_server *start(void)
{
	for (size_t i = 0; i < n_feeds; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/%zu", i);
		routes[i] = (struct tt_http_route){.path = paths[i]};
		routes[i].steps[0] = is_hostile(i) ? hostile[i / 20 % TT_LEN(hostile)] : good;
	}
	struct tt_http_server *server = tt_http_server_start("127.0.0.1", routes, n_feeds);
	TT_TRUE(server);
	for (size_t i = 0; i < n_feeds; i++) {
		snprintf(urls[i], sizeof(urls[i]), "http://127.0.0.1:%d/%zu", tt_http_server_port(server), i);
		feeds[i] = (struct tt_feed_conf){.url = urls[i], .enabled = true};
	}
	return server;
}

static void take(const struct tt_feed_state *s)
{
	const char *slash = memrchr(s->url.p, '/', s->url.n);
	int64_t i = 0;
	TT_TRUE(tt_str_int(
		(struct tt_str){slash + 1, s->url.n - (size_t)(slash + 1 - s->url.p)}, 0, MOST_FEEDS, &i));
	TT_EQ_ROW(i, s->failures > 0, is_hostile((size_t)i));
	if (!is_hostile((size_t)i) && planned_ms[i] && n_late < most_late)
		late_ms[n_late++] = s->last_fetch_ms - planned_ms[i];
	planned_ms[i] = s->next_fetch_ms;
}

static void drive(struct tt_source *source)
{
	int64_t end_ns = tt_mono_ns(&tt_clock_real) + seconds * 1000000000;
	while (tt_mono_ns(&tt_clock_real) < end_ns) {
		struct tt_batch *b = tt_batch_new(64 << 20);
		struct tt_err err;
		if (source->ops->next(source->self, b, 500, 100, &err) < 0)
			fail_msg("%s", err.msg);
		for (size_t f = 0; f < b->n_feeds; f++)
			take(&b->feeds[f]);
		tt_batch_free(b);
	}
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* No feed twice within its interval. */
static size_t judge(struct tt_http_server *server)
{
	const char *path;
	int64_t at_ns, i;
	size_t n = 0;
	for (; tt_http_seen(server, n, &path, &at_ns); n++) {
		TT_TRUE(tt_str_int(tt_str_c(path + 1), 0, MOST_FEEDS, &i));
		if (last_ns[i] &&
			at_ns - last_ns[i] < interval_s * 1000000000 - 5000000) /* its clock and ours: 5 ms */
			fail_msg("%s asked again after %lld ms", path,
				(long long)((at_ns - last_ns[i]) / 1000000));
		last_ns[i] = at_ns;
	}
	return n;
}

TT_TEST(on_time)
{
	struct tt_fetch_conf conf;
	struct tt_source source;
	struct tt_err err;
	struct rusage usage;
	rig_conf(&conf);
	conf.interval_ms = conf.min_interval_ms = interval_s * 1000;
	conf.per_host_connections = conf.max_connections = 128;
	conf.low_speed_time_ms = 3000;
	conf.low_speed_bytes = 200;
	conf.max_body_bytes = 1 << 20;
	most_late = n_feeds * (size_t)(seconds / interval_s + 2);
	late_ms = calloc(most_late, sizeof(*late_ms));
	struct tt_http_server *server = start();
	TT_EQ(tt_fetch_open(&source, &conf, feeds, n_feeds, NULL, 0, &tt_clock_real, &err), TT_OK);
	drive(&source);
	source.ops->close(source.self);
	size_t n = judge(server);
	tt_http_server_stop(server);
	TT_TRUE(n_late > n_feeds);
	qsort(late_ms, n_late, sizeof(*late_ms), by_value);
	getrusage(RUSAGE_SELF, &usage);
	printf("%zu feeds, %zu requests in %lld s, late p50 %lld ms p99 %lld ms max %lld ms, most memory %ld "
	       "KiB (server included)\n",
		n_feeds, n, (long long)seconds, (long long)late_ms[n_late / 2],
		(long long)late_ms[n_late * 99 / 100], (long long)late_ms[n_late - 1], usage.ru_maxrss);
	TT_TRUE(late_ms[n_late * 99 / 100] < LATE_P99_MS);
	free(late_ms);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {TT_RUN(on_time)};
	int64_t n = 0;
	if (argc == 4) {
		if (!tt_str_int(tt_str_c(argv[1]), 20, MOST_FEEDS, &n) ||
			!tt_str_int(tt_str_c(argv[2]), 1, 86400, &seconds) ||
			!tt_str_int(tt_str_c(argv[3]), 1, 3600, &interval_s))
			return 64;
		n_feeds = (size_t)n;
	}
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
