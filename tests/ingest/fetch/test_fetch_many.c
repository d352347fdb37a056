/* test_fetch_many.c - many feeds at once, one in twenty hostile, by the real clock and with the limits as
 * they are by default: the good ones are asked on time, nobody is asked when etiquette forbids it (the server
 * keeps the record and judges), memory stays small and no descriptor leaks. `test_fetch_many FEEDS SECONDS
 * INTERVAL_S` for a longer run: script/soak-feeds. */
#include <dirent.h>

#include "common/allocator.h"
#include "common/metrics.h"
#include "ingest/fetch/fetch.h"
#include "tests/ingest/fetch/many_feeds.h"
#include "tests/ingest/fetch/many_mean.h"
#include "tests/ingest/fetch/many_server.h"
#include "tests/ingest/fetch/rig.h"

enum { MOST_FEEDS = 10000, LATE_P99_MS = 5000, MOST_RSS_KIB = 150000000 / 1024 };
enum { OTHER_FDS = 16 }; /* beside connections: standard ones, libcurl's own, the server's pipe */

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MEASURE = 0 };
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
enum { MEASURE = 0 };
#else
enum { MEASURE = 1 };
#endif
#else
enum { MEASURE = 1 };
#endif

static size_t n_feeds = 400;
static int64_t seconds = 30, interval_s = 6;

static struct tt_feed_conf feeds[MOST_FEEDS];
static char urls[MOST_FEEDS][80];
static int64_t planned_ms[MOST_FEEDS];
static int64_t *late_ms;
static size_t n_late, most_late, n_polls, n_failed, n_items;

static char last_errors[MANY_MEAN_KINDS][120];

static size_t number_of(struct tt_str url)
{
	const char *slash = memrchr(url.p, '/', url.n);
	int64_t i = 0;
	TT_TRUE(tt_str_int(
		(struct tt_str){slash + 1, url.n - (size_t)(slash + 1 - url.p)}, 0, MOST_FEEDS, &i));
	return (size_t)i;
}

/* What the server does with an error is not late; what the hostile do is not our time. */
static void take(const struct tt_feed_state *s)
{
	size_t i = number_of(s->url);
	n_polls++;
	n_failed += s->failures > 0;
	if (many_is_hostile(i)) {
		snprintf(last_errors[many_mean_kind(i)], sizeof(last_errors[0]), "%.*s",
			TT_FMT(s->last_error));
		return;
	}
	if (s->last_status == 0)
		print_error("%.*s: %.*s\n", TT_FMT(s->url), TT_FMT(s->last_error));
	TT_TRUE(s->last_status != 0); /* whoever is well-meant was reached */
	if (planned_ms[i] && n_late < most_late)
		late_ms[n_late++] = s->last_fetch_ms - planned_ms[i];
	planned_ms[i] = s->next_fetch_ms == TT_TIME_NONE ? 0 : s->next_fetch_ms;
}

/* Where nothing is measured, for as much longer as it takes to see most feeds again. */
static bool is_over(int64_t begun_ns)
{
	int64_t s = (tt_mono_ns(&tt_clock_real) - begun_ns) / 1000000000;
	return s >= seconds && (MEASURE || n_late > n_feeds / 2 || s >= seconds * 5);
}

static void drive(struct tt_source *source)
{
	int64_t begun_ns = tt_mono_ns(&tt_clock_real);
	while (!is_over(begun_ns)) {
		struct tt_batch *b = tt_batch_new(64 << 20);
		struct tt_err err;
		if (source->ops->next(source->self, b, 500, 100, &err) < 0)
			fail_msg("%s", err.msg);
		for (size_t f = 0; f < b->n_feeds; f++)
			take(&b->feeds[f]);
		n_items += b->n_items;
		tt_batch_free(b);
	}
}

