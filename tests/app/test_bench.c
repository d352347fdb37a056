/* test_bench.c - what `tickertone bench` makes of its texts and of its figures. The measuring itself is run
 * by bench.sh. */
#include "tests/tt_test.h"

#include "app/bench/print.h"

/* ---- texts ---- */

static struct tt_tokenizer *tokenizer;

static int setup(void **state)
{
	(void)state;
	return tt_tokenizer_open(&tokenizer, tt_source_path("tests/nlp/model/tiny/two-heads"), NULL);
}

static int teardown(void **state)
{
	(void)state;
	tt_tokenizer_free(tokenizer);
	return 0;
}

/* Reads a file of that content, at most `most` texts; max_tokens 0: whole. */
static int read_texts(
	struct tt_bench_texts *t, const char *content, size_t most, size_t max_tokens, struct tt_err *err)
{
	char path[] = "/tmp/tt_bench_XXXXXX";
	const int fd = mkstemp(path);
	TT_TRUE(fd >= 0 && write(fd, content, strlen(content)) == (ssize_t)strlen(content) && close(fd) == 0);
	tt_bench_texts_init(t, tokenizer, max_tokens);
	const int rc = tt_bench_texts_read(t, path, 0, most, err);
	unlink(path);
	return rc;
}

TT_TEST(each_text_once)
{
	struct tt_bench_texts t;
	TT_EQ(read_texts(&t,
		      "positive\tapple soars\n\tapple "
		      "soars\nnegative\thttp://t.co\nnegative\tapple\nneutral\tAPPLE  SOARS\n"
		      "\tin the profit\n",
		      100, 0, NULL),
		TT_OK);
	TT_EQ(t.seen, 6);
	TT_EQ(t.n, 3);
	TT_EQ(t.tokens, 4 + 3 + 5);
	TT_EQ(t.labelled, 2);
	static const struct {
		size_t n_ids;
		int first, label;
	} want[] = {{4, 4, TT_POSITIVE}, {3, 4, TT_NEGATIVE}, {5, 18, -1}};
	for (size_t i = 0; i < TT_LEN(want); i++) {
		TT_EQ_ROW((long)i, t.seqs[i].n_ids, want[i].n_ids);
		TT_EQ_ROW((long)i, t.seqs[i].ids[1], want[i].first);
		TT_EQ_ROW((long)i, t.labels[i], want[i].label);
	}
	tt_bench_texts_done(&t);
}

TT_TEST(an_even_choice_of_many)
{
	static const char *const words[] = {
		"apple", "samsung", "tesla", "shares", "profit", "loss", "soars", "sinks", "rises", "falls"};
	char content[200] = "";
	struct tt_bench_texts t;
	for (size_t i = 0; i < TT_LEN(words); i++)
		snprintf(content + strlen(content), sizeof(content) - strlen(content), "%s\n", words[i]);
	for (size_t most = 1; most <= 11; most++) {
		TT_EQ(read_texts(&t, content, most, 0, NULL), TT_OK);
		TT_EQ_ROW((long)most, t.n, most < 10 ? most : 10);
		TT_EQ_ROW((long)most, t.tokens, 3 * t.n);
		for (size_t i = 1; i < t.n; i++) { /* in order, and no gap twice another */
			const int gap = t.seqs[i].ids[1] - t.seqs[i - 1].ids[1];
			TT_TRUE(gap >= (int)(10 / t.n) && gap <= (int)((10 + t.n - 1) / t.n));
		}
		tt_bench_texts_done(&t);
	}
}

TT_TEST(cut_and_refused)
{
	struct tt_bench_texts t;
	struct tt_err err = {0};
	TT_EQ(read_texts(&t, "apple soars as samsung sinks\n", 9, 4, NULL), TT_OK);
	TT_EQ(t.tokens, 4);
	tt_bench_texts_done(&t);
	TT_EQ(read_texts(&t, "\n \n", 9, 0, &err), TT_EPARSE);
	TT_TRUE(strstr(err.msg, ": no text in it") != NULL);
	tt_bench_texts_done(&t);
}

TT_TEST(accuracy_is_of_the_labelled)
{
	struct tt_bench_texts t;
	TT_EQ(read_texts(&t, "positive\tapple\nnegative\tsamsung\n\ttesla\nneutral\tloss\n", 9, 0, NULL),
		TT_OK);
	static const float logits[][TT_LABELS] = {{0, 1, 2}, {0, 1, 0}, {5, 0, 0}, {-2, -1, -3}};
	for (size_t i = 0; i < TT_LEN(logits); i++)
		memcpy(t.seqs[i].logits, logits[i], sizeof(logits[i]));
	TT_NEAR(tt_bench_texts_accuracy(&t, t.seqs), 2.0 / 3, 1e-9);
	t.labelled = 0;
	TT_NEAR(tt_bench_texts_accuracy(&t, t.seqs), 0, 0);
	tt_bench_texts_done(&t);
}

/* ---- advice ---- */

