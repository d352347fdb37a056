/* test_mask.c - which words of a text are hidden, by what, and that nothing but the arguments decides it. */
#include "tests/tt_test.h"

#include "nlp/train/model/batch.h"
#include "nlp/train/model/mask.h"

enum { CLS = 2, SEP = 3, MASK = 4, VOCAB = 1000, N_MAX = 64 };

static const struct tt_mask usual = {.seed = 5, .share = 0.15, .mask_id = MASK, .vocab = VOCAB};

static void text(int32_t *ids, size_t n)
{
	for (size_t t = 0; t < n; t++)
		ids[t] = t == 0 ? CLS : t + 1 == n ? SEP : 10 + (int32_t)t;
}

TT_TEST(counts)
{
	static const struct {
		size_t n;
		double share;
		size_t want;
	} rows[] = {{2, 0.15, 0}, {2, 1, 0}, {1, 0.15, 0}, {0, 0.15, 0}, {3, 0.15, 1}, {3, 0, 1},
		{8, 0.15, 1}, {12, 0.15, 2}, {42, 0.15, 6}, {64, 0.15, 9}, {64, 1, 62}, {22, 0.5, 10}};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		for (uint64_t example = 0; example < 50; example++) {
			struct tt_mask m = usual;
			int32_t ids[N_MAX], was[N_MAX], words[N_MAX];
			size_t asked = 0;
			m.share = rows[i].share;
			text(ids, rows[i].n);
			text(was, rows[i].n);
			TT_EQ_ROW(
				(long)i, tt_mask_words(ids, words, rows[i].n, &m, 1, example), rows[i].want);
			for (size_t t = 0; t < rows[i].n; t++) {
				const bool inner = t > 0 && t + 1 < rows[i].n;
				asked += words[t] != TT_NOT_ASKED;
				TT_TRUE(words[t] == TT_NOT_ASKED ? ids[t] == was[t]
								 : inner && words[t] == was[t]);
			}
			TT_EQ_ROW((long)i, asked, rows[i].want);
		}
}

/* 80, 10 and 10 percent, all places alike, words from the whole vocabulary: four deviations are allowed. */
TT_TEST(shares)
{
	enum { TEXTS = 20000, N = 22, EACH = 3 };
	size_t hidden = 0, same = 0, other = 0, low = 0, at[N] = {0};
	for (uint64_t example = 0; example < TEXTS; example++) {
		int32_t ids[N], words[N];
		text(ids, N);
		TT_EQ(tt_mask_words(ids, words, N, &usual, 0, example), EACH);
		for (size_t t = 0; t < N; t++) {
			if (words[t] == TT_NOT_ASKED)
				continue;
			at[t]++;
			hidden += ids[t] == MASK;
			same += ids[t] == words[t];
			other += ids[t] != MASK && ids[t] != words[t];
			low += ids[t] != MASK && ids[t] != words[t] && ids[t] < VOCAB / 2;
			TT_TRUE(ids[t] >= 0 && ids[t] < VOCAB);
		}
	}
	const double all = TEXTS * EACH;
	TT_NEAR((double)hidden / all, 0.8 + 0.0001, 0.0066);
	TT_NEAR((double)same / all, 0.1 + 0.0001, 0.005);
	TT_NEAR((double)other / all, 0.1 - 0.0002, 0.005);
	TT_NEAR((double)low / (double)other, 0.5, 0.026);
	for (size_t t = 1; t + 1 < N; t++)
		TT_NEAR_ROW((long)t, (double)at[t] / TEXTS, 0.15, 0.0101);
}

TT_TEST(follows_from_its_arguments_alone)
{
	static const struct {
		uint64_t seed, example;
		uint32_t pass;
		bool same;
	} rows[] = {{5, 7, 3, true}, {6, 7, 3, false}, {5, 8, 3, false}, {5, 7, 4, false},
		{5, 7 + (UINT64_C(1) << 32), 3, false}};
	int32_t ids[N_MAX], words[N_MAX], first[N_MAX];
	text(first, N_MAX);
	tt_mask_words(first, words, N_MAX, &usual, 3, 7);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_mask m = usual;
		m.seed = rows[i].seed;
		text(ids, N_MAX);
		tt_mask_words(ids, words, N_MAX, &m, rows[i].pass, rows[i].example);
		TT_EQ_ROW((long)i, memcmp(ids, first, sizeof(ids)) == 0, rows[i].same);
	}
}

TT_MAIN(TT_RUN(counts), TT_RUN(shares), TT_RUN(follows_from_its_arguments_alone))
