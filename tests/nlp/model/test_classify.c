/* test_classify.c - small random models answer what PyTorch says they answer (make_tiny.py), alone or in
 * company, in every precision. */
#include "tests/tt_test.h"

#include <math.h>

#include "tests/nlp/model/rows.h"

static const char *const models[] = {"two-heads", "finbert", "bf16"};
static struct row rows[ROWS_MAX];

static void compare(long i, const struct row *row, const struct tt_sequence *seq, double tol)
{
	for (int l = 0; l < TT_LABELS; l++)
		TT_NEAR_ROW(i, seq->logits[l], row->item[l], tol);
	for (size_t m = 0; m < row->n_mentions; m++)
		for (int l = 0; l < TT_LABELS; l++)
			TT_NEAR_ROW(i, seq->mention_logits[m][l], row->mention[m][l], tol);
}

static void models_as_pytorch(enum tt_precision precision, double tolerance)
{
	for (size_t k = 0; k < TT_LEN(models); k++) {
		struct tt_model *m = tiny_open(models[k], precision);
		struct tt_classifier *c;
		struct tt_sequence seqs[ROWS_MAX];
		const size_t n = rows_read(models[k], rows);
		TT_EQ(tt_model_facts(m)->entity_head, k != 1);
		TT_EQ(tt_model_facts(m)->max_tokens, 24);
		for (size_t i = 0; i < n; i++)
			seqs[i] = row_sequence(&rows[i]);
		TT_EQ(tt_classifier_new(&c, m, 200, NULL), TT_OK);
		TT_EQ(tt_classify(c, seqs, n, NULL), TT_OK);
		for (size_t i = 0; i < n; i++)
			compare((long)(k * 1000 + i), &rows[i], &seqs[i], tolerance);
		tt_classifier_free(c);
		tt_model_free(m);
	}
}

TT_TEST(as_pytorch)
{
	/* Of logits up to 10; random weights forgive little, most of all few to a scale of their sums. */
	const double tolerance[TT_PRECISIONS] = {1e-4, 0.15, tt_gemm_best(TT_USE_INT8)->in_fours ? 0.8 : 0.4};
	for (int p = 0; p < TT_PRECISIONS; p++)
		models_as_pytorch(p, tolerance[p]);
}

/* Each row alone, in a pack of its own size, against all rows packed, in both directions. */
static void each_alone_as_in_company(enum tt_precision precision)
{
	struct tt_model *m = tiny_open("two-heads", precision);
	struct tt_classifier *small, *large;
	static struct row again[ROWS_MAX];
	struct tt_sequence seqs[ROWS_MAX];
	const size_t n = rows_read("two-heads", rows);
	rows_read("two-heads", again);
	TT_EQ(tt_classifier_new(&small, m, 0, NULL), TT_OK);
	TT_EQ(tt_classifier_new(&large, m, 1000, NULL), TT_OK);
	for (int backwards = 0; backwards < 2; backwards++) {
		for (size_t i = 0; i < n; i++)
			seqs[i] = row_sequence(&rows[backwards ? n - 1 - i : i]);
		TT_EQ(tt_classify(large, seqs, n, NULL), TT_OK);
		for (size_t i = 0; i < n; i++) {
			struct row *row = &again[backwards ? n - 1 - i : i];
			struct tt_sequence one = row_sequence(row);
			TT_EQ(tt_classify(small, &one, 1, NULL), TT_OK);
			TT_EQ_ROW((long)i, memcmp(one.logits, seqs[i].logits, sizeof(one.logits)), 0);
			for (size_t k = 0; k < row->n_mentions; k++)
				TT_EQ_ROW((long)i,
					memcmp(row->got[k], seqs[i].mention_logits[k], sizeof(row->got[k])),
					0);
			TT_EQ_ROW((long)i, one.n_read, seqs[i].n_read);
			TT_TRUE(one.n_read >= row->n_ids);
		}
	}
	tt_classifier_free(small);
	tt_classifier_free(large);
	tt_model_free(m);
}

TT_TEST(alone_as_in_company)
{
	for (int p = 0; p < TT_PRECISIONS; p++)
		each_alone_as_in_company(p);
}