static int by_value(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

/* "VmHWM" or "VmRSS" of this process, in KiB. */
static long memory_kib(const char *what)
{
	char line[200];
	long kib = -1;
	FILE *f = fopen("/proc/self/status", "r");
	while (f && kib < 0 && fgets(line, sizeof(line), f))
		if (strncmp(line, what, strlen(what)) != 0 || sscanf(line + strlen(what), ": %ld", &kib) != 1)
			kib = -1;
	if (f)
		fclose(f);
	return kib;
}

static size_t open_fds(void)
{
	size_t n = 0;
	DIR *dir = opendir("/proc/self/fd");
	TT_TRUE(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 3; /* ".", ".." and dir's own */
}

static void report(size_t n_fds)
{
	qsort(late_ms, n_late, sizeof(*late_ms), by_value);
	printf("%zu feeds at %zu hosts, %lld s, interval %lld s: %zu polls, %zu failed, %zu items\n", n_feeds,
		many_hosts(n_feeds), (long long)seconds, (long long)interval_s, n_polls, n_failed, n_items);
	printf("late: p50 %lld ms, p90 %lld ms, p99 %lld ms, max %lld ms (%zu polls of well-meant feeds)\n",
		(long long)late_ms[n_late / 2], (long long)late_ms[n_late * 9 / 10],
		(long long)late_ms[n_late * 99 / 100], (long long)late_ms[n_late - 1], n_late);
	printf("memory: %ld KiB at most, %ld KiB at the end; %zu descriptors then\n", memory_kib("VmHWM"),
		memory_kib("VmRSS"), n_fds);
	printf("%llu times a poll waited for memory\n", (unsigned long long)tt_metric_get(TT_M_fetch_waits));
	for (size_t kind = 0; kind < MANY_MEAN_KINDS; kind++)
		printf("hostile, %s: %s\n", many_mean_name(kind), last_errors[kind]);
}

TT_TEST(on_time_and_polite)
{
	struct tt_fetch_conf conf;
	struct tt_source source;
	struct tt_err err;
	struct many_server server;
	rig_conf(&conf);
	conf.interval_ms = interval_s * 1000;
	conf.backoff_base_ms = interval_s * 500;
	conf.per_host_connections = MANY_HOST_CONNECTIONS;
	conf.per_host_spacing_ms = MANY_SPACING_MS;
	most_late = n_feeds * (size_t)(seconds * 5 / interval_s + 2);
	late_ms = calloc(most_late, sizeof(*late_ms));
	TT_TRUE(late_ms && many_server_start(&server, n_feeds, conf.interval_ms));
	for (size_t i = 0; i < n_feeds; i++) {
		many_server_url(i, urls[i]);
		feeds[i] = (struct tt_feed_conf){.url = urls[i], .enabled = true};
	}
	TT_EQ(tt_fetch_open(&source, &conf, feeds, n_feeds, NULL, 0, &tt_clock_real, &err), TT_OK);
	drive(&source);
	size_t n_fds = open_fds();
	source.ops->close(source.self);
	TT_TRUE(open_fds() <= OTHER_FDS); /* nothing is left behind */
	bool polite = many_server_stop(&server);
	TT_TRUE(n_late > n_feeds / 2);
	report(n_fds);
	TT_TRUE(polite);
	if (MEASURE) { /* a sanitizer makes it many times slower and larger */
		TT_TRUE(n_fds <= (size_t)conf.max_connections + OTHER_FDS);
		TT_TRUE(late_ms[n_late * 99 / 100] < LATE_P99_MS);
		TT_TRUE(memory_kib("VmHWM") < MOST_RSS_KIB);
	}
	free(late_ms);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {TT_RUN(on_time_and_polite)};
	int64_t n = 0;
	tt_allocator_init(); /* as the program does */
	if (argc == 4) {
		if (!tt_str_int(tt_str_c(argv[1]), 40, MOST_FEEDS, &n) ||
			!tt_str_int(tt_str_c(argv[2]), 1, 86400, &seconds) ||
			!tt_str_int(tt_str_c(argv[3]), 2, 3600, &interval_s))
			return 64;
		n_feeds = (size_t)n;
	}
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
