/* bench_story.c - which signature tells best that two texts are the same story: SimHash (Charikar 2002) of 64
 *and 256 bits, MinHash (Broder 1997) of 128 values, and the bottom-k MinHash with the rules of
 *nlp/story/sketch.h, over labelled texts (tests/nlp/story/stories.txt). All have the same folded words. The
 *threshold of each is chosen on every second story, for the best recall at a precision of 0.97, and judged on
 *the others.
 *
 *	bench_story STORIES ENTITIES */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "common/clock.h"
#include "nlp/entity/dict.h"
#include "nlp/entity/match.h"
#include "nlp/story/fold_words.h"
#include "nlp/story/sketch.h"

enum { TEXTS_MAX = 2000, PAIRS_MAX = 20000, SIM_BITS = 256, MIN_VALUES = 128 };

struct text {
	int story;
	bool other; /* a near miss of that story */
	const struct tt_sketch *sketch;
	uint64_t sim[SIM_BITS / 64];
	uint32_t min[MIN_VALUES];
};

struct pair {
	const struct text *a, *b;
	bool same;
};

static struct text texts[TEXTS_MAX];
static struct pair pairs[PAIRS_MAX];
static size_t n_texts, n_pairs;

static void sign(struct text *t, struct tt_str all, struct tt_arena *arena)
{
	struct tt_folded_word *words;
	size_t n;
	int sums[SIM_BITS] = {0};
	if (tt_fold_words(all, arena, &words, &n) < 0)
		abort();
	memset(t->min, 0xff, sizeof(t->min));
	for (size_t i = 0; i < n; i++) {
		for (int k = 0; k < SIM_BITS / 64; k++) {
			uint64_t h = XXH3_64bits_withSeed(words[i].text.p, words[i].text.n, (uint64_t)k);
			for (int bit = 0; bit < 64; bit++)
				sums[k * 64 + bit] += h >> bit & 1 ? 1 : -1;
		}
		for (int k = 0; k < MIN_VALUES; k++) {
			uint32_t h = (uint32_t)XXH3_64bits_withSeed(
				words[i].text.p, words[i].text.n, 1000 + (uint64_t)k);
			t->min[k] = h < t->min[k] ? h : t->min[k];
		}
	}
	for (int bit = 0; bit < SIM_BITS; bit++)
		t->sim[bit / 64] |= (uint64_t)(sums[bit] > 0) << (bit % 64);
}

static void read_texts(const char *path, const struct tt_matcher *matcher, struct tt_arena *arena)
{
	FILE *f = fopen(path, "r");
	char line[2000];
	int story = 0;
	struct tt_found found;
	tt_found_init(&found);
	while (f && fgets(line, sizeof(line), f) && n_texts < TEXTS_MAX) {
		struct tt_str rest = tt_str_trim(tt_str_c(line)), names[16];
		size_t n = 0;
		if (!rest.n || *rest.p == '#') {
			story += !rest.n;
			continue;
		}
		struct text *t = &texts[n_texts++];
		*t = (struct text){.story = story, .other = *rest.p == '~'};
		rest = tt_arena_str(
			arena, tt_str_trim((struct tt_str){rest.p + t->other, rest.n - t->other}));
		sign(t, rest, arena);
		struct tt_str title = rest, summary = {NULL, 0};
		const char *bar = memmem(rest.p, rest.n, " | ", 3);
		if (bar) {
			title.n = (size_t)(bar - rest.p);
			summary = (struct tt_str){bar + 3, rest.n - title.n - 3};
		}
		if (tt_matcher_find(matcher, title, title.n, &found, NULL) < 0)
			abort();
		for (size_t i = 0; i < found.n_hits && n < TT_LEN(names); i++)
			names[n++] = found.hits[i].entity->symbol;
		if (tt_sketch_text(title, summary, names, n, arena, &t->sketch) < 0)
			abort();
	}
	tt_found_done(&found);
	if (f)
		fclose(f);
}

