/* test_websub_flow.c - a subscription from the feed that names a hub to the pushed item in a batch, against a
 * real server that is feed and hub; what the hub would send to the HTTP service is put to the door. Time is
 * the test's. */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <pthread.h>

#include "common/metrics.h"
#include "tests/ingest/fetch/rig.h"

#define OK    "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
#define LINKS "Link: </hub>; rel=\"hub\", <http://example.com/topic>; rel=self\r\n"
#define ACCEPTED                                                                                             \
	{                                                                                                    \
		"HTTP/1.1 202 Accepted\r\n", {"", 0}, 0                                                      \
	}
#define REFUSED                                                                                              \
	{                                                                                                    \
		"HTTP/1.1 400 Bad\r\n", RIG_BODY("no such topic here\nnor there"), 0                         \
	}
#define FEED   RIG_BODY(RIG_RSS("Feed", "1"))
#define PUSHED RIG_RSS("Feed", "2")
#define IN_FEED                                                                                              \
	RIG_BODY("<rss version='2.0' xmlns:a='http://www.w3.org/2005/Atom'><channel><title>F</title>"        \
		 "<a:link rel='hub' href='/hub'/><a:link rel='self' href='http://example.com/topic'/>"       \
		 "<item><guid>1</guid><title>Item 1</title></item></channel></rss>")
#define TOPIC  TT_STR("http://example.com/topic")
#define DAY_MS (86400 * 1000LL)

struct flow {
	struct rig rig;
	struct tt_websub_conf conf;
	struct tt_websub_door *door;
	struct tt_batch *b;         /* everything so far */
	char token[33], secret[65]; /* as the hub was last given them */
};

static const struct tt_section sections[] = {{"websub", "", tt_websub_opts, 0, false, 0}, {0}};

static void set_websub(struct flow *f, const struct tt_websub_state *states, size_t n)
{
	struct tt_err err = {0};
	if (tt_fetch_set_websub(&f->rig.source, &f->conf, f->door, states, n, &err) < 0)
		fail_msg("%s", err.msg);
}

static void flow_open(struct flow *f, const struct tt_http_route *routes, size_t n)
{
	memset(f, 0, sizeof(*f));
	TT_EQ(tt_conf_load(NULL, sections, &f->conf, NULL), TT_OK);
	f->conf.callback_url = strdup("https://us.example/base/");
	rig_init(&f->rig, routes, n);
	TT_EQ(tt_websub_door_new(&f->door, &f->conf, 4096, &f->rig.clock, NULL), TT_OK);
	rig_feed(&f->rig, "/feed");
	rig_open(&f->rig, NULL, 0);
	set_websub(f, NULL, 0);
	f->b = tt_batch_new(64 << 20);
}

static void flow_close(struct flow *f)
{
	rig_done(&f->rig);
	tt_websub_door_free(f->door);
	tt_conf_free(sections, &f->conf);
	tt_batch_free(f->b);
}

static void turn(struct flow *f)
{
	struct tt_err err = {0};
	if (f->rig.source.ops->next(f->rig.source.self, f->b, 1000000, 5, &err) < 0)
		fail_msg("%s", err.msg);
}

static void later(struct flow *f, int64_t ms)
{
	atomic_fetch_add(&f->rig.wall_ms, ms);
}

/* Drives the source until the n-th request (from 0) has come to path and its answer was taken. */
static const char *asked(struct flow *f, const char *path, size_t n)
{
	int64_t give_up_ns = rig_mono_ns(NULL) + 20000000000;
	while (tt_http_count(f->rig.server, path) <= n && rig_mono_ns(NULL) < give_up_ns)
		turn(f);
	for (int i = 0; i < 5; i++)
		turn(f);
	return tt_http_request(f->rig.server, path, n);
}

/* The value of a parameter of the form; hexadecimal ones need no decoding. */
static void parameter(const char *request, const char *name, char *out, size_t size)
{
	const char *at = strstr(request, name);
	TT_TRUE(at);
	at += strlen(name);
	snprintf(out, size, "%.*s", (int)strcspn(at, "&"), at);
}

