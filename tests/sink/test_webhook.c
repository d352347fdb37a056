/* test_webhook.c - signatures as the specification's test vector has them, what makes a secret, the waits
 * between attempts; and deliveries to a server that answers as servers do. */
#include <jansson.h>

#include "sink/alert_event.h"
#include "sink/webhook/sign.h"
#include "sink/webhook/webhook.h"
#include "tests/ingest/fetch/http_server.h"
#include "tests/tt_test.h"

#define SECRET "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
#define DESK(n, u, s)                                                                                        \
	{                                                                                                    \
		.name = (char *)(n), .url = (char *)(u), .secret = (char *)(s)                               \
	}
#define OTHER "whsec_bm90IHRoZSBzYW1lIG9uZSwgYnV0IGxvbmcgZW5vdWdo"

TT_TEST(signs_as_the_specification_does)
{
	char signature[TT_WEBHOOK_SIGNATURE];
	TT_TRUE(tt_webhook_sign(TT_STR(SECRET), TT_STR("msg_p5jXN8AQM9LWM0D4loKWxJek"), 1614265330,
		TT_STR("{\"test\": 2432232314}"), signature));
	TT_STR_EQ(tt_str_c(signature), TT_STR("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));
}

TT_TEST(secrets)
{
	static const struct {
		const char *secret;
		size_t want;
	} rows[] = {
		{SECRET, 24},
		{OTHER, 33},
		{"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 0},
		{"whsec_", 0},
		{"whsec_c2hvcnQ=", 0}, /* 5 bytes */
		{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa!w", 0},
		{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMg==", 25},
		{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", 0}, /* cut */
		{"", 0},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		unsigned char key[TT_WEBHOOK_KEY_MAX];
		TT_EQ_ROW(i, tt_webhook_key(tt_str_c(rows[i].secret), key), rows[i].want);
	}
}

TT_TEST(configuration_is_checked)
{
	static const struct {
		struct tt_webhook_conf v[2];
		size_t n;
		const char *want; /* in the message; NULL: fine */
	} rows[] = {
		{{DESK("desk", "https://example.com/x", SECRET)}, 1, NULL},
		{{DESK("de sk", "https://example.com/x", SECRET)}, 1, "is no name"},
		{{DESK("desk", "ftp://example.com/x", SECRET)}, 1, "neither http nor https"},
		{{DESK("desk", "https://example.com/x", "geheim")}, 1, "secret is not"},
		{{{.name = (char *)"desk",
			 .url = (char *)"https://a",
			 .secret = (char *)SECRET,
			 .old_secret = (char *)"x"}},
			1, "old_secret is not"},
		{{DESK("desk", "https://a", SECRET), DESK("desk", "https://b", SECRET)}, 2, "two 'desk'"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_conf_list list = {.v = (void *)rows[i].v, .n = rows[i].n};
		struct tt_err err = {0};
		int rc = tt_webhooks_check(&list, &err);
		TT_EQ_ROW(i, rc, rows[i].want ? TT_ECONF : TT_OK);
		TT_TRUE(!rows[i].want || strstr(err.msg, rows[i].want));
		TT_TRUE(!strstr(err.msg, "geheim")); /* a secret is in no message */
	}
}

TT_TEST(waits_fill_a_day)
{
	int64_t least = 0, most = 0;
	int attempts = 1;
	for (; tt_webhook_wait_ms(attempts, 0) >= 0; attempts++) {
		int64_t low = tt_webhook_wait_ms(attempts, 0), step = 0;
		for (uint64_t r = 1; r < 1000; r++) {
			int64_t ms = tt_webhook_wait_ms(attempts, r * 9973);
			step = ms > step ? ms : step;
			TT_TRUE(ms >= low);
		}
		TT_TRUE(step > low);
		least += low;
		most += step;
	}
	TT_EQ(attempts, 11);
	TT_TRUE(least > 18 * 3600000 && most < 30 * 3600000);
	TT_EQ(tt_webhook_wait_ms(0, 0), -1);
}

/* ---- deliveries ---- */

#define ANSWER(status)                                                                                       \
	{                                                                                                    \
		"HTTP/1.1 " status "\r\n", {"ok", 2}, 0                                                      \
	}
static const struct tt_http_route routes[] = {
	{"/fine", {ANSWER("204 No Content")}},
	{"/busy", {{"HTTP/1.1 503 Busy\r\nRetry-After: 90\r\n", {"", 0}, 0}}},
	{"/greedy", {{"HTTP/1.1 429 No\r\nRetry-After: 99999999\r\n", {"", 0}, 0}}},
	{"/gone", {ANSWER("410 Gone")}},
	{"/moved", {{"HTTP/1.1 302 Found\r\nLocation: /fine\r\n", {"", 0}, 0}}},
	{"/hangs", {{"HTTP/1.1 200 OK\r\n", {"", 0}, STEP_HANG | STEP_RAW}}},
	{"/resets", {{"HTTP/1.1 200 OK\r\n", {"", 0}, STEP_RESET | STEP_RAW}}},
};

static enum tt_webhook_answer post(
	int port, const char *path, bool allowed, int64_t *wait_ms, struct tt_err *err)
{
	char url[100];
	snprintf(url, sizeof(url), "http://127.0.0.1:%d%s", port, path);
	const struct tt_webhook_conf conf = {.name = (char *)"desk",
		.url = url,
		.secret = (char *)SECRET,
		.old_secret = (char *)OTHER,
		.timeout_ms = 400,
		.allow_private_networks = allowed};
	struct tt_webhook *w = NULL;
	TT_EQ(tt_webhook_new(&w, &conf, err), TT_OK);
	enum tt_webhook_answer answer = tt_webhook_post(w, TT_STR("an-id"), 1614265330500,
		TT_STR("application/cloudevents+json"), TT_STR("{\"a\":1}"), wait_ms, err);
	tt_webhook_free(w);
	return answer;
}

TT_TEST(answers)
{
	static const struct {
		const char *path;
		bool refused;
		enum tt_webhook_answer want;
		int64_t wait_ms;
		const char *why;
	} rows[] = {
		{"/fine", false, TT_WEBHOOK_TAKEN, 0, ""},
		{"/busy", false, TT_WEBHOOK_LATER, 90000, "it answers 503"},
		{"/greedy", false, TT_WEBHOOK_LATER, 86400000, "it answers 429"},
		{"/gone", false, TT_WEBHOOK_GONE, 0, "it answers 410"},
		{"/moved", false, TT_WEBHOOK_LATER, 0, "it answers 302"},
		{"/hangs", false, TT_WEBHOOK_LATER, 0, "webhook 'desk': "},
		{"/resets", false, TT_WEBHOOK_LATER, 0, "webhook 'desk': "},
		{"/nowhere", false, TT_WEBHOOK_LATER, 0, "it answers 404"},
		{"/fine", true, TT_WEBHOOK_LATER, 0, "address 127.0.0.1 refused: loopback"},
	};
	struct tt_http_server *server = tt_http_server_start("127.0.0.1", routes, TT_LEN(routes));
	TT_TRUE(server);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_err err = {0};
		int64_t wait_ms = -1;
		TT_EQ_ROW(i,
			post(tt_http_server_port(server), rows[i].path, !rows[i].refused, &wait_ms, &err),
			rows[i].want);
		TT_EQ_ROW(i, wait_ms, rows[i].wait_ms);
		if (!strstr(err.msg, rows[i].why))
			fail_msg("row %zu: %s", i, err.msg);
	}
	TT_EQ(tt_http_count(server, "/fine"), 1);
	const char *request = tt_http_request(server, "/fine", 0);
	struct tt_str signatures = tt_http_header(request, "webhook-signature");
	char one[TT_WEBHOOK_SIGNATURE];
	TT_STR_EQ(tt_http_header(request, "webhook-id"), TT_STR("an-id"));
	TT_STR_EQ(tt_http_header(request, "webhook-timestamp"), TT_STR("1614265330"));
	TT_STR_EQ(tt_http_header(request, "content-type"), TT_STR("application/cloudevents+json"));
	for (int i = 0; i < 2; i++) {
		TT_TRUE(tt_webhook_sign(i ? TT_STR(OTHER) : TT_STR(SECRET), TT_STR("an-id"), 1614265330,
			TT_STR("{\"a\":1}"), one));
		TT_STR_EQ(tt_str_split(&signatures, ' '), tt_str_c(one));
	}
	tt_http_server_stop(server);
}

TT_TEST(an_event_is_json)
{
	const struct tt_alert_event e = {.subject = TT_STR("S\"1\n"),
		.state = TT_STR("firing"),
		.time = TT_STR("2026-01-01T00:00:00.000Z"),
		.data = TT_STR("{\"rule\": \"x\"}")};
	struct tt_buf out;
	tt_buf_init(&out, 10000);
	TT_EQ(tt_alert_event_json(&out, &e, TT_STR("/desk \\ 1")), TT_OK);
	json_t *v = json_loadb(out.p, out.n, 0, NULL);
	TT_TRUE(v);
	TT_STR_EQ(tt_str_c(json_string_value(json_object_get(v, "subject"))), TT_STR("S\"1\n"));
	TT_STR_EQ(tt_str_c(json_string_value(json_object_get(v, "source"))), TT_STR("/desk \\ 1"));
	TT_STR_EQ(tt_str_c(json_string_value(json_object_get(v, "type"))), TT_STR("tickertone.alert.firing"));
	TT_STR_EQ(tt_str_c(json_string_value(json_object_get(json_object_get(v, "data"), "rule"))),
		TT_STR("x"));
	json_decref(v);
	tt_buf_done(&out);
}

TT_MAIN(TT_RUN(signs_as_the_specification_does), TT_RUN(secrets), TT_RUN(configuration_is_checked),
	TT_RUN(waits_fill_a_day), TT_RUN(answers), TT_RUN(an_event_is_json))
