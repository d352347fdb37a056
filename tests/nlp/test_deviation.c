/* test_deviation.c - how far two precisions are apart, over probabilities written down by hand. */
#include "tests/tt_test.h"

#include <math.h>

#include "nlp/deviation.h"

/* A sequence with these probabilities: their logarithms are logits. */
static struct tt_sequence with(float negative, float neutral, float positive)
{
	return (struct tt_sequence){.logits = {logf(negative), logf(neutral), logf(positive)}};
}

TT_TEST(by_hand)
{
	const struct tt_sequence fp32[] = {with(0.7f, 0.2f, 0.1f), with(0.1f, 0.46f, 0.44f),
		with(0.5f, 0.3f, 0.2f)},
				 other[] = {with(0.6f, 0.3f, 0.1f), with(0.1f, 0.44f, 0.46f),
					 with(0.3f, 0.5f, 0.2f)};
	/* of the first n: the second has another label by a hair, the third clearly */
	static const struct {
		double sum, largest;
		size_t other_labels, changed;
	} want[] = {{0, 0, 0, 0}, {0.2, 0.1, 0, 0}, {0.24, 0.1, 1, 0}, {0.64, 0.2, 2, 1}};
	for (size_t n = 0; n < TT_LEN(want); n++) {
		const struct tt_deviation d = tt_deviation_of(fp32, other, n);
		TT_EQ_ROW((long)n, d.texts, n);
		TT_NEAR_ROW((long)n, d.mean, n ? want[n].sum / (double)(3 * n) : 0, 1e-6);
		TT_NEAR_ROW((long)n, d.largest, want[n].largest, 1e-6);
		TT_EQ_ROW((long)n, d.other_labels, want[n].other_labels);
		TT_EQ_ROW((long)n, d.changed, want[n].changed);
		const struct tt_deviation same = tt_deviation_of(fp32, fp32, n);
		TT_TRUE(same.mean == 0 && same.largest == 0 && !same.other_labels && !same.changed);
	}
}

/* fp32 decides what is a hair: the other one may be sure. */
TT_TEST(a_hair_is_fp32s)
{
	static const struct {
		float first, second;
		size_t changed;
	} rows[] = {{0.50f, 0.46f, 0}, {0.50f, 0.44f, 1}};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const float rest = 1 - rows[i].first - rows[i].second;
		const struct tt_sequence fp32 = with(rows[i].first, rows[i].second, rest),
					 other = with(0.05f, 0.90f, 0.05f);
		const struct tt_deviation d = tt_deviation_of(&fp32, &other, 1);
		TT_EQ_ROW((long)i, d.other_labels, 1);
		TT_EQ_ROW((long)i, d.changed, rows[i].changed);
	}
}

TT_TEST(what_is_small)
{
	static const struct {
		struct tt_deviation d;
		bool small;
	} rows[] = {
		{{.texts = 8}, true},
		{{.texts = 8, .mean = 0.01, .largest = 0.10, .other_labels = 8}, true},
		{{.texts = 8, .mean = 0.0101, .largest = 0.05}, false},
		{{.texts = 8, .mean = 0.005, .largest = 0.101}, false},
		{{.texts = 8, .mean = 0.001, .largest = 0.01, .other_labels = 1, .changed = 1}, false},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW((long)i, tt_deviation_is_small(&rows[i].d), rows[i].small);
}

TT_MAIN(TT_RUN(by_hand), TT_RUN(a_hair_is_fp32s), TT_RUN(what_is_small))
