/* test_exits.c - texts that leave the model early: a head behind an inner layer says what is computed here by
 * hand, who leaves depends on a text and its mentions alone, and nothing leaves unless it is asked to. The
 * model is make_exits.py's: four layers, heads behind 1 and 3. */
#include "tests/tt_test.h"

#include <math.h>

#include "common/metrics.h"
#include "nlp/crew.h"
#include "nlp/model/encoder.h"
#include "nlp/model/model.h"
#include "nlp/model/widen.h"
#include "nlp/model/windows.h"
#include "tests/nlp/model/rows.h"

enum { C = 20, WINDOW = 24, LAYERS = 4 };

static struct row rows[ROWS_MAX], again[ROWS_MAX];
static size_t n_rows;

static int setup(void **state)
{
	(void)state;
	n_rows = rows_read("two-heads", rows); /* of the same vocabulary */
	rows_read("two-heads", again);
	return 0;
}

static struct tt_model *open_exits(enum tt_precision p, double confidence)
{
	struct tt_model *m = NULL;
	struct tt_err err = {0};
	if (tt_model_open(&m, tt_source_path("tests/nlp/model/tiny/exits"), p, &err) < 0)
		fail_msg("%s", err.msg);
	tt_model_exit_at(m, confidence);
	return m;
}

static struct tt_classifier *classifier_of(const struct tt_model *m, size_t pack_tokens)
{
	struct tt_classifier *c = NULL;
	TT_EQ(tt_classifier_new(&c, m, pack_tokens, NULL), TT_OK);
	return c;
}

/* The whole answer, to the last bit. */
static void same(long i, const struct tt_sequence *got, const struct tt_sequence *want)
{
	TT_EQ_ROW(i, memcmp(got->logits, want->logits, sizeof(want->logits)), 0);
	TT_EQ_ROW(i,
		memcmp(got->mention_logits, want->mention_logits,
			want->n_mentions * sizeof(*want->mention_logits)),
		0);
	TT_EQ_ROW(i, got->n_read, want->n_read);
	TT_EQ_ROW(i, got->layers, want->layers);
}

/* ---- by hand ---- */

/* The head behind layer 1, as it stands in the file. */
static struct {
	float pool_w[C * C], pool_b[C], item_w[3 * C], item_b[3], entity_w[3 * 2 * C], entity_b[3];
} first;
static const int row_of[TT_LABELS] = {1, 2, 0}; /* the file's order is positive, negative, neutral */

static void read_first(void)
{
	const struct {
		const char *name;
		float *to;
	} parts[] = {
		{"exits.1.pooler.dense.weight", first.pool_w},
		{"exits.1.pooler.dense.bias", first.pool_b},
		{"exits.1.classifier.weight", first.item_w},
		{"exits.1.classifier.bias", first.item_b},
		{"exits.1.entity_classifier.weight", first.entity_w},
		{"exits.1.entity_classifier.bias", first.entity_b},
	};
	struct tt_tensors *st;
	TT_EQ(tt_tensors_open(&st, tt_source_path("tests/nlp/model/tiny/exits"), NULL), TT_OK);
	for (size_t i = 0; i < TT_LEN(parts); i++) {
		const struct tt_tensor *t = tt_tensors_find(st, parts[i].name);
		tt_widen(parts[i].to, t->data, t->dtype, t->count);
	}
	tt_tensors_free(st);
}

/* w's row · x + b, in double */
static double row_times(const float *w, const float *b, int row, const double *x, int n)
{
	double sum = b[row];
	for (int i = 0; i < n; i++)
		sum += (double)w[row * n + i] * x[i];
	return sum;
}

static double largest(const double logits[TT_LABELS])
{
	const double max = fmax(fmax(logits[0], logits[1]), logits[2]);
	return 1 / (exp(logits[0] - max) + exp(logits[1] - max) + exp(logits[2] - max));
}

struct by_hand {
	double item[TT_LABELS], mention[MENTIONS_MAX][TT_LABELS];
	double item_sure, all_sure; /* the likeliest label's probability; the least of them */
};

static void head_by_hand(const float *x, size_t stride, const struct row *row, struct by_hand *to)
{
	double cls[C], pooled[C], both[2 * C];
	for (int i = 0; i < C; i++)
		cls[i] = both[i] = x[i];
	for (int i = 0; i < C; i++)
		pooled[i] = tanh(row_times(first.pool_w, first.pool_b, i, cls, C));
	for (int l = 0; l < TT_LABELS; l++)
		to->item[l] = row_times(first.item_w, first.item_b, row_of[l], pooled, C);
	to->item_sure = to->all_sure = largest(to->item);
	for (size_t k = 0; k < row->n_mentions; k++) {
		const size_t begin = row->mentions[k].begin, end = row->mentions[k].end;
		for (int i = 0; i < C; i++) {
			both[C + i] = 0;
			for (size_t t = begin; t < end; t++)
				both[C + i] += x[t * stride + (size_t)i] / (double)(end - begin);
		}
		for (int l = 0; l < TT_LABELS; l++)
			to->mention[k][l] = begin < end ? row_times(first.entity_w, first.entity_b, row_of[l],
								  both, 2 * C)
							: to->item[l];
		to->all_sure = fmin(to->all_sure, largest(to->mention[k]));
	}
}