static void make_pairs(void)
{
	for (size_t i = 0; i < n_texts; i++)
		for (size_t k = i + 1; k < n_texts && n_pairs < PAIRS_MAX; k++)
			if (texts[i].story == texts[k].story)
				pairs[n_pairs++] = (struct pair){
					&texts[i], &texts[k], !texts[i].other && !texts[k].other};
}

static double by_simhash(const struct text *a, const struct text *b, int bits)
{
	int differ = 0;
	for (int k = 0; k < bits / 64; k++)
		differ += __builtin_popcountll(a->sim[k] ^ b->sim[k]);
	return 1 - (double)differ / bits;
}
static double by_simhash64(const struct text *a, const struct text *b)
{
	return by_simhash(a, b, 64);
}
static double by_simhash256(const struct text *a, const struct text *b)
{
	return by_simhash(a, b, 256);
}
static double by_minhash(const struct text *a, const struct text *b)
{
	int same = 0;
	for (int k = 0; k < MIN_VALUES; k++)
		same += a->min[k] == b->min[k];
	return (double)same / MIN_VALUES;
}
static double by_sketch(const struct text *a, const struct text *b)
{
	return a->sketch && b->sketch ? tt_sketch_similarity(a->sketch, b->sketch) : 0;
}

struct judged {
	double precision, recall;
	size_t same, other;
};

static struct judged judge(double (*by)(const struct text *, const struct text *), double threshold, int half)
{
	size_t hits = 0, wrong = 0;
	struct judged j = {0};
	for (size_t i = 0; i < n_pairs; i++) {
		if (half >= 0 && pairs[i].a->story % 2 != half)
			continue;
		bool said = by(pairs[i].a, pairs[i].b) >= threshold;
		j.same += pairs[i].same;
		j.other += !pairs[i].same;
		hits += said && pairs[i].same;
		wrong += said && !pairs[i].same;
	}
	j.precision = hits + wrong ? (double)hits / (double)(hits + wrong) : 1;
	j.recall = (double)hits / (double)j.same;
	return j;
}

static void compare(const char *name, double (*by)(const struct text *, const struct text *))
{
	double best = 1;
	struct judged chosen = {0};
	for (double t = 0.99; t > 0.1; t -= 0.01) {
		struct judged j = judge(by, t, 0);
		if (j.precision >= 0.97 && j.recall >= chosen.recall) {
			chosen = j;
			best = t;
		}
	}
	struct judged held = judge(by, best, 1), all = judge(by, best, -1);
	printf("%-12s %9.2f %9.3f %7.3f %9.3f %7.3f %9.3f %7.3f\n", name, best, chosen.precision,
		chosen.recall, held.precision, held.recall, all.precision, all.recall);
}

int main(int argc, char **argv)
{
	struct tt_entity_dict *dict = NULL;
	struct tt_matcher *matcher = NULL;
	struct tt_arena arena;
	struct tt_err err = {0};
	if (argc != 3 || tt_entity_dict_load(&dict, argv[2], &err) < 0 ||
		tt_matcher_new(&matcher, dict, &err) < 0) {
		fprintf(stderr, "usage: bench_story STORIES ENTITIES %s\n", err.msg);
		return 64;
	}
	tt_arena_init(&arena, 1 << 30);
	read_texts(argv[1], matcher, &arena);
	make_pairs();
	struct judged all = judge(by_sketch, 2, -1);
	printf("%zu texts, %zu pairs: %zu of one story, %zu of two that are near\n", n_texts, n_pairs,
		all.same, all.other);
	printf("%-12s %9s %9s %7s %9s %7s %9s %7s\n", "", "threshold", "precision", "recall", "held out", "",
		"all", "");
	compare("simhash 64", by_simhash64);
	compare("simhash 256", by_simhash256);
	compare("minhash 128", by_minhash);
	compare("sketch", by_sketch);
	for (double t = 0.3; t < 0.75; t += 0.05) {
		struct judged j = judge(by_sketch, t, -1);
		printf("sketch at %.2f: precision %.3f, recall %.3f\n", t, j.precision, j.recall);
	}
	tt_arena_done(&arena);
	tt_matcher_free(matcher);
	tt_entity_dict_free(dict);
	return 0;
}
