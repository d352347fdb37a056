/* test_fetch_hostile.c - servers that are broken, slow or mean: each ends in a last_error that says what, a
 * metric, and the other feeds on time. All of them are polled at once, by one source. */
#include <zlib.h>

#include "tests/ingest/fetch/hostile.h"

#define OK "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
#define NONE                                                                                                 \
	{                                                                                                    \
		"", 0                                                                                        \
	}
#define X64 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define X1K X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64 X64

enum { BODY_LIMIT = 200000, BOMB_BYTES = 32 << 20 };

static char to_credentials[100]; /* with the server's port */

/* The bodies of the bombs and /gzip are made in main(). */
static struct tt_http_route routes[] = {
	{"/good", {{OK, RIG_BODY(RIG_RSS("Good", "1")), 0}}},
	{"/gzip", {{OK "Content-Encoding: gzip\r\n", NONE, 0}}},
	{"/bomb", {{OK "Content-Encoding: gzip\r\n", NONE, 0}}},
	{"/bomb-deflate", {{OK "Content-Encoding: deflate\r\n", NONE, 0}}},
	{"/bomb-zstd", {{OK "Content-Encoding: zstd\r\n", NONE, 0}}},
	{"/bomb-twice", {{OK "Content-Encoding: gzip, gzip\r\n", NONE, 0}}},
	{"/nested",
		{{OK "Content-Encoding: gzip, gzip, gzip, gzip, gzip, gzip, gzip\r\n", RIG_BODY("x"), 0}}},
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
	{"/to-gopher", {{"HTTP/1.1 307 Here\r\nLocation: gopher://127.0.0.1:70/x\r\n", NONE, 0}}},
	{"/to-dict", {{"HTTP/1.1 308 Moved\r\nLocation: dict://127.0.0.1:2628/d:x\r\n", NONE, 0}}},
	{"/to-data", {{"HTTP/1.1 303 Other\r\nLocation: data:text/xml,<rss/>\r\n", NONE, 0}}},
	{"/to-credentials", {{to_credentials, NONE, 0}}},
	{"/to-nowhere", {{"HTTP/1.1 302 Found\r\n", NONE, 0}}},
	{"/long-declared", {{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", RIG_BODY(X1K),
				   STEP_RAW | STEP_HANG}}},
	{"/long-endless", {{"HTTP/1.1 200 OK\r\n\r\n", RIG_BODY(X1K), STEP_RAW | STEP_FOREVER}}},
	{"/headers-endless",
		{{"HTTP/1.1 200 OK\r\n", RIG_BODY("X-Fill: " X1K "\r\n"), STEP_RAW | STEP_FOREVER}}},
	{"/header-long", {{"HTTP/1.1 200 OK\r\nX-Fill: ", RIG_BODY(X1K), STEP_RAW | STEP_FOREVER}}},
	{"/lying-length", {{"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", RIG_BODY(RIG_RSS("Cut", "1")),
				  STEP_RAW}}},
	{"/short-length",
		{{"HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n", RIG_BODY(RIG_RSS("Cut", "1")), STEP_RAW}}},
	{"/two-lengths", {{"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", RIG_BODY("<rss>"), STEP_RAW}}},
	{"/chunk-no-number",
		{{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", RIG_BODY("zz\r\nabc"), STEP_RAW}}},
	{"/chunk-huge", {{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
				RIG_BODY("fffffffffffffffffff\r\nabc"), STEP_RAW}}},
	{"/chunks-endless", {{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
				    RIG_BODY("40\r\n" X64 "\r\n"), STEP_RAW | STEP_FOREVER}}},
	{"/trailers-endless", {{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
				      RIG_BODY("X-Fill: " X1K "\r\n"), STEP_RAW | STEP_FOREVER}}},
	{"/one-hundreds", {{"HTTP/1.1 100 Continue\r\n\r\n", RIG_BODY("HTTP/1.1 103 Early Hints\r\n\r\n"),
				  STEP_RAW | STEP_FOREVER}}},
	{"/reset", {{"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n", RIG_BODY("<rss>"),
			   STEP_RAW | STEP_RESET}}},
	{"/reset-at-once", {{"", NONE, STEP_RAW | STEP_RESET}}},
	{"/close-at-once", {{"", NONE, STEP_RAW}}},
	{"/not-http", {{"SSH-2.0-OpenSSH_9.2\r\n", NONE, STEP_RAW | STEP_HANG}}},
	{"/http-0.9", {{"", RIG_BODY(RIG_RSS("Old", "1")), STEP_RAW}}},
	{"/http-7", {{"HTTP/7.3 200 OK\r\n\r\n", RIG_BODY(RIG_RSS("New", "1")), STEP_RAW}}},
	{"/status-words", {{"HTTP/1.1 fine OK\r\n\r\n", RIG_BODY(RIG_RSS("Fine", "1")), STEP_RAW}}},
	{"/status-999", {{"HTTP/1.1 999 No\r\n", NONE, 0}}},
	{"/nul-header", {{"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n", {"X: a\0b\r\n\r\n", 10}, STEP_RAW}}},
	{"/drip", {{"HTTP/1.1 200 OK\r\nContent-Length: 1024\r\n\r\n", RIG_BODY(X1K), STEP_RAW | STEP_DRIP}}},
	{"/hang", {{"HTTP/1.1 200 OK\r\n", NONE, STEP_RAW | STEP_HANG}}},
	{"/silent", {{"", NONE, STEP_RAW | STEP_HANG}}},
};

static const struct hostile_row rows[] = {
	{"/good", NULL, NO_LIMIT, NO_LIMIT},
	{"/gzip", NULL, NO_LIMIT, NO_LIMIT},
	{"/bomb", "body larger than fetch.max_body_bytes (200000)", TT_M_failed_limit, TT_M_limit_body},
	{"/bomb-deflate", "body larger than fetch.max_body_bytes (200000)", TT_M_failed_limit,
		TT_M_limit_body},
	{"/bomb-zstd", "'zstd' is not one that was asked for", TT_M_failed_network, NO_LIMIT},
	{"/bomb-twice", "body larger than fetch.max_body_bytes (200000)", TT_M_failed_limit, TT_M_limit_body},
	{"/nested", "content encodings", TT_M_failed_network, NO_LIMIT},
	{"/not-gzip", NULL, NO_LIMIT, NO_LIMIT}, /* it is a document all the same */
	{"/html", "HTML", TT_M_failed_document, NO_LIMIT},
	{"/empty", "HTTP 200 with an empty body", TT_M_failed_document, NO_LIMIT},
	{"/nothing", "HTTP 204 with an empty body", TT_M_failed_document, NO_LIMIT},
	{"/no-304", "HTTP 304", TT_M_failed_status, NO_LIMIT},
	{"/teapot", "HTTP 418", TT_M_failed_status, NO_LIMIT},
	{"/loop", "more than 5 redirects", TT_M_failed_limit, TT_M_limit_redirects},
	{"/loop-301", "more than 5 redirects", TT_M_failed_limit, TT_M_limit_redirects},
	{"/to-file", "'file:///etc/passwd' is neither http nor https", TT_M_failed_refused, NO_LIMIT},
	{"/to-ftp", "redirect: 'ftp://127.0.0.1/x' is neither http nor https", TT_M_failed_refused, NO_LIMIT},
	{"/to-gopher", "is neither http nor https", TT_M_failed_refused, NO_LIMIT},
	{"/to-dict", "is neither http nor https", TT_M_failed_refused, NO_LIMIT},
	{"/to-data", "is neither http nor https", TT_M_failed_refused, NO_LIMIT},
	{"/to-credentials", "credentials", TT_M_failed_refused, NO_LIMIT},
	{"/to-nowhere", "HTTP 302", TT_M_failed_status, NO_LIMIT},
	{"/long-declared", "body larger than fetch.max_body_bytes (200000)", TT_M_failed_limit,
		TT_M_limit_body},
	{"/long-endless", "body larger than fetch.max_body_bytes (200000)", TT_M_failed_limit,
		TT_M_limit_body},
	{"/headers-endless", "headers larger than fetch.max_header_bytes", TT_M_failed_limit,
		TT_M_limit_headers},
	{"/header-long", "a header line of more than", TT_M_failed_network, NO_LIMIT},
	{"/lying-length", "outstanding read data remaining|transfer closed with", TT_M_failed_network,
		NO_LIMIT},
	{"/short-length", "", TT_M_failed_document, NO_LIMIT},
	{"/two-lengths", "", TT_M_failed_network, NO_LIMIT},
	{"/chunk-no-number", "", TT_M_failed_network, NO_LIMIT},
	{"/chunk-huge", "", TT_M_failed_network, NO_LIMIT},
	{"/chunks-endless", "body larger than fetch.max_body_bytes (200000)", TT_M_failed_limit,
		TT_M_limit_body},
	{"/trailers-endless", "headers larger", TT_M_failed_limit, TT_M_limit_headers},
	{"/one-hundreds", "headers larger than fetch.max_header_bytes", TT_M_failed_limit,
		TT_M_limit_headers},
	{"/reset", "", TT_M_failed_network, NO_LIMIT},
	{"/reset-at-once", "", TT_M_failed_network, NO_LIMIT},
	{"/close-at-once", "Empty reply|Connection died", TT_M_failed_network, NO_LIMIT},
	{"/not-http", "HTTP/0.9", TT_M_failed_network, NO_LIMIT},
	{"/http-0.9", "HTTP/0.9", TT_M_failed_network, NO_LIMIT},
	{"/http-7", "", TT_M_failed_network, NO_LIMIT},
	{"/status-words", "", TT_M_failed_network, NO_LIMIT},
	{"/status-999", "HTTP 999", TT_M_failed_status, NO_LIMIT},
	{"/nul-header", "", TT_M_failed_network, NO_LIMIT},
	{"/drip", "too slow|timed out", TT_M_failed_time, TT_M_limit_time},
	{"/hang", "too slow|timed out", TT_M_failed_time, TT_M_limit_time},
	{"/silent", "too slow|timed out", TT_M_failed_time, TT_M_limit_time},
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

TT_TEST(each_ends_in_a_reason_and_a_metric)
{
	uint64_t bytes = tt_metric_get(TT_M_fetch_bytes);
	struct rig r;
	hostile_rig(&r);
	snprintf(to_credentials, sizeof(to_credentials),
		"HTTP/1.1 302 Found\r\nLocation: http://you:secret@127.0.0.1:%d/good\r\n",
		tt_http_server_port(r.server));
	hostile_run(&r, rows, TT_LEN(rows));
	TT_EQ(tt_http_count(r.server, "/good"), 1);
	TT_TRUE(tt_metric_get(TT_M_fetch_bytes) - bytes < 12 * BODY_LIMIT); /* the bombs did not go off */
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

/* A stream of zlib's, of `n` bytes from p (NULL: of zeros). bits: 15 is the deflate of HTTP, 31 gzip. Owner:
 * the caller. */
static struct tt_str compressed(const char *p, size_t n, int bits)
{
	z_stream z = {0};
	size_t cap = n / 500 + 1000;
	char *zeros = p ? NULL : calloc(1, n), *out = malloc(cap);
	deflateInit2(&z, 9, Z_DEFLATED, bits, 8, Z_DEFAULT_STRATEGY);
	z.next_in = (Bytef *)(uintptr_t)(p ? p : zeros);
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

/* RFC 8878: a frame of blocks that are one byte, 128 KiB times each. */
static struct tt_str zstd_bomb(void)
{
	enum { BLOCKS = 256, BLOCK_BYTES = 128 << 10, RLE = 1 };
	static char frame[6 + 4 * BLOCKS] = {'\x28', '\xb5', '\x2f', '\xfd', 0, 7 << 3};
	for (size_t i = 0; i < BLOCKS; i++) {
		uint32_t head = (uint32_t)BLOCK_BYTES << 3 | RLE << 1 | (i + 1 == BLOCKS);
		char block[4] = {(char)head, (char)(head >> 8), (char)(head >> 16), 'x'};
		memcpy(frame + 6 + 4 * i, block, 4);
	}
	return (struct tt_str){frame, sizeof(frame)};
}

static void set_body(const char *path, struct tt_str body)
{
	for (size_t i = 0; i < TT_LEN(routes); i++)
		if (strcmp(routes[i].path, path) == 0)
			routes[i].steps[0].body = body;
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(each_ends_in_a_reason_and_a_metric),
		TT_RUN(the_slow_do_not_hold_up_the_others), TT_RUN(nobody_there),
		TT_RUN(private_addresses_are_refused)};
	static const char good[] = RIG_RSS("Zipped", "1");
	struct tt_str made[] = {compressed(good, sizeof(good) - 1, 31), compressed(NULL, BOMB_BYTES, 31),
		compressed(NULL, BOMB_BYTES, 15), {NULL, 0}};
	made[3] = compressed(made[1].p, made[1].n, 31);
	set_body("/gzip", made[0]);
	set_body("/bomb", made[1]);
	set_body("/bomb-deflate", made[2]);
	set_body("/bomb-twice", made[3]);
	set_body("/bomb-zstd", zstd_bomb());
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (size_t i = 0; i < TT_LEN(made); i++)
		free((char *)(uintptr_t)made[i].p);
	return failed ? 1 : 0;
}
