/* test_stories.c - places of items in their stories: what is a repeat, what is news again, what is forgotten;
 * that the index finds what looking at every story finds; and that a memory which only learns knows as much
 * as the one it learns from. */
#include "common/err.h"
#include "nlp/story/sketch.h"
#include "nlp/story/stories.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

enum { HOUR = 3600 * 1000, DAY = 24 * HOUR };

static struct tt_arena arena;
static uint64_t rng = 4711;
static uint32_t below(uint32_t n)
{
	rng = rng * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(rng >> 33) % n;
}

static struct tt_id id_of(int n)
{
	char text[20];
	snprintf(text, sizeof(text), "%d", n);
	return TT_ID(tt_str_c(text));
}

static struct tt_stories *memory(int64_t max)
{
	const struct tt_stories_conf conf = {max, 0.55, DAY, 7 * (int64_t)DAY};
	struct tt_stories *s = NULL;
	struct tt_err err;
	TT_EQ(tt_stories_new(&s, &conf, &err), TT_OK);
	return s;
}

static struct tt_place place(struct tt_stories *s, int item, int64_t at_ms, const char *title)
{
	const struct tt_sketch *sketch;
	TT_EQ(tt_sketch_text(tt_str_c(title), (struct tt_str){NULL, 0}, NULL, 0, &arena, &sketch), TT_OK);
	return tt_stories_place(s, id_of(item), at_ms, sketch);
}

#define FIRE "Fire halts output at the largest refinery of Texas"

TT_TEST(items_have_places)
{
	static const struct {
		int64_t at_ms;
		const char *title;
		int story, cluster, repeat;
	} rows[] = {
		{0, FIRE, 0, 0, 0},
		{HOUR, "Fire halts output at largest Texas refinery", 0, 0, 1},
		{2 * HOUR, "Choir wins prize at festival in Wales", 2, 2, 0},
		{23 * HOUR, FIRE " (Reuters)", 0, 0, 2},
		{25 * HOUR, FIRE, 0, 4, 0}, /* after a day: news again, the same story */
		{26 * HOUR, FIRE, 0, 4, 1},
		{3 * HOUR, FIRE, 0, 4, 2},  /* late, but within a day of it */
		{-1 * HOUR, FIRE, 0, 7, 0}, /* late by more: counts by itself */
		{27 * HOUR, FIRE, 0, 4, 3},
		{6 * DAY, FIRE, 0, 9, 0},
		{8 * (int64_t)DAY, FIRE, 10, 10, 0}, /* after a week: another story */
		{8 * (int64_t)DAY + 1, FIRE, 10, 10, 1},
		{9 * (int64_t)DAY, "", 12, 12, 0}, /* nothing to be recognised by */
		{9 * (int64_t)DAY, "", 13, 13, 0},
	};
	struct tt_stories *s = memory(100);
	for (int i = 0; i < (int)TT_LEN(rows); i++) {
		struct tt_place p = place(s, i, rows[i].at_ms, rows[i].title);
		TT_EQ_ROW(i, tt_id_eq(p.story, id_of(rows[i].story)), 1);
		TT_EQ_ROW(i, tt_id_eq(p.cluster, id_of(rows[i].cluster)), 1);
		TT_EQ_ROW(i, p.repeat, rows[i].repeat);
	}
	tt_stories_forget(s);
	TT_EQ(place(s, 90, 0, FIRE).repeat, 0);
	tt_stories_free(s);
	TT_NEAR(tt_novelty(0), 1, 0);
	TT_NEAR(tt_novelty(2), 0.5625, 1e-7);
}

/* Some words of a small vocabulary, common and rare ones, and tokens of earlier texts changed here and there.
 */
