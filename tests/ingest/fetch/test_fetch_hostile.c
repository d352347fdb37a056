/* test_fetch_hostile.c - servers that are broken, slow or mean: each ends in a last_error that says what, a
 * metric, and the other feeds on time. All of them are polled at once, by one source. */
#include <zlib.h>

#include "common/metrics.h"
#include "tests/ingest/fetch/rig.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
#define NONE                                                                                                 \
	{                                                                                                    \
		"", 0                                                                                        \
	}
#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X1K X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64

enum { BODY_LIMIT = 200000, BOMB_BYTES = 32 << 20, NO_METRIC = TT_METRIC_COUNT };

/* The bodies of /bomb and /gzip are made in main(). */
static struct tt_http_route routes[] = {
	{"/good", {{OK, RIG_BODY(RIG_RSS("Good", "1")), 0}}},
	{"/gzip", {{OK "Content-Encoding: gzip\r\n", NONE, 0}}},
	{"/bomb", {{OK "Content-Encoding: gzip\r\n", NONE, 0}}},
	{"/not-gzip", {{OK "Content-Encoding: gzip\r\n", RIG_BODY(RIG_RSS("No", "1")), 0}}},
	{"/html", {{"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n",
			  RIG_BODY("<!DOCTYPE "
				   "html><html><head><title>Sorry</title></head><body><p>Down</p></body></"
				   "html>"),
			  0}}},
	{"/empty", {{OK, NONE, 0}}},
	{"/nothing", {{"HTTP/1.1 204 No Content\r\n", NONE, 0}}},
	{"/no-304", {{"HTTP/1.1 304 Not Modified\r\n", NONE, 0}}},
	{"/teapot", {{"HTTP/1.1 418 Tea\r\n", NONE, 0}}},
	{"/loop", {{"HTTP/1.1 302 Found\r\nLocation: /loop\r\n", NONE, 0}}},
	{"/loop-301", {{"HTTP/1.1 301 Moved\r\nLocation: /loop-301\r\n", NONE, 0}}},
	{"/to-file", {{"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n", NONE, 0}}},
	{"/to-ftp", {{"HTTP/1.1 301 Moved\r\nLocation: ftp://127.0.0.1/x\r\n", NONE, 0}}},
	{"/to-nowhere", {{"HTTP/1.1 302 Found\r\n", NONE, 0}}},
	{"/long-declared", {{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", RIG_BODY(X1K),
				   STEP_RAW | STEP_HANG}}},
	{"/long-endless", {{"HTTP/1.1 200 OK\r\n\r\n", RIG_BODY(X1K), STEP_RAW | STEP_FOREVER}}},
	{"/headers-endless",
		{{"HTTP/1.1 200 OK\r\n", RIG_BODY("X-Fill: " X1K "\r\n"), STEP_RAW | STEP_FOREVER}}},
	{"/header-long", {{"HTTP/1.1 200 OK\r\nX-Fill: ", RIG_BODY(X1K), STEP_RAW | STEP_FOREVER}}},
	{"/lying-length", {{"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", RIG_BODY(RIG_RSS("Cut", "1")),
				  STEP_RAW}}},
	{"/reset", {{"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", RIG_BODY("<rss>"),
			   STEP_RAW | STEP_RESET}}},
	{"/reset-at-once", {{"", NONE, STEP_RAW | STEP_RESET}}},
	{"/close-at-once", {{"", NONE, STEP_RAW}}},
	{"/not-http", {{"SSH-2.0-OpenSSH_9.2\r\n", NONE, STEP_RAW | STEP_HANG}}},
	{"/drip", {{"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n", RIG_BODY(X1K), STEP_RAW | STEP_DRIP}}},
	{"/hang", {{"HTTP/1.1 200 OK\r\n", NONE, STEP_RAW | STEP_HANG}}},
	{"/silent", {{"", NONE, STEP_RAW | STEP_HANG}}},
};