static void compare(long i, const struct tt_sequence *seq, const struct by_hand *want)
{
	for (int l = 0; l < TT_LABELS; l++)
		TT_NEAR_ROW(i, seq->logits[l], want->item[l], 1e-5);
	for (size_t k = 0; k < seq->n_mentions; k++)
		for (int l = 0; l < TT_LABELS; l++)
			TT_NEAR_ROW(i, seq->mention_logits[k][l], want->mention[k][l], 1e-5);
}

/* The first head's logits are those of its layer's states, and a text leaves there when they are sure of it
 * and of all its mentions. */
TT_TEST(first_head_by_hand)
{
	static const double thresholds[] = {0.34, 0.5, 0.6};
	size_t left[TT_LEN(thresholds)] = {0}, kept_by_mention = 0, n = 0;
	read_first();
	for (size_t k = 0; k < TT_LEN(thresholds); k++) {
		struct tt_model *m = open_exits(TT_USE_FP32, thresholds[k]);
		struct tt_encoder *e = tt_encoder_new(&m->weights, &m->config, WINDOW);
		struct tt_classifier *c = classifier_of(m, 0);
		for (size_t i = 0; i < n_rows; i++) {
			const struct tt_pack pack = {
				rows[i].ids, rows[i].n_ids, (const size_t[]){0, rows[i].n_ids}, 1};
			struct tt_sequence seq = row_sequence(&rows[i]);
			struct by_hand want;
			if (rows[i].n_ids > WINDOW)
				continue;
			tt_encoder_begin(e, &pack);
			head_by_hand(tt_encoder_step(e), tt_encoder_stride(e), &rows[i], &want);
			TT_TRUE(fabs(want.all_sure - thresholds[k]) > 1e-5); /* rounding does not decide */
			TT_EQ(tt_classify(c, &seq, 1, NULL), TT_OK);
			TT_EQ_ROW((long)i, seq.layers == 1, want.all_sure >= thresholds[k]);
			n++;
			kept_by_mention += seq.layers > 1 && want.item_sure >= thresholds[k];
			if (seq.layers > 1)
				continue;
			compare((long)i, &seq, &want);
			left[k]++;
		}
		tt_classifier_free(c);
		tt_encoder_free(e);
		tt_model_free(m);
	}
	TT_EQ(left[0], n / TT_LEN(thresholds)); /* all */
	TT_TRUE(left[0] > left[1] && left[1] > left[2] && left[2] > 0);
	TT_TRUE(kept_by_mention > 0);
}

/* ---- who leaves ---- */

/* Some leave at the first head, some at the second, some not at all; each alone, in a pack of all in both
 * directions, and by two threads. */
TT_TEST(alone_as_in_company)
{
	static const enum tt_precision precisions[] = {TT_USE_FP32, TT_USE_BF16, TT_USE_INT8};
	for (size_t p = 0; p < TT_LEN(precisions); p++) {
		struct tt_model *m = open_exits(precisions[p], 0.7);
		struct tt_classifier *small = classifier_of(m, 0), *large = classifier_of(m, 1000);
		struct tt_sequence seqs[ROWS_MAX], alone[ROWS_MAX];
		struct tt_crew *crew;
		size_t layers[LAYERS + 1] = {0}, sum = 0;
		TT_EQ(tt_crew_new(&crew, m, 2, 0, NULL), TT_OK);
		for (size_t i = 0; i < n_rows; i++) {
			alone[i] = row_sequence(&again[i]);
			TT_EQ(tt_classify(small, &alone[i], 1, NULL), TT_OK);
			layers[alone[i].layers]++;
			sum += (size_t)alone[i].layers;
		}
		TT_TRUE(layers[1] > 0 && layers[3] > 0 && layers[LAYERS] > 0);
		TT_EQ(layers[1] + layers[3] + layers[LAYERS], n_rows);
		const uint64_t before[] = {tt_metric_get(TT_M_texts_early), tt_metric_get(TT_M_texts_whole),
			tt_metric_get(TT_M_layers)};
		for (int how = 0; how < 3; how++) {
			for (size_t i = 0; i < n_rows; i++)
				seqs[i] = row_sequence(&rows[how == 1 ? n_rows - 1 - i : i]);
			if (how == 2)
				TT_EQ(tt_crew_classify(crew, seqs, n_rows, NULL), TT_OK);
			else
				TT_EQ(tt_classify(large, seqs, n_rows, NULL), TT_OK);
			for (size_t i = 0; i < n_rows; i++)
				same((long)i, &seqs[how == 1 ? n_rows - 1 - i : i], &alone[i]);
		}
		TT_EQ(tt_metric_get(TT_M_texts_early) - before[0], layers[1] + layers[3]);
		TT_EQ(tt_metric_get(TT_M_texts_whole) - before[1], layers[LAYERS]);
		TT_EQ(tt_metric_get(TT_M_layers) - before[2], sum);
		tt_crew_free(crew);
		tt_classifier_free(small);
		tt_classifier_free(large);
		tt_model_free(m);
	}
}