static void take_keys(struct flow *f, const char *request)
{
	char callback[200];
	parameter(request, "hub.callback=", callback, sizeof(callback));
	TT_TRUE(tt_str_starts(tt_str_c(callback), TT_STR("https%3A%2F%2Fus.example%2Fbase%2Fwebsub%2F")));
	snprintf(f->token, sizeof(f->token), "%s", callback + strlen(callback) - 32);
	parameter(request, "hub.secret=", f->secret, sizeof(f->secret));
	TT_EQ(strlen(f->secret), 64);
}

static int ask(struct flow *f, const char *mode, struct tt_str topic, const char *lease)
{
	const struct tt_websub_ask ask = {.mode = tt_str_c(mode),
		.topic = topic,
		.challenge = TT_STR("c"),
		.lease_seconds = tt_str_c(lease),
		.reason = TT_STR("because")};
	int status = tt_websub_door_ask(f->door, tt_str_c(f->token), &ask);
	turn(f), turn(f);
	return status;
}

static int push_bytes(struct flow *f, const char *signature, const char *body, size_t n)
{
	const struct tt_websub_envelope e = {TT_STR("application/rss+xml"), tt_str_c(signature), -1};
	struct tt_websub_note *note;
	int status = tt_websub_push_begin(f->door, tt_str_c(f->token), &e, &note);
	if (status == 202)
		status = tt_websub_push_add(f->door, note, body, n);
	if (status == 202)
		status = tt_websub_push_end(f->door, note);
	turn(f), turn(f);
	return status;
}

static int push(struct flow *f, const char *secret, const char *body)
{
	unsigned char mac[EVP_MAX_MD_SIZE];
	unsigned int n = 0;
	char text[200] = "sha256=";
	HMAC(EVP_sha256(), secret, (int)strlen(secret), (const unsigned char *)body, strlen(body), mac, &n);
	for (unsigned int i = 0; i < n; i++)
		snprintf(text + 7 + 2 * i, 3, "%02x", mac[i]);
	return push_bytes(f, text, body, strlen(body));
}

static const struct tt_websub_state *last(struct flow *f)
{
	TT_TRUE(f->b->n_websubs > 0);
	return &f->b->websubs[f->b->n_websubs - 1];
}

/* Subscribed and verified, for so many seconds. */
static void subscribe(struct flow *f, const char *lease)
{
	take_keys(f, asked(f, "/hub", 0));
	TT_EQ(last(f)->status, TT_WEBSUB_PENDING);
	TT_EQ(ask(f, "subscribe", TOPIC, lease), 200);
	TT_EQ(last(f)->status, TT_WEBSUB_ACTIVE);
}

static const struct tt_http_route good[] = {{"/feed", {{OK LINKS, FEED, 0}}}, {"/hub", {ACCEPTED}}};

TT_TEST(by_header)
{
	struct flow f;
	uint64_t taken = tt_metric_get(TT_M_websub_taken);
	flow_open(&f, good, 2);
	subscribe(&f, "864000");
	const char *request = tt_http_request(f.rig.server, "/hub", 0);
	rig_contains(0, tt_str_c(request), "POST /hub HTTP/1.1\r\n");
	rig_contains(0, tt_str_c(request), "Content-Type: application/x-www-form-urlencoded\r\n");
	rig_contains(0, tt_str_c(request), "hub.mode=subscribe&hub.topic=http%3A%2F%2Fexample.com%2Ftopic&");
	rig_contains(0, tt_str_c(request), "&hub.lease_seconds=864000&");
	TT_EQ(last(&f)->lease_until_ms, RIG_START + 10 * DAY_MS);
	TT_EQ(tt_metric_get(TT_M_websub_active), 1);
	size_t feeds = f.b->n_feeds;
	int64_t next_ms = f.b->feeds[feeds - 1].next_fetch_ms;
	later(&f, 60000);
	TT_EQ(push(&f, f.secret, PUSHED), 202);
	TT_EQ(f.b->n_items, 2);
	TT_STR_EQ(f.b->items[1].item.title, TT_STR("Item 2"));
	TT_STR_EQ(f.b->items[1].item.source, tt_str_c(f.rig.urls[0]));
	TT_EQ(f.b->items[1].item.fetched_ms, RIG_START + 60000);
	TT_EQ(f.b->n_feeds, feeds + 1);
	TT_EQ(f.b->feeds[feeds].next_fetch_ms, next_ms); /* the polls' */
	TT_TRUE(tt_id_eq(f.b->feeds[feeds].body_hash, f.b->feeds[feeds - 1].body_hash));
	TT_EQ(f.b->feeds[feeds].last_fetch_ms, RIG_START);
	TT_EQ(f.b->feeds[feeds].last_change_ms, RIG_START + 60000);
	TT_EQ(tt_metric_get(TT_M_websub_taken) - taken, 1);
	flow_close(&f);
}

