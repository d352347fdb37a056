/* test_join.c - two labelled texts as one: spans stand on the same words, labels are each one's own, and what
 * cannot be told is not joined; who is joined with whom. */
#include "nlp/train/fit/join.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

enum { NEG = TT_NEGATIVE, POS = TT_POSITIVE };

static struct tt_arena arena;

#define ONE(text, label, ...)                                                                                \
	{                                                                                                    \
		TT_STR(text), label, (struct tt_labelled_entity[]){__VA_ARGS__},                             \
			sizeof((struct tt_labelled_entity[]){__VA_ARGS__}) /                                 \
				sizeof(struct tt_labelled_entity)                                            \
	}
#define NAME(text, from, label)                                                                              \
	{                                                                                                    \
		TT_STR(text), {from, from + sizeof(text) - 1}, label                                         \
	}

TT_TEST(each_keeps_its_own)
{
	const struct tt_labelled apple = ONE("Apple soars", TT_NO_LABEL, NAME("Apple", 0, POS)),
				 samsung = ONE("Why Samsung and Sony sink", TT_NO_LABEL,
					 NAME("Samsung", 4, NEG), NAME("Sony", 16, NEG),
					 {TT_STR("LG"), {0, 0}, POS});
	struct tt_labelled both;
	for (uint64_t chance = 0; chance < 20; chance++) {
		TT_EQ(tt_join(&both, &apple, &samsung, chance, &arena), TT_OK);
		TT_TRUE(both.text.n > apple.text.n + samsung.text.n && both.n_entities == 4);
		TT_TRUE(tt_str_starts(both.text, apple.text));
		for (size_t i = 0; i < 3; i++) {
			const struct tt_labelled_entity *e = &both.entities[i];
			TT_STR_EQ_ROW(i,
				((struct tt_str){both.text.p + e->span.start, e->span.end - e->span.start}),
				e->name);
			TT_EQ_ROW(i, e->label, i ? NEG : POS);
		}
		TT_EQ(both.entities[3].span.end, 0); /* was in neither text */
		TT_EQ(both.label, TT_NO_LABEL);
		TT_EQ(tt_labelled_label(&both), TT_NO_LABEL);
	}
}

TT_TEST(the_whole)
{
	const struct tt_labelled up = ONE("Acme soars", POS, NAME("Acme", 0, POS)),
				 too = ONE("Ajax gains.", TT_NO_LABEL, NAME("Ajax", 0, POS)),
				 odd = ONE("Apex is bad for all", NEG, NAME("Apex", 0, POS)),
				 same = ONE("ACME sinks", NEG, NAME("ACME", 0, NEG));
	struct tt_labelled both;
	TT_EQ(tt_join(&both, &up, &too, 0, &arena), TT_OK);
	TT_EQ(both.label, POS);
	TT_EQ(tt_join(&both, &too, &up, 0, &arena), TT_OK);
	TT_TRUE(tt_str_eq(both.text, TT_STR("Ajax gains. Acme soars"))); /* two sentences */
	/* its entities would say positive, but half of it is negative */
	TT_EQ(tt_join(&both, &up, &odd, 0, &arena), TT_OK);
	TT_TRUE(tt_str_eq(both.text, up.text) && both.n_entities == 1 && both.label == POS);
	TT_EQ(tt_join(&both, &up, &same, 0, &arena), TT_OK);
	TT_TRUE(tt_str_eq(both.text, up.text));
}

TT_TEST(who)
{
	const struct tt_labelled none = {TT_STR("x"), POS, NULL, 0},
				 silent = ONE("Acme", POS, NAME("Acme", 0, -1)),
				 absent = ONE("x", POS, {TT_STR("Acme"), {0, 0}, POS}),
				 one = ONE("Acme", -1, NAME("Acme", 0, NEG));
	TT_TRUE(!tt_can_join(&none) && !tt_can_join(&silent) && !tt_can_join(&absent) && tt_can_join(&one));
	const struct tt_join_options o = {0.25, 7}, never = {0, 7}, other_seed = {0.25, 8};
	size_t n = 0, others = 0, with, again;
	uint64_t chance;
	for (uint64_t i = 0; i < 20000; i++) {
		if (!tt_join_draw(&o, 1, i, 10, &with, &chance))
			continue;
		TT_TRUE(with < 10);
		TT_TRUE(tt_join_draw(&o, 1, i, 10, &again, &chance) && again == with);
		others += tt_join_draw(&o, 2, i, 10, &again, &chance) +
			  tt_join_draw(&other_seed, 1, i, 10, &again, &chance);
		n++;
		TT_TRUE(!tt_join_draw(&never, 1, i, 10, &with, &chance));
		TT_TRUE(!tt_join_draw(&o, 1, i, 0, &with, &chance));
	}
	TT_NEAR((double)n / 20000, 0.25, 0.02);
	TT_NEAR((double)others / (double)n, 0.5, 0.05); /* independent of it */
}

TT_TEST(out_of_memory)
{
	const struct tt_labelled a = ONE("Acme soars", POS, NAME("Acme", 0, POS)),
				 b = ONE("Ajax", NEG, NAME("Ajax", 0, NEG));
	struct tt_labelled both;
	struct tt_arena small;
	for (long n = 0;; n++) {
		tt_arena_init(&small, 1 << 20);
		tt_fault_alloc_after(n);
		const int rc = tt_join(&both, &a, &b, 0, &small);
		tt_fault_off();
		tt_arena_done(&small);
		if (rc == TT_OK)
			break;
		TT_EQ(rc, TT_ENOMEM);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TT_RUN(each_keeps_its_own), TT_RUN(the_whole), TT_RUN(who), TT_RUN(out_of_memory)};
	tt_arena_init(&arena, 1 << 20);
	const int failed = cmocka_run_group_tests(tests, NULL, NULL);
	tt_arena_done(&arena);
	return failed ? 1 : 0;
}