TT_TEST(agreement_over_many)
{
	static const struct {
		struct tt_deviation d;
		bool agrees;
	} rows[] = {
		{{.texts = 8}, true},
		{{.texts = 1000, .mean = 0.01, .largest = 0.9, .other_labels = 30, .changed = 10}, true},
		{{.texts = 1000, .mean = 0.01, .changed = 11}, false},
		{{.texts = 1000, .mean = 0.0101}, false},
		{{.texts = 99, .mean = 0.001, .changed = 1}, false},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW((long)i, tt_bench_agrees(&rows[i].d), rows[i].agrees);
}

TT_TEST(advice)
{
	/* of int8 and bf16: times as fast as fp32, and the mean of |Δp|; 0: not measured */
	static const struct {
		double int8, int8_mean, bf16, bf16_mean;
		enum tt_precision taken, best;
		bool measured, leave, strays;
	} rows[] = {
		{3, 0.002, 0, 0, TT_USE_INT8, TT_USE_INT8, true, true, false},
		{3, 0.02, 0, 0, TT_USE_INT8, TT_USE_FP32, true, false, true},
		{3, 0.02, 1.5, 0.001, TT_USE_INT8, TT_USE_BF16, true, false, true},
		{3, 0.02, 1.5, 0.001, TT_USE_BF16, TT_USE_BF16, true, true, false},
		{3, 0.002, 1.5, 0.001, TT_USE_BF16, TT_USE_INT8, true, false, false},
		{3, 0.002, 2.9, 0.001, TT_USE_BF16, TT_USE_INT8, true, true, false}, /* hardly faster */
		{0.8, 0.002, 0, 0, TT_USE_INT8, TT_USE_FP32, true, false, false},
		{0, 0, 0, 0, TT_USE_FP32, TT_USE_FP32, true, true, false},
		{0, 0, 0, 0, TT_USE_INT8, TT_USE_FP32, false, false, false},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_bench_result r = {
			.rows = {{.precision = TT_USE_FP32, .times_fp32 = 1, .deviation.texts = 100}},
			.n_rows = 1};
		if (rows[i].bf16 > 0)
			r.rows[r.n_rows++] = (struct tt_bench_row){.precision = TT_USE_BF16,
				.times_fp32 = rows[i].bf16,
				.deviation = {.texts = 100, .mean = rows[i].bf16_mean}};
		if (rows[i].int8 > 0)
			r.rows[r.n_rows++] = (struct tt_bench_row){.precision = TT_USE_INT8,
				.times_fp32 = rows[i].int8,
				.deviation = {.texts = 100, .mean = rows[i].int8_mean}};
		const struct tt_bench_advice a = tt_bench_advise(&r, rows[i].taken);
		TT_EQ_ROW((long)i, a.taken != NULL, rows[i].measured);
		TT_EQ_ROW((long)i, a.best->precision, rows[i].best);
		TT_EQ_ROW((long)i, a.leave, rows[i].leave);
		TT_EQ_ROW((long)i, a.strays, rows[i].strays);
		TT_TRUE(!a.unquiet);
	}
}

TT_TEST(unquiet_is_said)
{
	struct tt_bench_result r = {
		.rows = {{.times_fp32 = 1, .spread = 0.1}, {.times_fp32 = 2, .spread = 0.15}}, .n_rows = 2};
	TT_TRUE(!tt_bench_advise(&r, TT_USE_FP32).unquiet);
	r.rows[1].spread = 0.16;
	TT_TRUE(tt_bench_advise(&r, TT_USE_FP32).unquiet);
	TT_TRUE(tt_bench_advise(&r, TT_USE_FP32).widest == &r.rows[1]);
}

/* A report of an int8 that is twice as fast, with this mean of |Δp| and spread, printed in 80 columns. */
static void print(struct tt_buf *out, double mean, double spread)
{
	static const struct tt_sequence one = {.n_ids = 7};
	static const struct tt_bench_texts texts = {
		.seqs = (struct tt_sequence *)&one, .n = 1, .tokens = 7, .seen = 1};
	struct tt_bench_result r = {.threads = 2,
		.n_rows = 2,
		.rows = {
			{.precision = TT_USE_FP32, .times_fp32 = 1, .texts_per_s = 100, .deviation.texts = 1},
			{.precision = TT_USE_INT8,
				.times_fp32 = 2,
				.texts_per_s = 200,
				.spread = spread,
				.deviation = {.texts = 1, .mean = mean}}}};
	const struct tt_bench_report report = {.model = "m",
		.texts = &texts,
		.result = &r,
		.taken = TT_USE_INT8,
		.why = "int8 is fastest here",
		.threads_given = 2,
		.seconds = 1.5,
		.advice = tt_bench_advise(&r, TT_USE_INT8)};
	tt_buf_init(out, 1 << 16);
	TT_EQ(tt_bench_print_text(out, &report, 80), TT_OK);
}

TT_TEST(what_is_said)
{
	static const struct {
		double mean, spread;
		const char *says[3], *not ;
	} rows[] = {
		{0.002, 0.1, {"auto takes int8 here", "expect up to 200 texts/s", "      precision: auto\n"},
			"But "},
		{0.02, 0.1,
			{"is too far from fp32: mean |Δp| 0.0200", "expect up to 100 texts/s",
				"      threads: 2\n      precision: fp32\n"},
			"Rounds"},
		{0.002, 0.3, {"Rounds of int8 differed by 30 %", "--seconds 5,", "precision: auto\n"},
			"But "},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_buf out;
		print(&out, rows[i].mean, rows[i].spread);
		for (size_t k = 0; k < TT_LEN(rows[i].says); k++)
			if (!strstr(out.p, rows[i].says[k]))
				fail_msg("row %zu: no '%s' in:\n%s", i, rows[i].says[k], out.p);
		TT_TRUE(!strstr(out.p, rows[i].not ));
		tt_buf_done(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(each_text_once), TT_RUN(an_even_choice_of_many),
		TT_RUN(cut_and_refused), TT_RUN(accuracy_is_of_the_labelled), TT_RUN(agreement_over_many),
		TT_RUN(advice), TT_RUN(unquiet_is_said), TT_RUN(what_is_said)};
	return cmocka_run_group_tests(tests, setup, teardown) ? 1 : 0;
}
