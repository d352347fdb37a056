/* test_fetch_hostile_doc.c - documents that are meant to hurt whoever parses them, or that are none: each
 * ends in a reason and a metric, soon, and nothing they name is looked at. */
#include <sys/resource.h>

#include "tests/ingest/fetch/hostile.h"

#define OK      "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"
#define HTML    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
#define RSS     "<rss version='2.0'><channel><title>t</title><item><title>"
#define END     "</title></item></channel></rss>"
#define NINE(s) s s s s s s s s s

enum { BODY_LIMIT = 16 << 20, LARGE = 15 << 20, LATE_MS = 15000, MORE_MEMORY_KIB = 400 << 10 };

static char xxe_http[400], xxe_parameter[400]; /* with the server's port */

/* Those without a body are made in main(). */
static struct tt_http_route routes[] = {
	{"/good", {{OK, RIG_BODY(RIG_RSS("Good", "1")), 0}}},
	{"/secret", {{OK, RIG_BODY("<!ENTITY a 'stolen'>"), 0}}},
	{"/laughs",
		{{OK,
			RIG_BODY(
				"<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '" NINE("&a;") "'><!ENTITY c '" NINE(
					"&b;") "'><!ENTITY d '" NINE("&c;") "'>]>" RSS NINE("&d;") END),
			0}}},
	{"/circle", {{OK, RIG_BODY("<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b '&a;'>]>" RSS "&a;" END), 0}}},
	{"/in-attribute", {{OK,
				  RIG_BODY("<!DOCTYPE r [<!ENTITY a '&b;'><!ENTITY b 'x'>]><rss "
					   "version='&a;'><channel/></rss>"),
				  0}}},
	{"/xxe-file",
		{{OK, RIG_BODY("<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" RSS "&a;" END), 0}}},
	{"/xxe-public", {{OK,
				RIG_BODY("<!DOCTYPE r [<!ENTITY a PUBLIC '-//x' \"file:///etc/passwd\">]>" RSS
					 "&a;" END),
				0}}},
	{"/xxe-utf-16", {{OK, {NULL, 0}, 0}}},
	{"/quadratic", {{OK, {NULL, 0}, 0}}},
	{"/deep", {{OK, {NULL, 0}, 0}}},
	{"/one-tag", {{OK, {NULL, 0}, 0}}},
	{"/over", {{OK, {NULL, 0}, 0}}},
	{"/open-comment", {{OK, {NULL, 0}, 0}}},
	{"/attributes", {{OK, {NULL, 0}, 0}}},
	{"/json-deep", {{OK, {NULL, 0}, 0}}},
	{"/html", {{HTML,
			  RIG_BODY("<!DOCTYPE "
				   "html><html><head><title>Sorry</title></head><body>Down</body></html>"),
			  0}}},
	{"/html-as-xml",
		{{OK, RIG_BODY("<html><head><title>Log in</title></head><body><form/></body></html>"), 0}}},
	{"/zeros", {{OK, {"\0\0\0\0\0\0\0\0\0\0\0\0", 12}, 0}}},
	{"/picture", {{OK, RIG_BODY("\x89PNG\r\n\x1a\n"), 0}}},
	{"/json-error", {{"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n",
				RIG_BODY("{\"error\": \"rate limit\"}"), 0}}},
	{"/xxe-http", {{OK, {NULL, 0}, 0}}},
	{"/xxe-parameter", {{OK, {NULL, 0}, 0}}},
};

#define ENTITIES                                                                                             \
	"entities that are files or made of other entities", TT_M_failed_document, TT_M_limit_entities
#define NO_FEED TT_M_failed_document, NO_LIMIT

static const struct hostile_row rows[] = {
	{"/good", NULL, NO_LIMIT, NO_LIMIT}, {"/laughs", ENTITIES}, {"/circle", ENTITIES},
	{"/in-attribute", ENTITIES}, {"/xxe-file", ENTITIES}, {"/xxe-utf-16", ENTITIES},
	{"/xxe-public", ENTITIES}, {"/xxe-http", ENTITIES}, {"/quadratic", ENTITIES},
	{"/deep", "deep", TT_M_failed_limit, TT_M_limit_depth}, {"/one-tag", "", NO_FEED},
	{"/over", "body larger than fetch.max_body_bytes", TT_M_failed_limit, TT_M_limit_body},
	{"/open-comment", "", NO_FEED}, {"/attributes", "", NO_FEED}, {"/json-deep", "", NO_FEED},
	{"/html", "HTML", NO_FEED}, {"/html-as-xml", "HTML", NO_FEED}, {"/zeros", "", NO_FEED},
	{"/picture", "", NO_FEED}, {"/json-error", "", NO_FEED},
	{"/xxe-parameter", NULL, NO_LIMIT, NO_LIMIT}, /* as old DTDs have them: left out, the feed is read */
};

