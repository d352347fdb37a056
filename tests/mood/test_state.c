/* test_state.c - what looks at a rule and a subject change, look by look; and what never happens whatever
 * comes. */
#include <math.h>

#include "mood/state.h"
#include "tests/tt_test.h"

enum { MIN = 60000, FOR = 5 * MIN, COOLDOWN = 30 * MIN };

struct look {
	int minute; /* time of the look */
	char when;  /* h: holds, f: fails, u: not known */
	char clear;
	enum tt_alert_state want;
};

struct story {
	const char *name;
	int64_t for_ms, cooldown_ms, episodes;
	struct look looks[12];
};

#define INACTIVE TT_ALERT_INACTIVE
#define PENDING  TT_ALERT_PENDING
#define FIRING   TT_ALERT_FIRING
#define RESOLVED TT_ALERT_RESOLVED
#define NO_DATA  TT_ALERT_NO_DATA

static const struct story stories[] = {
	{"at once", 0, 0, 1,
		{{1, 'f', 'h', INACTIVE}, {2, 'h', 'f', FIRING}, {3, 'h', 'f', FIRING},
			{4, 'f', 'h', RESOLVED}}},
	{"long enough", FOR, 0, 1, {{1, 'h', 'f', PENDING}, {5, 'h', 'f', PENDING}, {6, 'h', 'f', FIRING}}},
	{"flapping never fires", FOR, 0, 0,
		{{1, 'h', 'f', PENDING}, {4, 'f', 'h', INACTIVE}, {5, 'h', 'f', PENDING},
			{9, 'f', 'h', INACTIVE}, {10, 'h', 'f', PENDING}}},
	{"hysteresis", 0, 0, 1,
		{{1, 'h', 'f', FIRING}, {2, 'f', 'f', FIRING}, {3, 'h', 'f', FIRING}, {4, 'f', 'f', FIRING},
			{5, 'f', 'h', RESOLVED}}},
	{"cooldown", 0, COOLDOWN, 2,
		{{1, 'h', 'f', FIRING}, {2, 'f', 'h', RESOLVED}, {3, 'h', 'f', RESOLVED},
			{31, 'h', 'f', RESOLVED}, {32, 'h', 'f', FIRING}}},
	{"cooldown, then for", FOR, COOLDOWN, 1,
		{{1, 'h', 'f', PENDING}, {6, 'h', 'f', FIRING}, {7, 'f', 'h', RESOLVED},
			{36, 'h', 'f', RESOLVED}, {37, 'h', 'f', PENDING}}},
	{"no data does not resolve", 0, 0, 1,
		{{1, 'h', 'f', FIRING}, {2, 'u', 'u', NO_DATA}, {900, 'u', 'u', NO_DATA},
			{901, 'h', 'f', FIRING}, {902, 'f', 'h', RESOLVED}}},
	{"no data, and all is well again", 0, 0, 1,
		{{1, 'h', 'f', FIRING}, {2, 'u', 'u', NO_DATA}, {3, 'f', 'h', RESOLVED}}},
	{"what ends it is known", 0, 0, 1,
		{{1, 'h', 'f', FIRING}, {2, 'u', 'f', FIRING}, {3, 'u', 'h', RESOLVED}}},
	{"waiting does not count while nothing is known", FOR, 0, 1,
		{{1, 'h', 'f', PENDING}, {4, 'u', 'u', NO_DATA}, {8, 'h', 'f', PENDING},
			{12, 'h', 'f', PENDING}, {13, 'h', 'f', FIRING}}},
	{"waiting, not known, over", FOR, 0, 0,
		{{1, 'h', 'f', PENDING}, {4, 'u', 'u', NO_DATA}, {8, 'f', 'h', INACTIVE}}},
	{"nothing known of the quiet", 0, 0, 0, {{1, 'u', 'u', INACTIVE}, {2, 'u', 'u', INACTIVE}}},
	{"the clock is set back", FOR, COOLDOWN, 1,
		{{100, 'h', 'f', PENDING}, {50, 'h', 'f', PENDING}, {54, 'h', 'f', PENDING},
			{55, 'h', 'f', FIRING}, {10, 'f', 'h', RESOLVED}, {5, 'h', 'f', RESOLVED},
			{34, 'h', 'f', RESOLVED}, {35, 'h', 'f', PENDING}}},
	{"late data undo what was pending", FOR, 0, 0,
		{{1, 'h', 'f', PENDING}, {2, 'f', 'f', INACTIVE}, {3, 'f', 'f', INACTIVE}}},
};

