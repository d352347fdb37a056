/* test_evaluator.c - rules over subjects through time: who is looked at, what is concluded, and that a leader
 * that takes over from what was stored concludes the same. */
#include <math.h>

#include "mood/evaluator.h"
#include "tests/tt_test.h"

enum { MINUTE_MS = 60000, BEGIN = 30000000 /* minute */, SUBJECTS = 4, MINUTES = 600 };

static const char yaml[] = "rules:\n"
			   "  - {name: gloom, when: mood(30m) < -0.4 and items(1h) >= 3, clear: mood(30m) > "
			   "-0.1, for: 5m, cooldown: 20m}\n"
			   "  - {name: silence, when: items(1h) < 1}\n"
			   "  - {name: loud, when: \"buzz(15m, 4h) > 3\"}\n"
			   "  - {name: market, over: market, when: mood(1h) < -0.2}\n";
static const struct tt_mood_conf conf = {.weight_floor = 0.05, .dispersion_floor = 0.1};

static struct tt_rule_set *load(const char *text)
{
	struct tt_rule_set *s = NULL;
	struct tt_err err = {0};

	if (tt_rule_set_load_text(&s, tt_str_c(text), "f", &err) < 0)
		fail_msg("%s", err.msg);
	return s;
}

static struct tt_evaluator *make(const struct tt_rule_set *rules)
{
	struct tt_evaluator *e;

	TT_EQ(tt_evaluator_new(&e, rules, &conf, NULL), TT_OK);
	for (int i = SUBJECTS; i > 0; i--) {
		char name[2] = {(char)('A' + i), 0};
		TT_EQ(tt_evaluator_add_subject(
			      e, i, TT_STR("entity"), tt_str_c(name), (struct tt_str){NULL, 0}),
			TT_OK);
	}
	TT_EQ(tt_evaluator_add_subject(e, -1, TT_STR("market"), TT_STR("market"), (struct tt_str){NULL, 0}),
		TT_OK);
	return e;
}

static void say(struct tt_evaluator *e, int subject, int64_t minute, double score)
{
	const struct tt_minute m = {.minute = minute, .n = 1, .w = 1, .ws = score, .wss = score * score};

	TT_EQ(tt_evaluator_add(e, subject, &m), TT_OK);
	TT_EQ(tt_evaluator_add(e, -1, &m), TT_OK);
}

static size_t run(
	struct tt_evaluator *e, int64_t minute, bool all, struct tt_arena *arena, struct tt_verdict **ret)
{
	size_t n;

	TT_EQ(tt_evaluator_run(e, minute * MINUTE_MS + 500, all, arena, ret, &n, NULL), TT_OK);
	return n;
}

static const struct tt_verdict *about(
	const struct tt_verdict *v, size_t n, const char *rule, const char *subject)
{
	for (size_t i = 0; i < n; i++)
		if (tt_str_eq(v[i].alert.rule, tt_str_c(rule)) &&
			tt_str_eq(v[i].alert.subject, tt_str_c(subject)))
			return &v[i];
	return NULL;
}