TT_TEST(bad_ids)
{
	static const struct {
		int32_t ids[4];
		size_t n;
		const char *want;
	} bad[] = {
		{{2}, 1, "sequence 1: has no [CLS] and [SEP]"},
		{{0}, 0, "sequence 1: has no [CLS] and [SEP]"},
		{{2, -1, 3}, 3, "sequence 1: token 1 has id -1, the model knows 0 to 36"},
		{{2, 5, 37, 3}, 4, "sequence 1: token 2 has id 37, the model knows 0 to 36"},
	};
	static const int32_t good[] = {2, 4, 3};
	struct tt_model *m = tiny_open("bf16", TT_USE_FP32);
	struct tt_classifier *c;
	TT_EQ(tt_classifier_new(&c, m, 0, NULL), TT_OK);
	for (size_t i = 0; i < TT_LEN(bad); i++) {
		struct tt_err err = {0};
		struct tt_sequence seqs[] = {
			{.ids = good, .n_ids = 3}, {.ids = bad[i].ids, .n_ids = bad[i].n}};
		TT_EQ_ROW((long)i, tt_classify(c, seqs, 2, &err), TT_EDATA);
		TT_STR_EQ_ROW((long)i, tt_str_c(err.msg), tt_str_c(bad[i].want));
	}
	TT_EQ(tt_classify(c, NULL, 0, NULL), TT_OK);
	tt_classifier_free(c);
	tt_model_free(m);
}

/* Ranges that are empty, reversed, outside, or touch the special tokens get the item's row. */
TT_TEST(odd_mentions)
{
	const struct tt_token_range odd[] = {{0, 2}, {2, 2}, {3, 2}, {4, 6}, {5, 5}, {900, 1000}, {0, 0}};
	const int32_t ids[] = {2, 4, 5, 6, 7, 3};
	float out[TT_LEN(odd)][TT_LABELS];
	struct tt_model *m = tiny_open("two-heads", TT_USE_FP32);
	struct tt_classifier *c;
	struct tt_sequence seq = {.ids = ids,
		.n_ids = TT_LEN(ids),
		.mentions = odd,
		.n_mentions = TT_LEN(odd),
		.mention_logits = out};
	TT_EQ(tt_classifier_new(&c, m, 0, NULL), TT_OK);
	TT_EQ(tt_classify(c, &seq, 1, NULL), TT_OK);
	for (size_t i = 0; i < TT_LEN(odd); i++)
		for (int l = 0; l < TT_LABELS; l++)
			TT_NEAR_ROW((long)i, out[i][l], seq.logits[l], 0);
	tt_classifier_free(c);
	tt_model_free(m);
}

TT_TEST(cut_keeps_sep)
{
	int32_t ids[] = {2, 10, 11, 12, 13, 3};
	TT_EQ(tt_sequence_cut(ids, 6, 6), 6);
	TT_EQ(tt_sequence_cut(ids, 6, 4), 4);
	TT_EQ(ids[2], 11);
	TT_EQ(ids[3], 3);
}

TT_TEST(sentiments)
{
	static const struct {
		float logits[TT_LABELS];
		enum tt_label label;
		double score;
	} want[] = {
		{{0, 0, 0}, TT_NEGATIVE, 0}, {{-1, 3, -1}, TT_NEUTRAL, 0}, {{0, 0, 100}, TT_POSITIVE, 1},
		{{1000, -1000, 0}, TT_NEGATIVE, -1},
		{{0, 0.6931472f, 1.0986123f}, TT_POSITIVE, 1.0 / 3}, /* ln 2, ln 3: 1/6, 2/6, 3/6 */
	};
	struct tt_sentiment s, mean;
	for (size_t i = 0; i < TT_LEN(want); i++) {
		tt_sentiment_of(want[i].logits, &s);
		TT_EQ_ROW((long)i, s.label, want[i].label);
		TT_NEAR_ROW((long)i, s.score, want[i].score, 1e-6);
		TT_NEAR_ROW((long)i, s.p[0] + s.p[1] + s.p[2], 1, 1e-6);
	}
	const float two[2][TT_LABELS] = {{0, 0, 100}, {100, 0, 0}};
	tt_sentiment_mean(two, 2, &mean);
	TT_NEAR(mean.p[TT_POSITIVE], 0.5, 1e-6);
	TT_NEAR(mean.score, 0, 1e-6);
}

TT_MAIN(TT_RUN(as_pytorch), TT_RUN(alone_as_in_company), TT_RUN(bad_ids), TT_RUN(odd_mentions),
	TT_RUN(cut_keeps_sep), TT_RUN(sentiments))
