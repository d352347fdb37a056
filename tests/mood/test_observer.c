/* test_observer.c - rules over feeds and the service through time: what is concluded and said, what becomes
 * of what is not observed any more, and that a leader that takes over goes on. */
#include <math.h>

#include "mood/observer.h"
#include "tests/tt_test.h"

enum { MINUTE_MS = 60000 };
static const int64_t begin_ms = 1800000000000;

static const char yaml[] =
	"rules:\n"
	"  - {name: silent, over: feed, when: quiet > 6h, clear: quiet < 30m, cooldown: 10m}\n"
	"  - {name: failing, over: feed, when: failing > 30m, for: 2m, only: [\"https://a/*\"], severity: critical}\n"
	"  - {name: lag, over: service, when: lag > 1000 and behind > 5m}\n"
	"  - {name: late, over: service, when: overdue > 15m}\n"
	"  - {name: gloom, when: mood(1h) < 0}\n";

/* What is stored between two leaders, or not. */
struct desk {
	struct tt_rule_set *rules;
	struct tt_observer *observer;
	struct tt_arena arena;
	int64_t now_ms;
	struct tt_verdict *v;
	size_t n;
};

static void desk_open(struct desk *d, const char *text)
{
	struct tt_err err = {0};

	*d = (struct desk){.now_ms = begin_ms};
	if (tt_rule_set_load_text(&d->rules, tt_str_c(text), "f", &err) < 0)
		fail_msg("%s", err.msg);
	TT_EQ(tt_observer_new(&d->observer, d->rules, NULL), TT_OK);
	tt_arena_init(&d->arena, 1 << 26);
}

static void desk_close(struct desk *d)
{
	tt_observer_free(d->observer);
	tt_rule_set_free(d->rules);
	tt_arena_done(&d->arena);
}

/* A look, so many minutes after the last one. */
static void look(struct desk *d, int minutes, const struct tt_observation *v, size_t n)
{
	d->now_ms += minutes * (int64_t)MINUTE_MS;
	TT_EQ(tt_observer_run(d->observer, d->now_ms, v, n, &d->arena, &d->v, &d->n, NULL), TT_OK);
}

static void look_feed(struct desk *d, int minutes, const char *url, double quiet, double failing)
{
	const struct tt_observation v = {TT_ABOUT_FEED, tt_str_c(url), {quiet, failing}};

	look(d, minutes, &v, 1);
}

/* The only verdict: of a rule, its new state and what is said (NULL: it is not told). */
static void only(const struct desk *d, const char *rule, enum tt_alert_state to, const char *sentence)
{
	TT_EQ(d->n, 1);
	TT_STR_EQ(d->v[0].alert.rule, tt_str_c(rule));
	TT_EQ(d->v[0].state.state, to);
	TT_EQ(d->v[0].told, sentence != NULL);
	TT_TRUE(!d->v[0].forgotten);
	if (sentence)
		TT_STR_EQ(d->v[0].alert.sentence, tt_str_c(sentence));
}

TT_TEST(a_feed_falls_silent_and_speaks_again)
{
	struct desk d;

	desk_open(&d, yaml);
	TT_TRUE(tt_observer_asks(d.observer, TT_ABOUT_FEED) && tt_observer_asks(d.observer, TT_ABOUT_POLLING));
	TT_TRUE(!tt_observer_asks(d.observer, TT_ABOUT_MOOD));
	look_feed(&d, 0, "https://b/rss", 360, 0);
	TT_EQ(d.n, 0);
	look_feed(&d, 1, "https://b/rss", 420, 0);
	only(&d, "silent", TT_ALERT_FIRING, "feed https://b/rss has been silent for 7 h (limit 6 h)");
	TT_STR_EQ(d.v[0].alert.subject_kind, TT_STR("feed"));
	TT_STR_EQ(d.v[0].alert.subject, TT_STR("https://b/rss"));
	TT_TRUE(tt_id_eq(d.v[0].alert.fingerprint,
		TT_ID(TT_STR("silent"), TT_STR("feed"), TT_STR("https://b/rss"))));
	TT_NEAR(d.v[0].alert.value, 420, 1e-9);
	TT_NEAR(d.v[0].alert.threshold, 360, 1e-9);
	TT_EQ(tt_observer_firing(d.observer), 1);
	look_feed(&d, 1, "https://b/rss", 60, 0); /* between the two */
	TT_EQ(d.n, 0);
	look_feed(&d, 1, "https://b/rss", 12, 0);
	only(&d, "silent", TT_ALERT_RESOLVED,
		"feed https://b/rss speaks again: silent for 12 min (limit 6 h)");
	TT_EQ(tt_observer_firing(d.observer), 0);
	look_feed(&d, 9, "https://b/rss", 4000, 0); /* cooling down */
	TT_EQ(d.n, 0);
	look_feed(&d, 1, "https://b/rss", 4000, 0);
	only(&d, "silent", TT_ALERT_FIRING, "feed https://b/rss has been silent for 2.78 d (limit 6 h)");
	TT_EQ(d.v[0].alert.episode, 2);
	desk_close(&d);
}