TT_TEST(by_document)
{
	static const struct tt_http_route routes[] = {{"/feed", {{OK, IN_FEED, 0}}}, {"/hub", {ACCEPTED}}};
	struct flow f;
	flow_open(&f, routes, 2);
	subscribe(&f, "1000");
	TT_EQ(push(&f, f.secret, PUSHED), 202);
	TT_EQ(f.b->n_items, 2);
	flow_close(&f);
}

/* Of JSON Feed's hubs the one that speaks WebSub. */
TT_TEST(by_json_feed)
{
	static const struct tt_http_route routes[] = {
		{"/feed",
			{{"HTTP/1.1 200 OK\r\nContent-Type: application/feed+json\r\n",
				RIG_BODY("{\"version\":\"https://jsonfeed.org/version/1.1\",\"title\":\"F\","
					 "\"feed_url\":\"http://example.com/"
					 "topic\",\"hubs\":[{\"type\":\"rssCloud\","
					 "\"url\":\"/cloud\"},{\"type\":\"WebSub\",\"url\":\"/hub\"}],"
					 "\"items\":[{\"id\":\"1\",\"title\":\"Item 1\"}]}"),
				0}}},
		{"/hub", {ACCEPTED}}};
	struct flow f;
	flow_open(&f, routes, 2);
	subscribe(&f, "1000");
	TT_EQ(tt_http_count(f.rig.server, "/cloud"), 0);
	flow_close(&f);
}

/* The headers say A, the document B. */
TT_TEST(headers_come_first)
{
	static const struct tt_http_route routes[] = {
		{"/feed", {{OK "Link: </hub2>; rel=hub\r\n", IN_FEED, 0}}}, {"/hub2", {ACCEPTED}}};
	struct flow f;
	flow_open(&f, routes, 2);
	rig_contains(0, tt_str_c(asked(&f, "/hub2", 0)), "hub.topic=http%3A%2F%2Fexample.com%2Ftopic&");
	TT_EQ(tt_http_count(f.rig.server, "/hub"), 0);
	flow_close(&f);
}