static const struct {
	const char *path, *error; /* error NULL: it is a good one */
	int metric;
} rows[] = {
	{"/good", NULL, NO_METRIC},
	{"/gzip", NULL, NO_METRIC},
	{"/bomb", "body larger than fetch.max_body_bytes (200000)", TT_M_limit_body},
	{"/not-gzip", "encoding", NO_METRIC},
	{"/html", "HTML", NO_METRIC},
	{"/empty", "HTTP 200 with an empty body", NO_METRIC},
	{"/nothing", "HTTP 204 with an empty body", NO_METRIC},
	{"/no-304", "HTTP 304", NO_METRIC},
	{"/teapot", "HTTP 418", NO_METRIC},
	{"/loop", "more than 5 redirects", TT_M_limit_redirects},
	{"/loop-301", "more than 5 redirects", TT_M_limit_redirects},
	{"/to-file", "'file:///etc/passwd' is neither http nor https", NO_METRIC},
	{"/to-ftp", "redirect: 'ftp://127.0.0.1/x' is neither", NO_METRIC},
	{"/to-nowhere", "HTTP 302", NO_METRIC},
	{"/long-declared", "body larger than fetch.max_body_bytes", TT_M_limit_body},
	{"/long-endless", "body larger than fetch.max_body_bytes", TT_M_limit_body},
	{"/headers-endless", "headers larger than fetch.max_header_bytes", TT_M_limit_headers},
	{"/header-long", "a header line of more than",
		NO_METRIC}, /* libcurl's own limit of a line comes first */
	{"/lying-length", "outstanding read data remaining|transfer closed with", NO_METRIC},
	{"/reset", "", NO_METRIC},
	{"/reset-at-once", "", NO_METRIC},
	{"/close-at-once", "Empty reply", NO_METRIC},
	{"/not-http", "HTTP/0.9", NO_METRIC},
	{"/drip", "too slow|timed out", TT_M_limit_time},
	{"/hang", "too slow|timed out", TT_M_limit_time},
	{"/silent", "too slow|timed out", TT_M_limit_time},
};

static void hostile_rig(struct rig *r)
{
	rig_init(r, routes, TT_LEN(routes));
	r->conf.max_body_bytes = BODY_LIMIT;
	r->conf.total_timeout_ms = 4000;
	r->conf.low_speed_bytes = 200;
	r->conf.low_speed_time_ms = 2000;
	r->conf.per_host_connections = 64;
	for (size_t i = 0; i < TT_LEN(rows); i++)
		rig_feed(r, rows[i].path);
}

static void check_error(size_t i, const struct tt_feed_state *s)
{
	struct tt_str alternatives = tt_str_c(rows[i].error);
	TT_EQ_ROW(i, s->failures, 1);
	TT_TRUE(s->last_error.n > 0);
	TT_TRUE(s->next_fetch_ms > RIG_START);
	TT_EQ_ROW(i, s->last_success_ms, TT_TIME_NONE);
	while (alternatives.p) {
		struct tt_str part = tt_str_split(&alternatives, '|');
		if (memmem(s->last_error.p, s->last_error.n, part.p, part.n))
			return;
	}
	print_error("%s: '%.*s' does not have '%s'\n", rows[i].path, TT_FMT(s->last_error), rows[i].error);
	fail();
}

TT_TEST(each_ends_in_a_reason_and_a_metric)
{
	uint64_t before[TT_METRIC_COUNT], expected[TT_METRIC_COUNT] = {0};
	struct rig r;
	size_t good = 0;
	hostile_rig(&r);
	for (int m = 0; m < TT_METRIC_COUNT; m++)
		before[m] = tt_metric_get((enum tt_metric)m);
	rig_open(&r, NULL, 0);
	struct tt_batch *b = rig_polls(&r, TT_LEN(rows));
	for (size_t f = 0; f < b->n_feeds; f++)
		for (size_t i = 0; i < TT_LEN(rows); i++) {
			if (!tt_str_eq(b->feeds[f].url, tt_str_c(r.urls[i])))
				continue;
			if (rows[i].error)
				check_error(i, &b->feeds[f]);
			else
				TT_EQ_ROW(i, b->feeds[f].failures, 0);
			good += !rows[i].error;
			if (rows[i].metric != NO_METRIC)
				expected[rows[i].metric]++;
		}
	TT_EQ(b->n_items, good);
	TT_EQ(tt_metric_get(TT_M_fetch_error) - before[TT_M_fetch_error], TT_LEN(rows) - good);
	for (size_t m = 0; m < TT_METRIC_COUNT; m++)
		if (expected[m])
			TT_EQ_ROW(m, tt_metric_get((enum tt_metric)m) - before[m], expected[m]);
	TT_TRUE(tt_metric_get(TT_M_fetch_bytes) - before[TT_M_fetch_bytes] <
		10 * BODY_LIMIT); /* the bomb did not go off */
	tt_batch_free(b);
	rig_done(&r);
}

