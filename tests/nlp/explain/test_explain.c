/* test_explain.c - what words add: the default model names the word that a person would; each contribution is
 * the difference of two scores that the scorer gives by itself; names are not hidden; what cannot be
 * explained is said. */
#include <math.h>

#include "nlp/explain/explain.h"
#include "tests/tt_test.h"

static struct tt_scorer *scorer;
static struct tt_score_ctx *ctx;
static struct tt_arena arena;

static int explain(const char *text, const char *symbol, struct tt_explanation *x, struct tt_err *err)
{
	return tt_explain(
		scorer, ctx, tt_str_c(text), tt_str_c(symbol), true, &tt_clock_real, &arena, x, err);
}

static double score_of(const char *text)
{
	struct tt_batch *b = tt_batch_new(1 << 20);
	struct tt_err err;
	tt_batch_add_item(b)->item.title = tt_str_c(text);
	TT_EQ(tt_scorer_score(scorer, ctx, b, &tt_clock_real, &err), TT_OK);
	double score = (double)b->items[0].sentiment.score;
	tt_batch_free(b);
	return score;
}

static size_t strongest(const struct tt_explanation *x)
{
	size_t best = 0;
	for (size_t i = 0; i < x->n_words; i++)
		if (!(fabs(x->words[i].contribution) <= fabs(x->words[best].contribution)) &&
			!isnan(x->words[i].contribution))
			best = i;
	return best;
}

TT_TEST(names_the_word_that_matters)
{
	static const struct {
		const char *text, *word;
		int sign;
	} rows[] = {
		{"Nvidia shares plunge after the report", "plunge", -1},
		{"Shares of the bank soar on Tuesday", "soar", 1},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_explanation x;
		struct tt_err err;
		TT_EQ(explain(rows[i].text, NULL, &x, &err), TT_OK);
		const struct tt_explained_word *w = &x.words[strongest(&x)];
		TT_STR_EQ_ROW((long)i, ((struct tt_str){rows[i].text + w->start, w->end - w->start}),
			tt_str_c(rows[i].word));
		TT_TRUE(w->contribution * rows[i].sign > 0.3);
	}
}

TT_TEST(is_the_difference_of_two_scores)
{
	const char *text = "Profit fell, but (sales) rose 5%.";
	static const struct {
		size_t start, end;
		const char *without;
	} rows[] = {
		{0, 6, "\xE2\x8D\xB0 fell, but (sales) rose 5%."},
		{7, 11, "Profit \xE2\x8D\xB0, but (sales) rose 5%."},
		{13, 16, "Profit fell, \xE2\x8D\xB0 (sales) rose 5%."},
		{18, 23, "Profit fell, but (\xE2\x8D\xB0) rose 5%."},
		{25, 29, "Profit fell, but (sales) \xE2\x8D\xB0 5%."},
		{30, 32, "Profit fell, but (sales) rose \xE2\x8D\xB0."},
	};
	struct tt_explanation x;
	struct tt_err err;
	double sum = 0;
	TT_EQ(explain(text, NULL, &x, &err), TT_OK);
	TT_EQ(x.n_words, TT_LEN(rows));
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		TT_EQ_ROW(i, x.words[i].start, rows[i].start);
		TT_EQ_ROW(i, x.words[i].end, rows[i].end);
		TT_NEAR_ROW(
			(long)i, x.words[i].contribution, score_of(text) - score_of(rows[i].without), 1e-5);
		sum += x.words[i].contribution;
	}
	TT_NEAR(x.sum, sum, 1e-9);
	TT_NEAR((double)x.sentiment.score, score_of(text), 1e-5);
	TT_NEAR(x.baseline,
		score_of("\xE2\x8D\xB0 \xE2\x8D\xB0, \xE2\x8D\xB0 (\xE2\x8D\xB0) \xE2\x8D\xB0 \xE2\x8D\xB0."),
		1e-5);
	for (size_t i = 0; i < x.n_phrases; i++) {
		double parts = 0;
		for (size_t k = 0; k < x.phrases[i].n_words; k++)
			parts += x.words[x.phrases[i].first + k].contribution;
		TT_TRUE(fabs(x.phrases[i].contribution) >= fabs(parts) + 0.05 - 1e-9);
		TT_TRUE(!i || fabs(x.phrases[i].contribution) <= fabs(x.phrases[i - 1].contribution));
	}
}

TT_TEST(an_entity_keeps_its_name)
{
	struct tt_explanation x;
	struct tt_err err = {0};
	TT_EQ(explain("Apple soars as Samsung sinks", "AAPL", &x, &err), TT_OK);
	TT_TRUE(isnan(x.words[0].contribution));
	for (size_t i = 1; i < x.n_words; i++)
		TT_TRUE(!isnan(x.words[i].contribution));
	TT_TRUE((double)x.sentiment.score > 0.3);
	TT_EQ(explain("Apple soars as Samsung sinks", "MSFT", &x, &err), TT_ENOENT);
	TT_TRUE(strstr(err.msg, "'MSFT' is not found in the text"));
	TT_EQ(explain("", NULL, &x, &err), TT_ENOENT);
	TT_TRUE(strstr(err.msg, "no text"));
}

TT_TEST(long_and_odd_texts)
{
	static const char *const rows[] = {
		"---", "one", "a b", "\xff\xfe\xfa broken \xc3", "  $5 (up) -- 3% !!"};
	struct tt_explanation x;
	struct tt_err err;
	char text[400];
	size_t n = 0;
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW(i, explain(rows[i], NULL, &x, &err), TT_OK);
	for (int i = 0; i < TT_EXPLAIN_WORDS_MAX + 2; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%c ", 'a' + i % 26);
	TT_EQ(tt_explain(scorer, ctx, tt_str_c(text), (struct tt_str){NULL, 0}, false, &tt_clock_real, &arena,
		      &x, &err),
		TT_OK);
	TT_EQ(x.n_words, TT_EXPLAIN_WORDS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(names_the_word_that_matters),
		TT_RUN(is_the_difference_of_two_scores), TT_RUN(an_entity_keeps_its_name),
		TT_RUN(long_and_odd_texts)};
	char model[500], entities[500];
	snprintf(model, sizeof(model), "%s", tt_source_path("config/models/minilm-finance"));
	snprintf(entities, sizeof(entities), "%s", tt_source_path("config/entities.tsv"));
	const struct tt_nlp_conf conf = {
		.model = model, .entities = entities, .threads = 1, .batch_tokens = 512, .item_tokens = 2048};
	struct tt_err err = {0};
	if (tt_scorer_open(&scorer, &conf, &err) < 0 || tt_score_ctx_new(&ctx, &err) < 0) {
		print_error("%s\n", err.msg);
		return 1;
	}
	tt_arena_init(&arena, 1 << 28);
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	tt_arena_done(&arena);
	tt_score_ctx_free(ctx);
	tt_scorer_unref(scorer);
	return failed ? 1 : 0;
}