static const struct tt_sketch *random_sketch(struct tt_sketch *drawn, int n_drawn)
{
	struct tt_sketch *s = &drawn[n_drawn];
	uint32_t v[20], n = 0;
	if (n_drawn && below(3)) {
		const struct tt_sketch *from = &drawn[below((uint32_t)n_drawn)];
		for (int i = 0; i < from->n_title; i++)
			if (below(6))
				v[n++] = from->title[i];
	}
	while (n < 6 + below(6) && n < 20)
		v[n++] = (below(2) ? below(3000) : below(200)) * 2654435761u;
	*s = (struct tt_sketch){0};
	for (uint32_t i = 0; i < n; i++) { /* ascending, each once */
		int at = s->n_title;
		while (at && s->title[at - 1] > v[i])
			at--;
		if (at && s->title[at - 1] == v[i])
			continue;
		memmove(s->title + at + 1, s->title + at, (size_t)(s->n_title - at) * sizeof(*v));
		s->title[at] = v[i];
		s->n_title++;
	}
	return s;
}

TT_TEST(finds_what_a_look_at_all_finds)
{
	enum { ITEMS = 4000 };
	static struct tt_sketch drawn[ITEMS];
	static int firsts[ITEMS];
	struct tt_stories *s = memory(ITEMS), *pupil = memory(ITEMS);
	int n_firsts = 0, repeats = 0;
	for (int i = 0; i < ITEMS; i++) {
		const struct tt_sketch *sketch = random_sketch(drawn, i);
		double best = 0;
		for (int k = 0; k < n_firsts; k++) {
			double like = tt_sketch_similarity(sketch, &drawn[firsts[k]]);
			best = like > best ? like : best;
		}
		struct tt_place p = tt_stories_place(s, id_of(i), i, sketch);
		bool is_first = tt_id_eq(p.story, id_of(i));
		TT_EQ_ROW(i, is_first, best < 0.55);
		if (is_first)
			firsts[n_firsts++] = i;
		repeats += p.repeat > 0;
		tt_stories_learn(pupil, id_of(i), i, &p, is_first ? sketch : NULL);
	}
	TT_TRUE(n_firsts > 500 && repeats > 500);
	for (int i = 0; i < 200; i++) { /* the pupil places as the master does */
		const struct tt_sketch *sketch = &drawn[below(ITEMS)];
		struct tt_place a = tt_stories_place(s, id_of(ITEMS + i), ITEMS, sketch);
		struct tt_place b = tt_stories_place(pupil, id_of(ITEMS + i), ITEMS, sketch);
		TT_TRUE(tt_id_eq(a.story, b.story) && tt_id_eq(a.cluster, b.cluster));
		TT_EQ_ROW(i, a.repeat, b.repeat);
	}
	tt_stories_free(s);
	tt_stories_free(pupil);
}

/* Far more stories than are remembered: the latest are, the first are not, and nothing grows. */
TT_TEST(the_oldest_are_forgotten)
{
	enum { MAX = 50, ITEMS = 5000 };
	static struct tt_sketch drawn[ITEMS];
	struct tt_stories *s = memory(MAX);
	for (int i = 0; i < ITEMS; i++) {
		drawn[i].n_title = 5;
		for (uint32_t k = 0; k < 5; k++)
			drawn[i].title[k] = (uint32_t)i * 8 + k;
		TT_EQ_ROW(i, tt_stories_place(s, id_of(i), i, &drawn[i]).repeat, 0);
		if (i >= MAX / 2)
			TT_TRUE(tt_stories_place(s, id_of(i), i, &drawn[i - MAX / 2]).repeat > 0);
	}
	TT_EQ(tt_stories_place(s, id_of(1), ITEMS, &drawn[0]).repeat, 0);
	tt_stories_free(s);
}

TT_TEST(no_memory)
{
	const struct tt_stories_conf conf = {10, 0.55, DAY, DAY};
	struct tt_stories *s = NULL;
	struct tt_err err;
	for (int n = 0; n < 4; n++) {
		tt_fault_alloc_after(n);
		TT_EQ_ROW(n, tt_stories_new(&s, &conf, &err), TT_ENOMEM);
		tt_fault_off();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(items_have_places), TT_RUN(finds_what_a_look_at_all_finds),
		TT_RUN(the_oldest_are_forgotten), TT_RUN(no_memory)};
	tt_arena_init(&arena, 1 << 28);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	tt_arena_done(&arena);
	return failed ? 1 : 0;
}
