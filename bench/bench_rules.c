/* bench_rules.c - what evaluating rules costs: 10,000 entities (Zipf), 20 rules, 1,000 items a second for
 *some minutes after a week of history, a look each second and one at all of them each minute, as the leader
 *does (app/run/tick.c); without the database.
 *
 *	bench_rules RULES [SECONDS] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "mood/evaluator.h"

enum {
	ENTITIES = 10000,
	SECTORS = 11,
	RATE = 1000,
	HISTORY = 7 * 1440,
	HISTORY_PER_MINUTE = 100,
	BEGIN = 30000000
};

static uint64_t rng = 1;
static double unit(void)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (double)(rng >> 11) / 9007199254740992.0;
}

static double cpu_s(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static void say(struct tt_evaluator *e, int64_t minute)
{
	int entity = (int)floor(exp(unit() * log(ENTITIES + 1)));
	double score = 2 * unit() - 1, w = unit();
	const struct tt_minute m = {minute, 1, score > 0.3, score < -0.3, w, w * score, w * score * score};
	const int32_t subjects[] = {entity > ENTITIES ? ENTITIES : entity, -1, -2 - entity % SECTORS};
	for (size_t i = 0; i < TT_LEN(subjects); i++)
		if (tt_evaluator_add(e, subjects[i], &m) < 0)
			abort();
}

static void add_subjects(struct tt_evaluator *e)
{
	char name[20], sector[20];
	for (int i = 1; i <= ENTITIES; i++) {
		snprintf(name, sizeof(name), "E%d", i);
		snprintf(sector, sizeof(sector), "S%d", i % SECTORS);
		tt_evaluator_add_subject(e, i, TT_STR("entity"), tt_str_c(name), tt_str_c(sector));
	}
	for (int i = 0; i < SECTORS; i++) {
		snprintf(sector, sizeof(sector), "S%d", i);
		tt_evaluator_add_subject(
			e, -2 - i, TT_STR("sector"), tt_str_c(sector), (struct tt_str){NULL, 0});
	}
	tt_evaluator_add_subject(e, -1, TT_STR("market"), TT_STR("market"), (struct tt_str){NULL, 0});
}

int main(int argc, char **argv)
{
	const struct tt_mood_conf conf = {0.05, 0.1};
	struct tt_rule_set *rules = NULL;
	struct tt_evaluator *e = NULL;
	struct tt_arena arena;
	struct tt_err err = {0};
	int seconds = argc > 2 ? (int)strtol(argv[2], NULL, 10) : 300;
	double most = 0, spent = 0;
	size_t told = 0;
	if (argc < 2 || tt_rule_set_load(&rules, argv[1], &err) < 0 ||
		tt_evaluator_new(&e, rules, &conf, &err) < 0) {
		fprintf(stderr, "usage: bench_rules RULES [SECONDS] %s\n", err.msg);
		return 64;
	}
	add_subjects(e);
	for (int64_t minute = BEGIN - HISTORY; minute < BEGIN; minute++)
		for (int i = 0; i < HISTORY_PER_MINUTE; i++)
			say(e, minute);
	tt_arena_init(&arena, 1 << 30);
	for (int s = 0; s < seconds; s++) {
		int64_t now_ms = (BEGIN * (int64_t)60 + s) * 1000;
		double begun = cpu_s();
		struct tt_verdict *v = NULL;
		size_t n = 0;
		for (int i = 0; i < RATE; i++)
			say(e, now_ms / 60000 -
					(i % 10 == 0 ? i % 30 : 0)); /* every tenth is some minutes old */
		tt_arena_reset(&arena);
		if (tt_evaluator_run(e, now_ms, s % 60 == 0, &arena, &v, &n, &err) < 0)
			abort();
		for (size_t i = 0; i < n; i++)
			told += v[i].told;
		double took = cpu_s() - begun;
		if (s) /* the first look is at all of history */
			spent += took;
		most = s && took > most ? took : most;
	}
	printf("%zu rules, %d entities, %d items/s, %d s: %.1f %% of a core, %.1f ms the longest look, %zu "
	       "changes told\n",
		rules->n, ENTITIES, RATE, seconds, 100 * spent / (seconds - 1), 1000 * most, told);
	tt_evaluator_free(e);
	tt_rule_set_free(rules);
	tt_arena_done(&arena);
	return 0;
}