/* A long text's windows leave each on its own: it says what they say as texts of their own, by their length.
 */
TT_TEST(windows_leave_on_their_own)
{
	struct tt_model *m = open_exits(TT_USE_FP32, 0.7);
	struct tt_classifier *c = classifier_of(m, 1000);
	size_t mixed = 0;
	for (size_t i = 0; i < n_rows; i++) {
		const size_t of = tt_windows(rows[i].n_ids, WINDOW);
		double p[TT_LABELS] = {0}, weight = 0;
		int most = 0, least = LAYERS;
		struct tt_sequence whole = row_sequence(&rows[i]);
		struct tt_sentiment got;
		if (of == 1)
			continue;
		whole.n_mentions = 0;
		for (size_t w = 0; w < of; w++) {
			const struct tt_window piece = tt_window_at(rows[i].n_ids, WINDOW, w);
			const size_t n = piece.end - piece.begin;
			int32_t ids[WINDOW] = {rows[i].ids[0]};
			struct tt_sequence part = {.ids = ids, .n_ids = n + 2};
			struct tt_sentiment s;
			memcpy(ids + 1, rows[i].ids + piece.begin, n * sizeof(*ids));
			ids[n + 1] = rows[i].ids[rows[i].n_ids - 1];
			TT_EQ(tt_classify(c, &part, 1, NULL), TT_OK);
			tt_sentiment_of(part.logits, &s);
			for (int l = 0; l < TT_LABELS; l++)
				p[l] += (double)n * (double)s.p[l];
			weight += (double)n;
			most = part.layers > most ? part.layers : most;
			least = part.layers < least ? part.layers : least;
		}
		TT_EQ(tt_classify(c, &whole, 1, NULL), TT_OK);
		tt_sentiment_of(whole.logits, &got);
		for (int l = 0; l < TT_LABELS; l++)
			TT_NEAR_ROW((long)i, got.p[l], p[l] / weight, 1e-6);
		TT_EQ_ROW((long)i, whole.layers, most);
		mixed += least < most;
	}
	TT_TRUE(mixed > 0);
	tt_classifier_free(c);
	tt_model_free(m);
}

/* ---- who does not ---- */

/* At 1 nothing leaves, not even where a probability is 1 as rounded: all is to the last bit what a model says
 * that has no other heads. */
TT_TEST(one_is_never)
{
	static const float certain[] = {1000, 0, 0};
	struct tt_model *m = open_exits(TT_USE_FP32, 1), *plain = open_exits(TT_USE_FP32, 0.34);
	m->weights.heads[0].item_b = certain;
	plain->config.n_heads = 1;
	plain->config.head_layers[0] = LAYERS;
	plain->weights.heads[0] = plain->weights.heads[2];
	struct tt_classifier *c = classifier_of(m, 200), *plain_c = classifier_of(plain, 200);
	for (size_t i = 0; i < n_rows; i++) {
		struct tt_sequence got = row_sequence(&rows[i]), want = row_sequence(&again[i]);
		TT_EQ(tt_classify(c, &got, 1, NULL), TT_OK);
		TT_EQ(tt_classify(plain_c, &want, 1, NULL), TT_OK);
		TT_EQ_ROW((long)i, got.layers, LAYERS);
		same((long)i, &got, &want);
	}
	tt_classifier_free(c);
	tt_model_exit_at(m, 0.9999999); /* the probability is 1 indeed */
	c = classifier_of(m, 200);
	struct tt_sequence certainly = {.ids = rows[0].ids, .n_ids = rows[0].n_ids};
	TT_EQ(tt_classify(c, &certainly, 1, NULL), TT_OK);
	TT_EQ(certainly.layers, 1);
	tt_classifier_free(c);
	tt_classifier_free(plain_c);
	tt_model_free(m);
	tt_model_free(plain);
}

/* A model that was opened reads all layers until it is told otherwise; 0 is what its config.json says. */
TT_TEST(what_is_asked_for)
{
	struct tt_model *m = tiny_open("exits", TT_USE_FP32);
	TT_EQ(tt_model_facts(m)->layers, LAYERS);
	TT_NEAR(m->exit_confidence, 1, 0);
	tt_model_exit_at(m, 0);
	TT_NEAR(m->exit_confidence, 0.7, 1e-6);
	tt_model_exit_at(m, 0.8);
	TT_NEAR(m->exit_confidence, 0.8, 1e-6);
	tt_model_free(m);
	m = tiny_open("two-heads", TT_USE_FP32);
	tt_model_exit_at(m, 0);
	TT_NEAR(m->exit_confidence, 1, 0);
	tt_model_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(first_head_by_hand), TT_RUN(alone_as_in_company),
		TT_RUN(windows_leave_on_their_own), TT_RUN(one_is_never), TT_RUN(what_is_asked_for)};
	return cmocka_run_group_tests(tests, setup, NULL) ? 1 : 0;
}