TT_TEST(an_alert_from_begin_to_end)
{
	struct tt_rule_set *rules = load(yaml);
	struct tt_evaluator *e = make(rules);
	struct tt_arena arena;
	struct tt_verdict *v;
	const struct tt_verdict *x;

	tt_arena_init(&arena, 1 << 20);
	say(e, 1, BEGIN, -0.9);
	say(e, 1, BEGIN, -0.8);
	size_t n = run(e, BEGIN, false, &arena, &v);
	TT_TRUE(!about(v, n, "gloom", "B"));   /* two are too few */
	TT_TRUE(!about(v, n, "silence", "C")); /* nobody touched it, no minute has ended */
	say(e, 1, BEGIN, -0.7);
	n = run(e, BEGIN, false, &arena, &v);
	x = about(v, n, "gloom", "B");
	TT_TRUE(x && x->alert.to == TT_ALERT_PENDING && !x->told);
	n = run(e, BEGIN + 4, true, &arena, &v);
	TT_TRUE(!about(v, n, "gloom", "B"));
	x = about(v, n, "silence", "C");
	TT_TRUE(x && x->alert.to == TT_ALERT_FIRING && x->told);
	n = run(e, BEGIN + 5, false, &arena, &v); /* nobody touched it, but it is pending */
	x = about(v, n, "gloom", "B");
	TT_TRUE(x && x->alert.to == TT_ALERT_FIRING && x->told && x->alert.episode == 1);
	TT_NEAR(x->alert.value, -0.8, 1e-9);
	TT_NEAR(x->alert.threshold, -0.4, 1e-9);
	TT_EQ(x->alert.since_ms, BEGIN * (int64_t)MINUTE_MS + 500);
	if (!memmem(x->alert.sentence.p, x->alert.sentence.n, "B mood is -0.80, 3 items in 60 min", 34))
		fail_msg("%.*s", TT_FMT(x->alert.sentence));
	TT_TRUE(tt_id_eq(x->alert.fingerprint, TT_ID(TT_STR("gloom"), TT_STR("entity"), TT_STR("B"))));
	const struct tt_rule_state *stands =
		tt_evaluator_state(e, TT_STR("gloom"), TT_STR("entity"), TT_STR("B"));
	TT_TRUE(stands && stands->state == TT_ALERT_FIRING && stands->episode == 1);
	TT_TRUE(!tt_evaluator_state(e, TT_STR("gloom"), TT_STR("market"), TT_STR("market")));
	TT_TRUE(!tt_evaluator_state(e, TT_STR("gloom"), TT_STR("entity"), TT_STR("Z")));
	double values[TT_TERMS_MAX];
	tt_evaluator_values(e, TT_STR("entity"), TT_STR("B"), &rules->v[0].when,
		(BEGIN + 5) * (int64_t)MINUTE_MS, values);
	TT_NEAR(values[0], -0.8, 1e-9);
	TT_NEAR(values[1], 3, 1e-9);
	tt_evaluator_values(e, TT_STR("entity"), TT_STR("B"), &rules->v[0].when,
		(BEGIN + 60) * (int64_t)MINUTE_MS, values); /* without a look */
	TT_NEAR(values[1], 0, 1e-9);
	tt_evaluator_values(
		e, TT_STR("entity"), TT_STR("Z"), &rules->v[0].when, BEGIN * (int64_t)MINUTE_MS, values);
	TT_TRUE(isnan(values[0]));
	size_t open = tt_evaluator_firing(e);
	for (int i = 0; i < 9; i++)
		say(e, 1, BEGIN + 6, 0.9);
	n = run(e, BEGIN + 6, false, &arena, &v);
	x = about(v, n, "gloom", "B");
	TT_TRUE(x && x->alert.to == TT_ALERT_RESOLVED && x->told);
	TT_TRUE(!tt_id_eq(x->alert.change_id, tt_alert_change_id(x->alert.fingerprint, 1, TT_ALERT_FIRING)));
	TT_TRUE(tt_evaluator_firing(e) < open);
	TT_EQ(tt_evaluator_add(e, 99, &(struct tt_minute){.minute = BEGIN, .n = 1}), TT_ESTALE);
	tt_evaluator_free(e);
	tt_rule_set_free(rules);
	tt_arena_done(&arena);
}

/* What is stored of a rule and a subject, as the database keeps it. */
struct stored {
	struct tt_id fingerprint;
	char rule[20], kind[20], name[20];
	struct tt_rule_state state;
};

