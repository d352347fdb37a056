/* test_websub_sub.c - the life of a subscription, event by event, by a clock that the table turns. */
#include "common/err.h"
#include "ingest/websub/sub.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

#define NOW  1795448783000
#define MIN  60000LL
#define HOUR (60 * MIN)
#define DAY  (24 * HOUR)

static const struct tt_websub_conf conf = {
	.lease_ms = 10 * DAY,
	.verify_timeout_ms = 10 * MIN,
	.retry_base_ms = 5 * MIN,
	.retry_cap_ms = DAY,
};

enum event {
	FOUND,    /* the feed names hub A */
	FOUND2,   /* ... hubs A and B */
	FOUND_B,  /* ... hub B alone */
	TOPIC,    /* ... hub A, but another topic */
	NO_HUB,   /* ... none */
	TICK,     /* and a request is sent when one is due */
	REFUSED,  /* the hub says 400 */
	LATER,    /* the hub says 429 and Retry-After: 7200 */
	VERIFIED, /* with 1000 s */
	FOREVER,  /* with far too much */
	NOLEASE,  /* without hub.lease_seconds */
	DENIED,
	PUSH,
	FORGED,
};

struct step {
	int64_t wait_ms; /* before it */
	enum event event;
	enum tt_websub_status want;
	char hub;               /* 'A', 'B', 0: none */
	bool sends;             /* TICK: a request */
	int64_t due_lo, due_hi; /* from now on, when it looks again; 0, 0: never */
};

static struct tt_websub_sub sub;

static void start(void)
{
	tt_websub_sub_init(&sub, TT_STR("http://e/feed"), TT_STR("http://us/websub/"));
}

static void found(const char *hub1, const char *hub2, const char *topic, int64_t now)
{
	struct tt_websub_links links = {.hubs = {tt_str_c(hub1), tt_str_c(hub2)}};
	links.n_hubs = !!hub1 + !!hub2;
	TT_EQ(tt_websub_sub_found(&sub, &links, tt_str_c(topic), now), TT_OK);
}

static bool happen(enum event event, int64_t now)
{
	switch (event) {
	case FOUND:
		found("A", NULL, "T", now);
		return false;
	case FOUND2:
		found("A", "B", "T", now);
		return false;
	case FOUND_B:
		found("B", NULL, "T", now);
		return false;
	case TOPIC:
		found("A", NULL, "T2", now);
		return false;
	case NO_HUB:
		found(NULL, NULL, "T", now);
		return false;
	case TICK:
		if (!tt_websub_sub_tick(&sub, &conf, now))
			return false;
		tt_websub_sub_asked(&sub, &conf, now);
		return true;
	case REFUSED:
		tt_websub_sub_refused(&sub, &conf, "HTTP 400", -1, now);
		return false;
	case LATER:
		tt_websub_sub_refused(&sub, &conf, "HTTP 429", 2 * HOUR, now);
		return false;
	case VERIFIED:
		tt_websub_sub_verified(&sub, &conf, 1000000, now);
		return false;
	case FOREVER:
		tt_websub_sub_verified(&sub, &conf, INT64_MAX / 4, now);
		return false;
	case NOLEASE:
		tt_websub_sub_verified(&sub, &conf, -1, now);
		return false;
	case DENIED:
		tt_websub_sub_denied(&sub, TT_STR("no such topic"), now);
		return false;
	case PUSH:
		tt_websub_sub_pushed(&sub, NULL, now);
		return false;
	case FORGED:
		tt_websub_sub_pushed(&sub, "a push with a wrong signature", now);
		return false;
	}
	return false;
}

static void play(const struct step *steps, size_t n)
{
	int64_t now = NOW;
	start();
	for (size_t i = 0; i < n; i++) {
		const struct step *s = &steps[i];
		now += s->wait_ms;
		TT_EQ_ROW(i, happen(s->event, now), s->sends);
		TT_EQ_ROW(i, sub.state.status, s->want);
		if (s->hub)
			TT_EQ_ROW(i, sub.state.hub.p[0], s->hub);
		int64_t due = tt_websub_sub_due(&sub);
		if (!s->due_hi)
			TT_EQ_ROW(i, due, TT_TIME_NONE);
		else if (due < now + s->due_lo || due > now + s->due_hi)
			TT_EQ_ROW(i, due - now, s->due_hi);
		TT_EQ_ROW(i, sub.state.lease_until_ms == TT_TIME_NONE, s->want != TT_WEBSUB_ACTIVE);
	}
	tt_websub_sub_done(&sub);
}