TT_TEST(what_is_not_believed)
{
	static const char forged[] = "sha1=effcdf6ae5eb2fa2d27416d5f184df9c259a7c79";
	struct flow f;
	flow_open(&f, good, 2);
	take_keys(&f, asked(&f, "/hub", 0));
	char big[5000];
	memset(big, ' ', sizeof(big));
	/* before it is verified */
	TT_EQ(ask(&f, "subscribe", TT_STR("http://example.com/other"), "1000"), 404);
	TT_EQ(ask(&f, "unsubscribe", TOPIC, NULL), 404);
	TT_EQ(ask(&f, "publish", TOPIC, NULL), 404);
	TT_EQ(last(&f)->status, TT_WEBSUB_PENDING);
	TT_EQ(ask(&f, "subscribe", TOPIC, "1000"), 200);
	size_t items = f.b->n_items, states = f.b->n_websubs;
	int64_t lease_ms = last(&f)->lease_until_ms;
	later(&f, 100000);
	TT_EQ(ask(&f, "subscribe", TOPIC, "100000"), 200); /* again, unasked: nothing changes */
	TT_EQ(f.b->n_websubs, states);
	TT_EQ(last(&f)->lease_until_ms, lease_ms);
	uint64_t bad[] = {tt_metric_get(TT_M_websub_unsigned), tt_metric_get(TT_M_websub_forged),
		tt_metric_get(TT_M_websub_too_large), tt_metric_get(TT_M_websub_unknown)};
	TT_EQ(push_bytes(&f, NULL, PUSHED, strlen(PUSHED)), 202);
	TT_STR_EQ(last(&f)->last_error, TT_STR("a push without signature was ignored"));
	TT_EQ(push_bytes(&f, forged, PUSHED, strlen(PUSHED)), 202);
	TT_EQ(push(&f, "not the secret", PUSHED), 202);
	TT_STR_EQ(last(&f)->last_error, TT_STR("a push with a wrong signature was ignored"));
	TT_EQ(f.b->n_websubs, states + 2); /* said once each */
	TT_EQ(push_bytes(&f, forged, big, sizeof(big)), 413);
	f.token[5] ^= 1;
	TT_EQ(push(&f, f.secret, PUSHED), 404);
	TT_EQ(ask(&f, "subscribe", TOPIC, "1000"), 404);
	f.token[5] ^= 1;
	TT_EQ(f.b->n_items, items);
	TT_EQ(tt_metric_get(TT_M_websub_unsigned) - bad[0], 1);
	TT_EQ(tt_metric_get(TT_M_websub_forged) - bad[1], 2);
	TT_EQ(tt_metric_get(TT_M_websub_too_large) - bad[2], 1);
	TT_EQ(tt_metric_get(TT_M_websub_unknown) - bad[3], 1);
	flow_close(&f);
}

/* While pushed it is polled each hour; when the lease is over, as before. */
TT_TEST(polling_steps_back_and_takes_over)
{
	static const struct tt_http_route routes[] = {
		{"/feed", {{OK LINKS, FEED, 0}}}, {"/hub", {ACCEPTED, REFUSED}}};
	struct flow f;
	flow_open(&f, routes, 2);
	subscribe(&f, "7200");
	later(&f, 15 * RIG_MIN); /* the poll that was planned before */
	asked(&f, "/feed", 1);
	TT_EQ(f.b->feeds[f.b->n_feeds - 1].next_fetch_ms, RIG_START + 75 * RIG_MIN);
	later(&f, 45 * RIG_MIN);
	turn(&f), turn(&f);
	TT_EQ(tt_http_count(f.rig.server, "/feed"), 2);
	later(&f, 61 * RIG_MIN); /* renewal and lease are over; the poll of the hour is due as well */
	asked(&f, "/hub", 1);
	asked(&f, "/feed", 2);
	TT_EQ(last(&f)->status, TT_WEBSUB_FAILED);
	rig_contains(0, last(&f)->last_error, "the hub answered HTTP 400: no such topic here");
	size_t feeds = f.b->n_feeds;
	TT_EQ(f.b->feeds[feeds - 1].next_fetch_ms - f.rig.wall_ms, 15 * RIG_MIN);
	flow_close(&f);
}

/* The feed goes over to another hub: the old one is told, and until the new one pushes it is polled as
 * before. */