static void store(struct stored *kept, size_t *n_kept, const struct tt_verdict *v)
{
	size_t i = 0;

	while (i < *n_kept && !tt_id_eq(kept[i].fingerprint, v->alert.fingerprint))
		i++;
	*n_kept += i == *n_kept;
	kept[i].fingerprint = v->alert.fingerprint;
	snprintf(kept[i].rule, sizeof(kept[i].rule), "%.*s", TT_FMT(v->alert.rule));
	snprintf(kept[i].kind, sizeof(kept[i].kind), "%.*s", TT_FMT(v->alert.subject_kind));
	snprintf(kept[i].name, sizeof(kept[i].name), "%.*s", TT_FMT(v->alert.subject));
	kept[i].state = v->state;
}

/* A history; `handover`: every so many minutes another evaluator takes over. Returns a hash of all that was
 * told. */
static struct tt_id tell(const struct tt_rule_set *rules, int handover, size_t *ret_told)
{
	static struct {
		int subject;
		struct tt_minute m;
	} said[4 * MINUTES];
	struct stored kept[4 * SUBJECTS + 4];
	size_t n_said = 0, n_kept = 0;
	struct tt_evaluator *e = make(rules);
	struct tt_id hash = {{0}};
	uint64_t rng = 5;
	*ret_told = 0;
	for (int64_t t = BEGIN; t < BEGIN + MINUTES; t++) {
		struct tt_arena arena;
		struct tt_verdict *v;
		tt_arena_init(&arena, 1 << 22);
		rng = rng * 6364136223846793005u + 1442695040888963407u;
		for (uint64_t i = (rng >> 40) % 3; i > 0; i--) {
			double score =
				((t - BEGIN) / 90 % 2 ? -1 : 1) * (double)((rng >> (30 + 4 * i)) % 10) / 10;
			int64_t late = (rng >> 50) % 5 == 0 ? 20 : 0;
			said[n_said].subject = 1 + (int)((rng >> 55) % SUBJECTS);
			say(e, said[n_said].subject, t - late, score);
			said[n_said++].m = (struct tt_minute){
				.minute = t - late, .n = 1, .w = 1, .ws = score, .wss = score * score};
		}
		if (handover && (t - BEGIN) % handover == 0) { /* dies before it looks */
			tt_evaluator_free(e);
			e = make(rules);
			for (size_t i = 0; i < n_said; i++) {
				TT_EQ(tt_evaluator_add(e, said[i].subject, &said[i].m), TT_OK);
				TT_EQ(tt_evaluator_add(e, -1, &said[i].m), TT_OK);
			}
			for (size_t i = 0; i < n_kept; i++)
				TT_EQ(tt_evaluator_add_state(e, tt_str_c(kept[i].rule),
					      tt_str_c(kept[i].kind), tt_str_c(kept[i].name), &kept[i].state),
					TT_OK);
		}
		size_t n = run(e, t, true, &arena, &v);
		for (size_t i = 0; i < n; i++) {
			store(kept, &n_kept, &v[i]);
			for (size_t b = 0; v[i].told && b < sizeof(hash.b);
				b++) /* whatever the order within a look */
				hash.b[b] ^= (uint8_t)(v[i].alert.change_id.b[b] + (uint8_t)(t * 7));
			*ret_told += v[i].told;
		}
		tt_arena_done(&arena);
	}
	tt_evaluator_free(e);
	return hash;
}

TT_TEST(a_leader_goes_on_where_the_last_one_was)
{
	struct tt_rule_set *rules = load(yaml);
	size_t undisturbed, told;
	struct tt_id want = tell(rules, 0, &undisturbed);

	TT_TRUE(undisturbed > 20);
	for (int handover = 1; handover < 40; handover += 6) {
		struct tt_id got = tell(rules, handover, &told);
		TT_EQ_ROW(handover, told, undisturbed);
		TT_TRUE(tt_id_eq(got, want));
	}
	tt_rule_set_free(rules);
}