static enum tt_truth truth(char c)
{
	return c == 'h' ? TT_HOLDS : c == 'f' ? TT_FAILS : TT_UNKNOWN;
}

/* Each story twice: as told, and with another evaluator taking over before each look from what was stored. */
TT_TEST(told)
{
	for (size_t i = 0; i < TT_LEN(stories); i++) {
		const struct tt_rule_waits waits = {stories[i].for_ms, stories[i].cooldown_ms};
		struct tt_rule_state s = tt_rule_state_new;
		for (size_t k = 0; k < TT_LEN(stories[i].looks) && stories[i].looks[k].minute; k++) {
			const struct look *l = &stories[i].looks[k];
			struct tt_rule_state before = s, taken_over = s;
			const struct tt_rule_look look = {
				(int64_t)l->minute * MIN, truth(l->when), truth(l->clear), (double)k};
			bool changed = tt_rule_state_step(&s, &waits, &look);
			if (s.state != l->want)
				fail_msg("%s, look %zu: %s, want %s", stories[i].name, k + 1,
					tt_alert_state_name(s.state), tt_alert_state_name(l->want));
			TT_EQ_ROW(k, changed, before.state != s.state);
			TT_EQ_ROW(k, tt_rule_state_step(&taken_over, &waits, &look), changed);
			TT_EQ_ROW(k, memcmp(&taken_over, &s, sizeof(s)), 0);
			TT_EQ_ROW(k, changed ? s.changed_ms : look.now_ms, look.now_ms);
		}
		if (s.episode != stories[i].episodes)
			fail_msg("%s: %lld episodes", stories[i].name, (long long)s.episode);
	}
}

/* Random looks, clocks that jump: an episode fires once, nothing is resolved that did not fire, and nothing
 * is resolved by what is not known. */
TT_TEST(whatever_comes)
{
	uint64_t rng = 99;
	for (int run = 0; run < 2000; run++) {
		const struct tt_rule_waits waits = {run % 3 * 2 * MIN, run % 5 * MIN};
		struct tt_rule_state s = tt_rule_state_new;
		int64_t now_ms = 1000 * MIN;
		bool open = false;
		for (int i = 0; i < 60; i++) {
			rng = rng * 6364136223846793005u + 1442695040888963407u;
			now_ms += (int64_t)((rng >> 33) % 100 < 95 ? (rng >> 40) % 4
								   : (rng >> 40) % 200 - 100) *
				  MIN;
			struct tt_rule_state was = s;
			const struct tt_rule_look look = {now_ms, (enum tt_truth)((rng >> 50) % 3),
				(enum tt_truth)((rng >> 54) % 3), 0};
			tt_rule_state_step(&s, &waits, &look);
			TT_TRUE(s.episode == was.episode ||
				(s.episode == was.episode + 1 && s.state == FIRING && !open));
			if (s.episode != was.episode)
				open = true;
			if (s.state == RESOLVED && was.state != RESOLVED) {
				TT_TRUE(open && look.clear == TT_HOLDS);
				open = false;
			}
			TT_TRUE(!open || s.state == FIRING || (s.state == NO_DATA && s.before == FIRING));
			TT_TRUE(s.since_ms <= now_ms && s.changed_ms <= now_ms);
		}
	}
}

TT_MAIN(TT_RUN(told), TT_RUN(whatever_comes))