TT_TEST(another_hub)
{
	static const struct tt_http_route routes[] = {
		{"/feed", {{OK LINKS, FEED, 0},
				  {OK "Link: </hub2>; rel=hub, <http://example.com/topic>; rel=self\r\n",
					  RIG_BODY(RIG_RSS("Feed", "3")), 0}}},
		{"/hub", {ACCEPTED}}, {"/hub2", {ACCEPTED}}};
	struct flow f;
	flow_open(&f, routes, 3);
	subscribe(&f, "864000");
	later(&f, 15 * RIG_MIN);
	take_keys(&f, asked(&f, "/hub2", 0));
	rig_contains(0, tt_str_c(asked(&f, "/hub", 1)), "hub.mode=unsubscribe");
	struct tt_fetch_stats stats;
	tt_fetch_stats(&f.rig.source, &stats);
	TT_EQ(stats.next_due_ms, RIG_START + 30 * RIG_MIN);
	TT_EQ(ask(&f, "subscribe", TOPIC, "1000"), 200);
	TT_EQ(last(&f)->status, TT_WEBSUB_ACTIVE);
	flow_close(&f);
}

TT_TEST(renewed_with_the_same_keys)
{
	struct flow f;
	char token[33], secret[65];
	flow_open(&f, good, 2);
	subscribe(&f, "1000");
	memcpy(token, f.token, sizeof(token)), memcpy(secret, f.secret, sizeof(secret));
	later(&f, 800000);
	take_keys(&f, asked(&f, "/hub", 1));
	TT_STR_EQ(tt_str_c(f.token), tt_str_c(token));
	TT_STR_EQ(tt_str_c(f.secret), tt_str_c(secret));
	TT_EQ(push(&f, f.secret, PUSHED), 202); /* meanwhile the old one goes on */
	TT_EQ(f.b->n_items, 2);
	TT_EQ(ask(&f, "subscribe", TOPIC, "1000"), 200);
	TT_EQ(last(&f)->lease_until_ms, RIG_START + 1800000);
	flow_close(&f);
}

TT_TEST(the_next_hub_takes_it)
{
	static const struct tt_http_route routes[] = {
		{"/feed", {{OK "Link: </hub1>;rel=hub,</hub2>;rel=hub\r\n", FEED, 0}}}, {"/hub1", {REFUSED}},
		{"/hub2", {ACCEPTED}}};
	struct flow f;
	flow_open(&f, routes, 3);
	take_keys(&f, asked(&f, "/hub1", 0));
	char first[33];
	memcpy(first, f.token, sizeof(first));
	take_keys(&f, asked(&f, "/hub2", 0));
	TT_TRUE(strcmp(first, f.token) != 0);
	TT_EQ(ask(&f, "subscribe", tt_str_c(f.rig.urls[0]), "1000"), 200); /* no self: where it was fetched */
	TT_EQ(last(&f)->status, TT_WEBSUB_ACTIVE);
	flow_close(&f);
}

TT_TEST(redirects_of_hubs)
{
	static const struct tt_http_route routes[] = {{"/feed", {{OK LINKS, FEED, 0}}},
		{"/hub", {{"HTTP/1.1 307 There\r\nLocation: /hub2\r\n", {"", 0}, 0},
				 {"HTTP/1.1 302 There\r\nLocation: /hub3\r\n", {"", 0}, 0}}},
		{"/hub2", {ACCEPTED}}};
	struct flow f;
	flow_open(&f, routes, 3);
	take_keys(&f, asked(&f, "/hub2", 0));
	rig_contains(0, tt_str_c(tt_http_request(f.rig.server, "/hub2", 0)), "POST /hub2");
	later(&f, 10 * RIG_MIN); /* not verified */
	turn(&f);
	TT_EQ(last(&f)->status, TT_WEBSUB_FAILED);
	later(&f, 10 * RIG_MIN);
	asked(&f, "/hub", 1);
	TT_STR_EQ(last(&f)->last_error, TT_STR("the hub answered HTTP 302"));
	TT_EQ(tt_http_count(f.rig.server, "/hub3"), 0);
	flow_close(&f);
}