TT_TEST(only_those_that_are_named_and_for_a_while)
{
	struct desk d;

	desk_open(&d, yaml);
	look_feed(&d, 0, "https://b/rss", 0, 100);
	TT_EQ(d.n, 0);
	look_feed(&d, 1, "https://a/rss", 0, 100);
	only(&d, "failing", TT_ALERT_PENDING, NULL);
	look_feed(&d, 1, "https://a/rss", 0, 101);
	TT_EQ(d.n, 0);
	look_feed(&d, 1, "https://a/rss", 0, 102);
	only(&d, "failing", TT_ALERT_FIRING, "feed https://a/rss has failed for 102 min (limit 30 min)");
	TT_EQ(d.v[0].alert.severity, TT_SEVERITY_CRITICAL);
	TT_EQ(d.v[0].alert.since_ms, d.now_ms - 2 * MINUTE_MS);
	look_feed(&d, 1, "https://a/rss", 0, 0);
	only(&d, "failing", TT_ALERT_RESOLVED,
		"feed https://a/rss answers again: failing for 0 s (limit 30 min)");
	desk_close(&d);
}

TT_TEST(topics_and_polling)
{
	struct tt_observation v[] = {{TT_ABOUT_TOPIC, TT_STR("g/news"), {1001, 3}},
		{TT_ABOUT_TOPIC, TT_STR("g/idle"), {NAN, NAN}}, {TT_ABOUT_POLLING, TT_STR("feeds"), {1, NAN}}};
	struct desk d;

	desk_open(&d, yaml);
	look(&d, 0, v, 3); /* many, but they have just come */
	TT_EQ(d.n, 0);
	v[0].values[1] = 6;
	look(&d, 1, v, 3);
	only(&d, "lag", TT_ALERT_FIRING, "topic g/news is 1001 records behind (limit 1000)");
	TT_STR_EQ(d.v[0].alert.subject_kind, TT_STR("service"));
	v[0].values[0] = v[0].values[1] = NAN; /* no broker answers */
	look(&d, 1, v, 3);
	only(&d, "lag", TT_ALERT_NO_DATA,
		"topic g/news: 'lag' is not known, nobody reads it, or its end cannot be asked for");
	v[0].values[0] = v[0].values[1] = 0;
	v[2].values[0] = 20;
	look(&d, 1, v, 3);
	TT_EQ(d.n, 2);
	TT_STR_EQ(d.v[0].alert.sentence, TT_STR("topic g/news is 0 records behind again (limit 1000)"));
	TT_STR_EQ(d.v[1].alert.sentence, TT_STR("polling of feeds is 20 min overdue (limit 15 min)"));
	desk_close(&d);
}