static void set_body(const char *path, struct tt_str body)
{
	for (size_t i = 0; i < TT_LEN(routes); i++)
		if (strcmp(routes[i].path, path) == 0)
			routes[i].steps[0].body = body;
}

static void name_own_server(const struct rig *r)
{
	int port = tt_http_server_port(r->server);
	snprintf(xxe_http, sizeof(xxe_http),
		"<!DOCTYPE r SYSTEM 'http://127.0.0.1:%d/secret' [<!ENTITY a SYSTEM "
		"'http://127.0.0.1:%d/secret'>]>" RSS "&a;" END,
		port, port);
	snprintf(xxe_parameter, sizeof(xxe_parameter),
		"<!DOCTYPE r [<!ENTITY %% p SYSTEM 'http://127.0.0.1:%d/secret'> %%p;]>" RSS "x" END, port);
	set_body("/xxe-http", tt_str_c(xxe_http));
	set_body("/xxe-parameter", tt_str_c(xxe_parameter));
}

TT_TEST(each_ends_in_a_reason_and_a_metric)
{
	struct rig r;
	struct rusage before, after;
	int64_t begin_ns = rig_mono_ns(NULL);
	rig_init(&r, routes, TT_LEN(routes));
	name_own_server(&r);
	r.conf.max_body_bytes = BODY_LIMIT;
	r.conf.per_host_connections = 4;
	for (size_t i = 0; i < TT_LEN(rows); i++)
		rig_feed(&r, rows[i].path);
	getrusage(RUSAGE_SELF, &before);
	hostile_run(&r, rows, TT_LEN(rows));
	getrusage(RUSAGE_SELF, &after);
	TT_EQ(tt_http_count(r.server, "/secret"), 0);
	TT_TRUE(rig_mono_ns(NULL) - begin_ns < LATE_MS * 1000000LL);
	TT_TRUE(after.ru_maxrss - before.ru_maxrss < MORE_MEMORY_KIB);
	rig_done(&r);
}

/* `again` after `begin`, bytes in all, then `end`. */
static struct tt_str filled(const char *begin, const char *again, size_t bytes, const char *end)
{
	struct tt_buf b;
	tt_buf_init(&b, bytes + 10000);
	tt_buf_str(&b, tt_str_c(begin));
	while (b.n < bytes)
		tt_buf_str(&b, tt_str_c(again));
	if (tt_buf_str(&b, tt_str_c(end)) != TT_OK)
		abort();
	return tt_buf_view(&b);
}

/* With its byte order mark; of ASCII. */
static struct tt_str utf_16(const char *text)
{
	struct tt_buf b;
	tt_buf_init(&b, 10000);
	tt_buf_add(&b, "\xff\xfe", 2);
	for (; *text; text++)
		tt_buf_add(&b, (const char[]){*text, 0}, 2);
	return tt_buf_view(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(each_ends_in_a_reason_and_a_metric)};
	static const char *const paths[] = {"/quadratic", "/deep", "/one-tag", "/over", "/open-comment",
		"/attributes", "/json-deep", "/xxe-utf-16"};
	struct tt_str made[] = {
		filled("<!DOCTYPE r [<!ENTITY a '", "xxxxxxxxxxxxxxxx", 60000,
			"'>]>" RSS NINE(NINE(NINE("&a;"))) END),
		filled("<rss version='2.0'><channel><item>", "<a>", 1 << 20, ""),
		filled("<rss version='2.0'><channel><item ", "attribute", LARGE, "></item></channel></rss>"),
		filled("<rss version='2.0'><channel><item ", "attribute", BODY_LIMIT + 1000, ""),
		filled("<!--", " no end - ", LARGE, ""),
		filled("<rss version='2.0'><channel ", "a='' ", LARGE, "></channel>"),
		filled("{\"version\":\"https://jsonfeed.org/version/1.1\",\"items\":", "[", 1 << 20, ""),
		utf_16("<!DOCTYPE r [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>" RSS "&a;" END),
	};
	for (size_t i = 0; i < TT_LEN(made); i++)
		set_body(paths[i], made[i]);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	for (size_t i = 0; i < TT_LEN(made); i++)
		free((char *)(uintptr_t)made[i].p);
	return failed ? 1 : 0;
}