TT_TEST(a_hub_in_a_private_network_is_not_asked)
{
	struct flow f;
	flow_open(&f, good, 2);
	tt_batch_free(rig_polls(&f.rig, 0));
	f.rig.conf.allow_private_networks = false; /* the source has a copy: this one is opened anew */
	rig_close(&f.rig);
	rig_open(&f.rig, NULL, 0);
	const struct tt_websub_state stored = {.url = tt_str_c(f.rig.urls[0]),
		.hub = TT_STR("http://127.0.0.1:9/hub"),
		.topic = TOPIC,
		.status = TT_WEBSUB_PENDING,
		.next_ms = RIG_START,
		.lease_until_ms = TT_TIME_NONE,
		.last_push_ms = TT_TIME_NONE,
		.changed_ms = RIG_START};
	set_websub(&f, &stored, 1);
	later(&f, 61000);
	for (int i = 0; i < 50 && (!f.b->n_websubs || last(&f)->status != TT_WEBSUB_FAILED); i++)
		turn(&f);
	TT_EQ(last(&f)->status, TT_WEBSUB_FAILED);
	rig_contains(0, last(&f)->last_error, "127.0.0.1 refused");
	flow_close(&f);
}

TT_TEST(denied)
{
	struct flow f;
	flow_open(&f, good, 2);
	subscribe(&f, "1000");
	TT_EQ(ask(&f, "denied", TOPIC, NULL), 200);
	TT_EQ(last(&f)->status, TT_WEBSUB_DENIED);
	TT_STR_EQ(last(&f)->last_error, TT_STR("denied by the hub: because"));
	TT_EQ(push(&f, f.secret, PUSHED), 410);
	later(&f, 15 * RIG_MIN);
	asked(&f, "/feed", 1);
	TT_EQ(f.b->feeds[f.b->n_feeds - 1].next_fetch_ms - f.rig.wall_ms, 15 * RIG_MIN);
	TT_EQ(tt_http_count(f.rig.server, "/hub"), 1);
	flow_close(&f);
}

TT_TEST(a_push_that_is_no_feed_makes_it_polled)
{
	struct flow f;
	uint64_t unreadable = tt_metric_get(TT_M_websub_unreadable);
	flow_open(&f, good, 2);
	subscribe(&f, "100000");
	later(&f, 5 * RIG_MIN);
	TT_EQ(push(&f, f.secret, ""), 202); /* a thin ping */
	asked(&f, "/feed", 1);
	TT_EQ(tt_metric_get(TT_M_websub_unreadable) - unreadable, 1);
	rig_contains(0, last(&f)->last_error, "so the feed is polled");
	flow_close(&f);
}

TT_TEST(a_restart_goes_on)
{
	struct flow f;
	flow_open(&f, good, 2);
	subscribe(&f, "864000");
	struct tt_websub_state stored = *last(&f);
	rig_close(&f.rig); /* no hub is told */
	rig_open(&f.rig, f.b->feeds, 1);
	set_websub(&f, &stored, 1);
	turn(&f);
	TT_EQ(push(&f, f.secret, PUSHED), 202);
	TT_EQ(f.b->n_items, 2);
	TT_EQ(tt_http_count(f.rig.server, "/hub"), 1);
	/* another process, which has another callback, subscribes anew */
	stored.callback = TT_STR("https://them.example/websub/");
	rig_close(&f.rig);
	rig_open(&f.rig, f.b->feeds, 1);
	set_websub(&f, &stored, 1);
	TT_EQ(push(&f, f.secret, PUSHED), 404);
	later(&f, 61000);
	char token[33];
	memcpy(token, f.token, sizeof(token));
	take_keys(&f, asked(&f, "/hub", 1));
	TT_TRUE(strcmp(token, f.token) != 0);
	flow_close(&f);
}

TT_TEST(a_feed_that_leaves_is_unsubscribed)
{
	struct flow f;
	flow_open(&f, good, 2);
	subscribe(&f, "864000");
	TT_EQ(tt_fetch_set_feeds(&f.rig.source, NULL, 0, NULL, 0, NULL), TT_OK);
	rig_contains(0, tt_str_c(asked(&f, "/hub", 1)), "hub.mode=unsubscribe&");
	TT_EQ(last(&f)->status, TT_WEBSUB_NONE);
	TT_STR_EQ(last(&f)->token, tt_str_c(f.token));
	TT_EQ(push(&f, f.secret, PUSHED), 410);
	TT_EQ(ask(&f, "unsubscribe", TT_STR("http://example.com/other"), NULL), 404);
	TT_EQ(ask(&f, "subscribe", TOPIC, "1000"), 404);
	TT_EQ(ask(&f, "unsubscribe", TOPIC, NULL), 200);
	TT_EQ(tt_metric_get(TT_M_websub_active), 0);
	flow_close(&f);
}