#define PLAY(...) play((const struct step[]){__VA_ARGS__}, TT_LEN(((const struct step[]){__VA_ARGS__})))
#define PENDING   TT_WEBSUB_PENDING
#define ACTIVE    TT_WEBSUB_ACTIVE
#define FAILED    TT_WEBSUB_FAILED
#define NONE      TT_WEBSUB_NONE
#define ASKED     10 * MIN, 10 * MIN /* waits for the verification */
#define RENEWAL   600000, 800000     /* of 1000 s */

TT_TEST(subscribed_and_renewed)
{
	PLAY({0, FOUND, PENDING, 'A', false, 0, 0 + 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{5000, VERIFIED, ACTIVE, 'A', false, RENEWAL},
		{1000, TICK, ACTIVE, 'A', false, 599000, 799000},
		{0, FOUND, ACTIVE, 'A', false, 599000, 799000}, {0, PUSH, ACTIVE, 'A', false, 599000, 799000},
		/* the renewal: the lease of the old one is what is due first */
		{799000, TICK, ACTIVE, 'A', true, 1, 200000}, {100, VERIFIED, ACTIVE, 'A', false, RENEWAL});
}

TT_TEST(verified_before_the_hub_has_answered)
{
	PLAY({0, FOUND, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{10, VERIFIED, ACTIVE, 'A', false, RENEWAL},
		{10, REFUSED, ACTIVE, 'A', false, 599990, 799990});
}

TT_TEST(a_replayed_verification_changes_nothing)
{
	PLAY({0, FOUND, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{0, VERIFIED, ACTIVE, 'A', false, RENEWAL},
		{500000, FOREVER, ACTIVE, 'A', false, 100000, 300000},
		{500000, TICK, PENDING, 'A', true, ASKED});
}

TT_TEST(leases_are_bounded)
{
	PLAY({0, FOUND, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{0, FOREVER, ACTIVE, 'A', false, 200 * DAY, 300 * DAY});
	PLAY({0, FOUND, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{0, NOLEASE, ACTIVE, 'A', false, 6 * DAY, 8 * DAY});
}

TT_TEST(refused_with_backoff)
{
	PLAY({0, FOUND, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{0, REFUSED, FAILED, 'A', false, 150000, 5 * MIN}, {5 * MIN, TICK, PENDING, 'A', true, ASKED},
		{0, REFUSED, FAILED, 'A', false, 5 * MIN, 10 * MIN},
		{10 * MIN, TICK, PENDING, 'A', true, ASKED},
		{0, LATER, FAILED, 'A', false, 2 * HOUR, 2 * HOUR},
		{2 * HOUR, TICK, PENDING, 'A', true, ASKED}, {0, VERIFIED, ACTIVE, 'A', false, RENEWAL});
}

TT_TEST(the_wait_has_a_cap)
{
	start();
	found("A", NULL, "T", NOW);
	int64_t now = NOW;
	for (int i = 0; i < 100; i++) {
		TT_TRUE(happen(TICK, now));
		happen(REFUSED, now);
		int64_t wait = tt_websub_sub_due(&sub) - now;
		TT_TRUE(wait >= 150000 && wait <= DAY);
		TT_TRUE(i < 12 || wait >= DAY / 2);
		now += wait;
	}
	tt_websub_sub_done(&sub);
}

TT_TEST(a_hub_that_never_verifies)
{
	PLAY({0, FOUND, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{10 * MIN, TICK, FAILED, 'A', false, 150000, 5 * MIN},
		{1000, VERIFIED, ACTIVE, 'A', false, RENEWAL}); /* late is not too late */
}

TT_TEST(the_next_hub_is_asked)
{
	PLAY({0, FOUND2, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{0, REFUSED, PENDING, 'B', false, 0, 1}, {0, TICK, PENDING, 'B', true, ASKED},
		{10 * MIN, TICK, FAILED, 'A', false, 150000, 5 * MIN});
	PLAY({0, FOUND2, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{10 * MIN, TICK, PENDING, 'B', true, ASKED}, {0, VERIFIED, ACTIVE, 'B', false, RENEWAL},
		{0, FOUND2, ACTIVE, 'B', false, RENEWAL});
	PLAY({0, FOUND2, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{0, DENIED, PENDING, 'B', false, 0, 1}, {0, TICK, PENDING, 'B', true, ASKED},
		{0, DENIED, TT_WEBSUB_DENIED, 'B', false, 0, 0});
}

TT_TEST(denied_is_final_until_the_feed_says_otherwise)
{
	PLAY({0, FOUND, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{0, DENIED, TT_WEBSUB_DENIED, 'A', false, 0, 0},
		{DAY, TICK, TT_WEBSUB_DENIED, 'A', false, 0, 0},
		{0, VERIFIED, TT_WEBSUB_DENIED, 'A', false, 0, 0},
		{0, FOUND, TT_WEBSUB_DENIED, 'A', false, 0, 0}, {0, TOPIC, PENDING, 'A', false, 0, 1});
	PLAY({0, FOUND, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{0, VERIFIED, ACTIVE, 'A', false, RENEWAL}, {0, DENIED, TT_WEBSUB_DENIED, 'A', false, 0, 0},
		{0, FOUND_B, PENDING, 'B', false, 0, 1});
}

TT_TEST(a_lease_that_is_not_renewed_ends)
{
	PLAY({0, FOUND, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{0, VERIFIED, ACTIVE, 'A', false, RENEWAL}, {800000, TICK, ACTIVE, 'A', true, 1, 200000},
		{0, REFUSED, ACTIVE, 'A', false, 1000, 50000}, {50000, TICK, ACTIVE, 'A', true, 1, 150000},
		{0, REFUSED, ACTIVE, 'A', false, 1000, 37500}, {150000, TICK, PENDING, 'A', true, ASKED},
		{0, REFUSED, FAILED, 'A', false, 10 * MIN, 20 * MIN});
}

TT_TEST(a_feed_that_names_no_hub_any_more)
{
	PLAY({0, FOUND, PENDING, 'A', false, 0, 1}, {0, NO_HUB, NONE, 0, false, 0, 0});
	PLAY({0, FOUND, PENDING, 'A', false, 0, 1}, {0, TICK, PENDING, 'A', true, ASKED},
		{0, VERIFIED, ACTIVE, 'A', false, RENEWAL}, {0, NO_HUB, ACTIVE, 'A', false, RENEWAL},
		{800000, TICK, ACTIVE, 'A', false, 200000, 200000}, /* not renewed */
		{200000, TICK, NONE, 0, false, 0, 0}, {0, FOUND, PENDING, 'A', false, 0, 1});
	PLAY({0, NO_HUB, NONE, 0, false, 0, 0});
}

TT_TEST(keys_belong_to_a_hub_and_a_topic)
{
	char token[TT_WEBSUB_TOKEN_HEX + 1], secret[TT_WEBSUB_SECRET_HEX + 1];
	start();
	found("A", NULL, "T", NOW);
	TT_EQ(strspn(sub.token, "0123456789abcdef"), 32);
	TT_EQ(strspn(sub.secret, "0123456789abcdef"), 64);
	memcpy(token, sub.token, sizeof(token));
	memcpy(secret, sub.secret, sizeof(secret));
	happen(TICK, NOW), happen(VERIFIED, NOW), happen(TICK, NOW + 800000);
	found("A", NULL, "T", NOW);
	TT_STR_EQ(tt_str_c(sub.token), tt_str_c(token));
	TT_STR_EQ(tt_str_c(sub.secret), tt_str_c(secret));
	found("A", NULL, "T2", NOW);
	TT_TRUE(strcmp(sub.token, token) != 0 && strcmp(sub.secret, secret) != 0);
	TT_STR_EQ(sub.state.token, tt_str_c(sub.token));
	tt_websub_sub_done(&sub);
}

TT_TEST(a_bad_push_is_said_once)
{
	start();
	found("A", NULL, "T", NOW);
	happen(TICK, NOW), happen(VERIFIED, NOW);
	sub.changed = false;
	happen(FORGED, NOW + 1);
	TT_TRUE(sub.changed);
	TT_STR_EQ(sub.state.last_error, TT_STR("a push with a wrong signature"));
	TT_EQ(sub.state.last_push_ms, TT_TIME_NONE);
	sub.changed = false;
	happen(FORGED, NOW + 2);
	TT_TRUE(!sub.changed);
	happen(PUSH, NOW + 3);
	TT_TRUE(sub.changed && !sub.state.last_error.p);
	TT_EQ(sub.state.last_push_ms, NOW + 3);
	tt_websub_sub_done(&sub);
}

/* What a restart makes of what was stored. */
TT_TEST(adopted)
{
	static const struct {
		enum tt_websub_status status;
		bool ours;
		int64_t lease_ms, next_ms; /* from now on; INT64_MIN: none */
		enum tt_websub_status want;
		int64_t due_lo, due_hi;
	} rows[] = {
		{ACTIVE, true, 10 * DAY, 7 * DAY, ACTIVE, 7 * DAY, 7 * DAY},
		{ACTIVE, true, DAY, -HOUR, ACTIVE, 0, MIN},             /* renewal overdue: soon */
		{ACTIVE, true, -HOUR, -2 * HOUR, ACTIVE, -HOUR, -HOUR}, /* over: the next tick sees it */
		{ACTIVE, false, 10 * DAY, 7 * DAY, PENDING, 0, MIN},
		{PENDING, true, TT_TIME_NONE, -MIN, PENDING, 0, MIN},
		{FAILED, true, TT_TIME_NONE, HOUR, FAILED, HOUR, HOUR},
		{FAILED, false, TT_TIME_NONE, HOUR, PENDING, 0, MIN},
		{TT_WEBSUB_DENIED, true, TT_TIME_NONE, TT_TIME_NONE, TT_WEBSUB_DENIED, 0, 0},
		{NONE, true, TT_TIME_NONE, TT_TIME_NONE, NONE, 0, 0},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_websub_state stored = {
			.hub = TT_STR("A"),
			.topic = TT_STR("T"),
			.callback =
				rows[i].ours ? TT_STR("http://us/websub/") : TT_STR("http://them/websub/"),
			.token = TT_STR("0123456789abcdef0123456789abcdef"),
			.secret = TT_STR("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
			.status = rows[i].status,
			.lease_until_ms =
				rows[i].lease_ms == TT_TIME_NONE ? TT_TIME_NONE : NOW + rows[i].lease_ms,
			.next_ms = rows[i].next_ms == TT_TIME_NONE ? TT_TIME_NONE : NOW + rows[i].next_ms,
			.last_push_ms = TT_TIME_NONE,
		};
		start();
		TT_EQ_ROW(i, tt_websub_sub_adopt(&sub, &stored, NOW), TT_OK);
		TT_EQ_ROW(i, sub.state.status, rows[i].want);
		int64_t due = tt_websub_sub_due(&sub);
		if (!rows[i].due_lo && !rows[i].due_hi)
			TT_EQ_ROW(i, due, TT_TIME_NONE);
		else
			TT_TRUE(due >= NOW + rows[i].due_lo && due <= NOW + rows[i].due_hi);
		if (rows[i].want != NONE)
			TT_EQ_ROW(i, tt_str_eq(sub.state.token, stored.token), rows[i].ours);
		tt_websub_sub_done(&sub);
	}
}

TT_TEST(without_memory_nothing_changes)
{
	struct tt_websub_links links = {.hubs = {TT_STR("A")}, .n_hubs = 1};
	start();
	tt_fault_alloc_after(0);
	TT_EQ(tt_websub_sub_found(&sub, &links, TT_STR("T"), NOW), TT_ENOMEM);
	tt_fault_off();
	TT_EQ(sub.state.status, NONE);
	tt_websub_sub_done(&sub);
	TT_EQ(tt_alloc_live(), 0);
}

TT_MAIN(TT_RUN(subscribed_and_renewed), TT_RUN(verified_before_the_hub_has_answered),
	TT_RUN(a_replayed_verification_changes_nothing), TT_RUN(leases_are_bounded),
	TT_RUN(refused_with_backoff), TT_RUN(the_wait_has_a_cap), TT_RUN(a_hub_that_never_verifies),
	TT_RUN(the_next_hub_is_asked), TT_RUN(denied_is_final_until_the_feed_says_otherwise),
	TT_RUN(a_lease_that_is_not_renewed_ends), TT_RUN(a_feed_that_names_no_hub_any_more),
	TT_RUN(keys_belong_to_a_hub_and_a_topic), TT_RUN(a_bad_push_is_said_once), TT_RUN(adopted),
	TT_RUN(without_memory_nothing_changes))