TT_TEST(a_rule_that_is_no_more)
{
	struct tt_rule_set *rules = load(yaml),
			   *fewer = load("rules:\n  - {name: loud, when: \"buzz(15m, 4h) > 3\"}\n");
	struct tt_evaluator *e = make(fewer);
	struct tt_rule_state firing = tt_rule_state_new, pending = tt_rule_state_new;
	struct tt_arena arena;
	struct tt_verdict *v;

	firing.state = TT_ALERT_FIRING;
	firing.episode = 3;
	pending.state = TT_ALERT_PENDING;
	tt_arena_init(&arena, 1 << 20);
	TT_EQ(tt_evaluator_add_state(e, TT_STR("gloom"), TT_STR("entity"), TT_STR("B"), &firing), TT_OK);
	TT_EQ(tt_evaluator_add_state(e, TT_STR("gloom"), TT_STR("entity"), TT_STR("C"), &pending), TT_OK);
	size_t n = run(e, BEGIN, false, &arena, &v);
	TT_EQ(n, 2);
	const struct tt_verdict *x = about(v, n, "gloom", "B");
	TT_TRUE(x && x->told && x->alert.to == TT_ALERT_RESOLVED && x->alert.episode == 3);
	TT_TRUE(!x->forgotten && x->state.state == TT_ALERT_RESOLVED); /* the next time is the fourth */
	firing = x->state;
	x = about(v, n, "gloom", "C");
	TT_TRUE(x && !x->told && x->forgotten);
	TT_EQ(run(e, BEGIN, false, &arena, &v), 0); /* once */
	tt_evaluator_free(e);
	e = make(fewer); /* also for who takes over */
	TT_EQ(tt_evaluator_add_state(e, TT_STR("gloom"), TT_STR("entity"), TT_STR("B"), &firing), TT_OK);
	TT_EQ(run(e, BEGIN + 1, false, &arena, &v), 0);
	tt_evaluator_free(e);
	e = make(rules); /* the rule comes back */
	TT_EQ(tt_evaluator_add_state(e, TT_STR("gloom"), TT_STR("entity"), TT_STR("B"), &firing), TT_OK);
	for (int i = 0; i < 4; i++)
		say(e, 1, BEGIN + 30, -0.9);
	run(e, BEGIN + 30, false, &arena, &v);
	n = run(e, BEGIN + 35, false, &arena, &v);
	x = about(v, n, "gloom", "B");
	TT_TRUE(x && x->told && x->alert.to == TT_ALERT_FIRING && x->alert.episode == 4);
	tt_evaluator_free(e);
	tt_rule_set_free(fewer);
	tt_rule_set_free(rules);
	tt_arena_done(&arena);
}

/* ---- a rule that is edited: how it stood under the old text, and what the new one makes of that ---- */