TT_TEST(what_is_not_observed_any_more)
{
	struct desk d;

	desk_open(&d, yaml);
	look_feed(&d, 0, "https://b/rss", 420, 0);
	for (int i = 1; i < TT_OBSERVER_PATIENCE; i++) { /* it changes hands */
		look(&d, 1, NULL, 0);
		TT_EQ(d.n, 0);
	}
	look_feed(&d, 1, "https://b/rss", 425, 0);
	TT_EQ(d.n, 0);
	for (int i = 1; i < TT_OBSERVER_PATIENCE; i++)
		look(&d, 1, NULL, 0);
	TT_EQ(d.n, 0);
	look(&d, 1, NULL, 0);
	only(&d, "silent", TT_ALERT_NO_DATA, "feed https://b/rss: 'quiet' is not known, nobody polls");
	TT_EQ(tt_observer_firing(d.observer), 1);
	look(&d, 1439, NULL, 0);
	TT_EQ(d.n, 0);
	look(&d, 1, NULL, 0);
	only(&d, "silent", TT_ALERT_RESOLVED, "feed https://b/rss: not watched any more, nobody polls");
	TT_EQ(tt_observer_firing(d.observer), 0);
	look(&d, 1, NULL, 0);
	TT_EQ(d.n, 0);
	look_feed(&d, 1, "https://b/rss", 420, 0); /* it cools down from the end on */
	TT_EQ(d.n, 0);
	look_feed(&d, 10, "https://b/rss", 420, 0);
	TT_EQ(d.n, 1);
	TT_EQ(d.v[0].alert.episode, 2);
	desk_close(&d);
}

/* States by way of what a database keeps. */
TT_TEST(a_leader_goes_on_where_the_last_one_was)
{
	const struct tt_str feed = TT_STR("feed"), url = TT_STR("https://a/rss");
	struct tt_rule_state pending, firing;
	struct desk d;

	desk_open(&d, yaml);
	look_feed(&d, 0, "https://a/rss", 420, 100);
	TT_EQ(d.n, 2);
	firing = d.v[0].state;
	pending = d.v[1].state;
	desk_close(&d);

	desk_open(&d, yaml);
	TT_EQ(tt_observer_add_state(d.observer, TT_STR("silent"), feed, url, &firing), TT_OK);
	TT_EQ(tt_observer_add_state(d.observer, TT_STR("failing"), feed, url, &pending), TT_OK);
	TT_EQ(tt_observer_add_state(d.observer, TT_STR("gone"), feed, url, &firing), TT_OK);
	TT_EQ(tt_observer_add_state(d.observer, TT_STR("failing"), feed, TT_STR("https://c"), &firing), TT_OK);
	TT_EQ(tt_observer_firing(d.observer), 1);
	look_feed(&d, 2, "https://a/rss", 422, 102);
	TT_EQ(d.n, 3);
	TT_TRUE(d.v[0].told && d.v[0].alert.to == TT_ALERT_RESOLVED && !d.v[0].rule);
	TT_STR_EQ(d.v[0].alert.sentence, TT_STR("https://a/rss: the rule is no more"));
	TT_STR_EQ(d.v[1].alert.subject, TT_STR("https://c")); /* the rule looks at others only */
	TT_STR_EQ(d.v[2].alert.rule, TT_STR("failing"));
	TT_EQ(d.v[2].alert.to, TT_ALERT_FIRING);
	TT_EQ(d.v[2].alert.since_ms, begin_ms);
	TT_EQ(tt_observer_firing(d.observer), 2);
	look_feed(&d, 1, "https://a/rss", 0, 0);
	TT_EQ(d.n, 2);
	desk_close(&d);
}

TT_TEST(ten_thousand_feeds)
{
	enum { FEEDS = 10000 };
	struct tt_observation *v = calloc(FEEDS, sizeof(*v));
	struct desk d;

	desk_open(&d, yaml);
	for (int i = 0; i < FEEDS; i++)
		v[i] = (struct tt_observation){TT_ABOUT_FEED,
			tt_str_c(tt_arena_printf(&d.arena, "https://a/%d", i)), {i % 100 ? 1 : 400, 0}};
	look(&d, 1, v, FEEDS);
	TT_EQ(d.n, FEEDS / 100);
	look(&d, 1, v, FEEDS);
	TT_EQ(d.n, 0);
	TT_EQ(tt_observer_firing(d.observer), FEEDS / 100);
	desk_close(&d);
	free(v);
}

TT_MAIN(TT_RUN(a_feed_falls_silent_and_speaks_again), TT_RUN(only_those_that_are_named_and_for_a_while),
	TT_RUN(topics_and_polling), TT_RUN(what_is_not_observed_any_more),
	TT_RUN(a_leader_goes_on_where_the_last_one_was), TT_RUN(ten_thousand_feeds))