/* While the slow ones keep their connections, a good feed is polled again and again. */
TT_TEST(the_slow_do_not_hold_up_the_others)
{
	struct rig r;
	hostile_rig(&r);
	r.conf.total_timeout_ms = 15000;
	r.conf.low_speed_bytes = 0;
	rig_open(&r, NULL, 0);
	int64_t begin_ns = rig_mono_ns(NULL);
	for (int i = 0; i < 5; i++) {
		struct tt_batch *b = tt_batch_new(1 << 20);
		struct tt_err err;
		bool found = false;
		while (!found && rig_mono_ns(NULL) - begin_ns < 10000000000) {
			TT_EQ(r.source.ops->next(r.source.self, b, 1000, 5, &err), TT_OK);
			for (size_t f = 0; f < b->n_feeds; f++)
				found |= tt_str_eq(b->feeds[f].url, tt_str_c(r.urls[0]));
		}
		TT_TRUE(found);
		tt_batch_free(b);
		atomic_fetch_add(&r.wall_ms, 15 * RIG_MIN);
	}
	TT_EQ(tt_http_count(r.server, "/drip"), 1);
	rig_done(&r); /* and closing does not wait for them either */
	TT_TRUE(rig_mono_ns(NULL) - begin_ns < 10000000000);
}

TT_TEST(nobody_there)
{
	struct rig r;
	rig_init(&r, routes, 1);
	rig_feed(&r, "/good");
	rig_feed(&r, "/x");
	snprintf(r.urls[1], sizeof(r.urls[1]), "http://no-such-host.invalid/feed");
	tt_http_server_stop(r.server);
	r.server = NULL;
	rig_open(&r, NULL, 0);
	struct tt_batch *b = rig_polls(&r, 2);
	for (size_t f = 0; f < 2; f++) {
		bool local = tt_str_eq(b->feeds[f].url, tt_str_c(r.urls[0]));
		rig_contains(f, b->feeds[f].last_error, local ? "connect" : "resolve");
		TT_EQ(b->feeds[f].last_status, 0);
		TT_TRUE(b->feeds[f].next_fetch_ms <= RIG_START + 2 * RIG_MIN); /* a silent network: soon */
	}
	tt_batch_free(b);
	rig_done(&r);
}

/* Each way to write an address that is not public; none may be connected to. */
TT_TEST(private_addresses_are_refused)
{
	static const char *const hosts[] = {"127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1",
		"localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "10.0.0.1",
		"169.254.169.254", "100.64.0.1", "[fe80::1]", "[fd00:ec2::254]", "[64:ff9b::7f00:1]"};
	struct rig r;
	rig_init(&r, routes, 1);
	r.conf.allow_private_networks = false;
	int port = tt_http_server_port(r.server);
	for (size_t i = 0; i < TT_LEN(hosts); i++) {
		rig_feed(&r, "/good");
		snprintf(r.urls[i], sizeof(r.urls[i]), "http://%s:%d/good", hosts[i], port);
	}
	uint64_t before = tt_metric_get(TT_M_fetch_refused);
	rig_open(&r, NULL, 0);
	struct tt_batch *b = rig_polls(&r, TT_LEN(hosts));
	for (size_t f = 0; f < b->n_feeds; f++) {
		if (!memmem(b->feeds[f].last_error.p, b->feeds[f].last_error.n, " refused: ", 10))
			print_error("%.*s\n", TT_FMT(b->feeds[f].url));
		rig_contains(f, b->feeds[f].last_error, "fetch.allow_private_networks is off");
	}
	TT_EQ(tt_metric_get(TT_M_fetch_refused) - before, TT_LEN(hosts));
	TT_EQ(tt_http_connections(r.server), 0);
	tt_batch_free(b);
	rig_done(&r);
}

/* deflate with a gzip head, of `n` bytes (or of text). */
static struct tt_str gzip(const char *text, size_t n)
{
	z_stream z = {0};
	size_t cap = n / 500 + 1000;
	char *zeros = text ? NULL : calloc(1, n), *out = malloc(cap);
	deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (Bytef *)(uintptr_t)(text ? text : zeros);
	z.avail_in = (uInt)n;
	z.next_out = (Bytef *)out;
	z.avail_out = (uInt)cap;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END)
		abort();
	struct tt_str body = {out, z.total_out};
	deflateEnd(&z);
	free(zeros);
	return body;
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(each_ends_in_a_reason_and_a_metric),
		TT_RUN(the_slow_do_not_hold_up_the_others), TT_RUN(nobody_there),
		TT_RUN(private_addresses_are_refused)};
	static const char good[] = RIG_RSS("Zipped", "1");
	routes[1].steps[0].body = gzip(good, sizeof(good) - 1);
	routes[2].steps[0].body = gzip(NULL, BOMB_BYTES);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	free((char *)(uintptr_t)routes[1].steps[0].body.p);
	free((char *)(uintptr_t)routes[2].steps[0].body.p);
	return failed ? 1 : 0;
}