/* The inbox is full, then empty again. */
TT_TEST(pushes_are_bounded)
{
	struct flow f;
	struct tt_websub_note *notes[3] = {0};
	const struct tt_websub_envelope e = {.length = -1};
	flow_open(&f, good, 2);
	f.conf.inbox_pushes = 2;
	subscribe(&f, "864000");
	TT_EQ(tt_websub_push_begin(f.door, tt_str_c(f.token), &e, &notes[0]), 202);
	TT_EQ(tt_websub_push_begin(f.door, tt_str_c(f.token), &e, &notes[1]), 202);
	TT_EQ(tt_websub_push_begin(f.door, tt_str_c(f.token), &e, &notes[2]), 503);
	tt_websub_push_drop(f.door, notes[1]);
	f.conf.inbox_bytes = 1000;
	TT_EQ(tt_websub_push_add(f.door, notes[0], "x", 1), 202);
	char more[1000] = {0};
	TT_EQ(tt_websub_push_add(f.door, notes[0], more, sizeof(more)), 503);
	TT_EQ(push(&f, f.secret, PUSHED), 202);
	TT_EQ(f.b->n_items, 2);
	const struct tt_websub_envelope large = {.length = 4097};
	TT_EQ(tt_websub_push_begin(f.door, tt_str_c(f.token), &large, &notes[2]), 413);
	flow_close(&f);
}

/* A hub's thread pushes and asks while the source runs. */
static void *pusher(void *arg)
{
	struct flow *f = arg;
	const struct tt_websub_envelope e = {TT_STR("text/xml"), TT_STR("sha1=00"), -1};
	const struct tt_websub_ask ask = {
		.mode = TT_STR("subscribe"), .topic = TOPIC, .challenge = TT_STR("c")};
	for (int i = 0; i < 200; i++) {
		struct tt_websub_note *note;
		if (tt_websub_push_begin(f->door, tt_str_c(f->token), &e, &note) == 202 &&
			tt_websub_push_add(f->door, note, PUSHED, strlen(PUSHED)) == 202)
			tt_websub_push_end(f->door, note);
		tt_websub_door_ask(f->door, tt_str_c(f->token), &ask);
	}
	return NULL;
}

TT_TEST(two_threads)
{
	struct flow f;
	pthread_t thread;
	flow_open(&f, good, 2);
	subscribe(&f, "864000");
	TT_EQ(pthread_create(&thread, NULL, pusher, &f), 0);
	for (int i = 0; i < 50; i++)
		turn(&f);
	rig_close(&f.rig); /* the door stays open */
	TT_EQ(pthread_join(thread, NULL), 0);
	TT_EQ(f.b->n_items, 1);
	flow_close(&f);
}

TT_MAIN(TT_RUN(by_header), TT_RUN(by_document), TT_RUN(by_json_feed), TT_RUN(headers_come_first),
	TT_RUN(what_is_not_believed), TT_RUN(polling_steps_back_and_takes_over), TT_RUN(another_hub),
	TT_RUN(renewed_with_the_same_keys), TT_RUN(the_next_hub_takes_it), TT_RUN(redirects_of_hubs),
	TT_RUN(a_hub_in_a_private_network_is_not_asked), TT_RUN(denied),
	TT_RUN(a_push_that_is_no_feed_makes_it_polled), TT_RUN(a_restart_goes_on),
	TT_RUN(a_feed_that_leaves_is_unsubscribed), TT_RUN(pushes_are_bounded), TT_RUN(two_threads))