#define OF(text) "rules: [{name: gloom, " text "}]"
static const struct edit {
	const char *name, *yaml;
	enum tt_alert_state state, before;
	int64_t since_min, changed_min; /* ago; since 0: the condition did not hold */
	enum tt_alert_state want;       /* the same as state: nothing happens */
	bool told, forgotten;
} edits[] = {
	{"firing: still holds", OF("when: mood(30m) < -0.7"), TT_ALERT_FIRING, 0, 9, 9, TT_ALERT_FIRING, 0, 0},
	{"firing: holds no more", OF("when: mood(30m) < -0.9"), TT_ALERT_FIRING, 0, 9, 9, TT_ALERT_RESOLVED, 1, 0},
	{"firing: holds no more, but is not clear", OF("when: mood(30m) < -0.9, clear: mood(30m) > 0"),
		TT_ALERT_FIRING, 0, 9, 9, TT_ALERT_FIRING, 0, 0},
	{"firing: has to hold longer now, but has fired", OF("when: mood(30m) < -0.7, for: 3h"), TT_ALERT_FIRING,
		0, 9, 9, TT_ALERT_FIRING, 0, 0},
	{"firing: what it asks for is not known", OF("when: \"change(1h, 30m) < 0\""), TT_ALERT_FIRING, 0, 9, 9,
		TT_ALERT_NO_DATA, 1, 0},
	{"firing: looks at others now", OF("over: sector, when: mood(30m) < -0.7"), TT_ALERT_FIRING, 0, 9, 9,
		TT_ALERT_RESOLVED, 1, 0},
	{"pending: long enough now", OF("when: mood(30m) < -0.7, for: 8m"), TT_ALERT_PENDING, 0, 9, 9,
		TT_ALERT_FIRING, 1, 0},
	{"pending: not long enough now", OF("when: mood(30m) < -0.7, for: 10m"), TT_ALERT_PENDING, 0, 9, 9,
		TT_ALERT_PENDING, 0, 0},
	{"pending: holds no more", OF("when: mood(30m) < -0.9, for: 10m"), TT_ALERT_PENDING, 0, 9, 9,
		TT_ALERT_INACTIVE, 0, 0},
	{"resolved: rests no longer", OF("when: mood(30m) < -0.7, cooldown: 8m"), TT_ALERT_RESOLVED, 0, 0, 9,
		TT_ALERT_FIRING, 1, 0},
	{"resolved: rests longer", OF("when: mood(30m) < -0.7, cooldown: 10m"), TT_ALERT_RESOLVED, 0, 0, 9,
		TT_ALERT_RESOLVED, 0, 0},
	{"no data: asks for what is known", OF("when: mood(30m) < -0.7"), TT_ALERT_NO_DATA, TT_ALERT_FIRING, 9, 9,
		TT_ALERT_FIRING, 1, 0},
	{"no data: asks for what is known, and all is well", OF("when: mood(30m) < -0.9"), TT_ALERT_NO_DATA,
		TT_ALERT_FIRING, 9, 9, TT_ALERT_RESOLVED, 1, 0},
};

/* Whoever takes over has only what is stored, so an edit is a change of leader in that state, too. */
TT_TEST(a_rule_that_is_edited)
{
	for (size_t i = 0; i < TT_LEN(edits); i++) {
		const struct edit *x = &edits[i];
		struct tt_rule_set *rules = load(x->yaml);
		struct tt_evaluator *e = make(rules);
		const int64_t now_ms = BEGIN * (int64_t)MINUTE_MS + 500;
		struct tt_rule_state stood = tt_rule_state_new;
		struct tt_arena arena;
		struct tt_verdict *v;

		tt_arena_init(&arena, 1 << 20);
		for (int k = 0; k < 3; k++)
			say(e, 1, BEGIN, -0.8);
		stood.state = x->state;
		stood.before = x->before;
		stood.episode = x->state == TT_ALERT_PENDING ? 0 : 1;
		stood.since_ms = x->since_min ? now_ms - x->since_min * MINUTE_MS : TT_TIME_NONE;
		stood.changed_ms = now_ms - x->changed_min * MINUTE_MS;
		TT_EQ(tt_evaluator_add_state(e, TT_STR("gloom"), TT_STR("entity"), TT_STR("B"), &stood), TT_OK);
		size_t n = run(e, BEGIN, true, &arena, &v);
		const struct tt_verdict *got = about(v, n, "gloom", "B");
		if (x->want == x->state ? got != NULL
					: !got || got->alert.to != x->want || got->told != x->told ||
						  got->forgotten != x->forgotten)
			fail_msg("%s: %s", x->name, got ? tt_alert_state_name(got->alert.to) : "nothing happens");
		if (got && x->want == TT_ALERT_FIRING)
			TT_EQ_ROW(i, got->alert.episode, x->state == TT_ALERT_RESOLVED ? 2 : 1);
		tt_evaluator_free(e);
		tt_rule_set_free(rules);
		tt_arena_done(&arena);
	}
}

TT_MAIN(TT_RUN(an_alert_from_begin_to_end), TT_RUN(a_leader_goes_on_where_the_last_one_was),
	TT_RUN(a_rule_that_is_no_more), TT_RUN(a_rule_that_is_edited))
