/* test_scorer.c - from items to scored items: with the tiny model of tests/nlp/model/tiny and a dictionary of
 * three companies. */
#include "tests/tt_test.h"

#include "common/metrics.h"
#include "nlp/model/classify.h"
#include "nlp/load.h"
#include "nlp/scorer.h"
#include "tests/fault.h"

static char dictionary[] = "/tmp/tt_entities_XXXXXX";
static char model[4096];

enum { TITLE, TITLE_SUMMARY, FULL };

static struct tt_nlp_conf conf(void)
{
	return (struct tt_nlp_conf){.model = model,
		.precision = TT_CHOOSE_FP32,
		.entities = dictionary,
		.text = TITLE_SUMMARY,
		.threads = 2,
		.cache_texts = 8,
		.batch_tokens = 64,
		.item_tokens = 60};
}

static int setup(void **state)
{
	(void)state;
	static const char text[] = "symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"
				   "AAPL\tApple Inc.\tcompany\t-\tUS\t^Apple\n"
				   "TSLA\tTesla Inc.\tcompany\t-\tUS\tTesla\n"
				   "005930.KS\tSamsung Electronics\tcompany\t-\tKR\tSamsung\n";
	int fd = mkstemp(dictionary);
	snprintf(model, sizeof(model), "%s", tt_source_path("tests/nlp/model/tiny/two-heads"));
	return fd < 0 || write(fd, text, sizeof(text) - 1) != sizeof(text) - 1 || close(fd) != 0;
}

static int teardown(void **state)
{
	(void)state;
	return unlink(dictionary);
}

static struct tt_batch *batch_of(const char *const *titles, size_t n)
{
	struct tt_batch *b = tt_batch_new(1 << 20);
	for (size_t i = 0; b && i < n; i++) {
		struct tt_scored *s = tt_batch_add_item(b);
		s->item.title = tt_str_c(titles[i]);
	}
	return b;
}

/* Opens, scores b and closes again. */
static int score(struct tt_batch *b, const struct tt_nlp_conf *c, struct tt_err *err)
{
	struct tt_fake_clock clock;
	struct tt_scorer *s = NULL;
	struct tt_score_ctx *ctx = NULL;
	tt_fake_clock_init(&clock, 1700000000000);
	int rc = tt_scorer_open(&s, c, err);
	if (rc == TT_OK)
		rc = tt_score_ctx_new(&ctx, err);
	if (rc == TT_OK)
		rc = tt_scorer_score(s, ctx, b, &clock.clock, err);
	tt_score_ctx_free(ctx);
	tt_scorer_unref(s);
	return rc;
}

static void same(const struct tt_sentiment *got, const struct tt_sentiment *want)
{
	for (int l = 0; l < TT_LABELS; l++)
		TT_NEAR(got->p[l], want->p[l], 1e-5);
	TT_EQ(got->label, want->label);
}

/* The item's and both companies' sentiments are what the model says of those tokens. */
TT_TEST(as_the_model_says)
{
	static const char *const titles[] = {"Apple soars as Samsung sinks"};
	const int32_t ids[] = {2, 4, 10, 15, 5, 11, 3}; /* lines of vocab.txt */
	const struct tt_token_range mentions[] = {{1, 2}, {4, 5}};
	float out[2][TT_LABELS];
	struct tt_sequence seq = {
		.ids = ids, .n_ids = 7, .mentions = mentions, .n_mentions = 2, .mention_logits = out};
	struct tt_model *m;
	struct tt_classifier *cl;
	struct tt_sentiment want;
	struct tt_batch *b = batch_of(titles, 1);
	struct tt_scored *got = &b->items[0];
	TT_EQ(tt_model_open(&m, model, TT_USE_FP32, NULL), TT_OK);
	TT_EQ(tt_classifier_new(&cl, m, 0, NULL), TT_OK);
	TT_EQ(tt_classify(cl, &seq, 1, NULL), TT_OK);
	TT_EQ(score(b,
		      &(struct tt_nlp_conf){.model = model,
			      .precision = TT_CHOOSE_FP32,
			      .entities = dictionary,
			      .batch_tokens = 64,
			      .item_tokens = 60},
		      NULL),
		TT_OK);
	TT_TRUE(got->unscored == NULL);
	TT_EQ(got->n_tokens, 7);
	TT_EQ(got->scored_ms, 1700000000000);
	tt_sentiment_of(seq.logits, &want);
	same(&got->sentiment, &want);
	TT_EQ(got->n_entities, 2);
	TT_STR_EQ(got->entities[0].symbol, TT_STR("AAPL"));
	TT_STR_EQ(got->entities[0].mention, TT_STR("Apple"));
	TT_TRUE(got->entities[0].in_title && got->entities[0].relevance >= got->entities[1].relevance);
	tt_sentiment_of(out[0], &want);
	same(&got->entities[0].sentiment, &want);
	TT_STR_EQ(got->entities[1].symbol, TT_STR("005930.KS"));
	tt_sentiment_of(out[1], &want);
	same(&got->entities[1].sentiment, &want);
	tt_batch_free(b);
	tt_classifier_free(cl);
	tt_model_free(m);
}

/* An address in the text is cleaned away before the model, but mentions behind it are still found and read.
 */
TT_TEST(mentions_behind_an_address)
{
	static const char *const titles[] = {"https://example.com/x Apple soars", "Apple soars"};
	const struct tt_nlp_conf c = conf();
	struct tt_batch *b = batch_of(titles, 2);
	TT_EQ(score(b, &c, NULL), TT_OK);
	TT_EQ(b->items[0].n_entities, 1);
	TT_EQ(b->items[0].n_tokens, b->items[1].n_tokens);
	same(&b->items[0].sentiment, &b->items[1].sentiment);
	same(&b->items[0].entities[0].sentiment, &b->items[1].entities[0].sentiment);
	tt_batch_free(b);
}

TT_TEST(nothing_to_read)
{
	static const char *const titles[] = {
		NULL, "", " \t ", "https://example.com/only", "\xff\xfe", "Apple"};
	const struct tt_nlp_conf c = conf();
	struct tt_batch *b = batch_of(titles, TT_LEN(titles));
	TT_EQ(score(b, &c, NULL), TT_OK);
	for (size_t i = 0; i + 1 < TT_LEN(titles); i++) {
		if (!b->items[i].unscored)
			fail_msg("row %zu is scored", i);
		TT_STR_EQ_ROW((long)i, tt_str_c(b->items[i].unscored), TT_STR("no text"));
		TT_EQ_ROW((long)i, b->items[i].n_entities, 0);
		TT_EQ_ROW((long)i, b->items[i].n_tokens, 0);
		TT_EQ_ROW((long)i, b->items[i].scored_ms, 1700000000000);
	}
	TT_TRUE(b->items[5].unscored == NULL);
	tt_batch_free(b);
}

TT_TEST(a_constant_needs_no_model)
{
	static const char *const titles[] = {"Apple soars as Samsung sinks", "nothing", " "};
	struct tt_nlp_conf c = conf();
	struct tt_batch *b = batch_of(titles, TT_LEN(titles));
	c.model = NULL;
	c.scores = TT_SCORES_CONSTANT;
	TT_EQ(score(b, &c, NULL), TT_OK);
	TT_EQ(b->items[0].n_entities, 2);
	TT_EQ(b->items[1].n_entities, 0);
	for (size_t i = 0; i < 2; i++) {
		TT_TRUE(!b->items[i].unscored);
		TT_EQ(b->items[i].scored_ms, 1700000000000);
		TT_EQ(b->items[i].sentiment.label, TT_NEUTRAL);
		TT_NEAR(b->items[i].sentiment.p[TT_NEUTRAL], 1, 0);
	}
	TT_STR_EQ(b->items[0].entities[0].mention, TT_STR("Apple"));
	TT_EQ(b->items[0].entities[1].sentiment.label, TT_NEUTRAL);
	TT_STR_EQ(tt_str_c(b->items[2].unscored), TT_STR("no text"));
	tt_batch_free(b);
}

TT_TEST(which_text)
{
	static const struct {
		int text;
		const char *title, *summary, *content;
		int tokens; /* [CLS] and [SEP] included; 0: unscored */
	} rows[] = {
		{TITLE, "apple soars", "profit rises", "loss", 4},
		{TITLE_SUMMARY, "apple soars", "profit rises", "loss", 7}, /* "apple soars. profit rises" */
		{TITLE_SUMMARY, "apple soars.", "profit rises", NULL, 7},
		{TITLE_SUMMARY, "apple soars", "apple soars on profit", NULL,
			6}, /* a summary that begins with the title */
		{TITLE_SUMMARY, "apple soars", NULL, "loss", 4},
		{TITLE_SUMMARY, NULL, "profit rises", NULL, 4},
		{FULL, "apple soars", "profit rises", "loss", 6},
		{FULL, "apple soars", "profit rises", NULL, 7},
		{TITLE, NULL, "profit rises", "loss", 0},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_nlp_conf c = conf();
		struct tt_batch *b = batch_of(&rows[i].title, 1);
		c.text = rows[i].text;
		b->items[0].item.summary = tt_str_c(rows[i].summary);
		b->items[0].item.content = tt_str_c(rows[i].content);
		TT_EQ(score(b, &c, NULL), TT_OK);
		TT_EQ_ROW((long)i, b->items[0].n_tokens, rows[i].tokens);
		TT_EQ_ROW((long)i, b->items[0].unscored == NULL, rows[i].tokens > 0);
		tt_batch_free(b);
	}
}

/* More words than item_tokens: cut and counted; a company named only behind the cut keeps the item's
 * sentiment. */
TT_TEST(long_text_is_cut)
{
	char text[1024] = "";
	for (int i = 0; i < 100; i++)
		memcpy(text + strlen(text), "profit ", 8);
	memcpy(text + strlen(text), "Tesla", 6);
	const char *const titles[] = {text};
	const struct tt_nlp_conf c = conf();
	struct tt_batch *b = batch_of(titles, 1);
	const uint64_t before = tt_metric_get(TT_M_limit_tokens);
	TT_EQ(score(b, &c, NULL), TT_OK);
	TT_EQ(tt_metric_get(TT_M_limit_tokens) - before, 1);
	TT_TRUE(b->items[0].n_tokens >= 60 && b->items[0].n_tokens < 90); /* windows of 24 overlap */
	TT_EQ(b->items[0].n_entities, 1);
	same(&b->items[0].entities[0].sentiment, &b->items[0].sentiment);
	tt_batch_free(b);
}

/* Many items take many groups; each is scored as it is alone. */
TT_TEST(many_items)
{
	static const char *const some[] = {"Apple soars", "Samsung sinks on weak profit outlook", "",
		"Tesla cut to a strong apple", "shares of Tesla, Samsung and Apple rises"};
	const char *titles[200];
	const struct tt_nlp_conf c = conf();
	for (size_t i = 0; i < TT_LEN(titles); i++)
		titles[i] = some[i % TT_LEN(some)];
	struct tt_batch *b = batch_of(titles, TT_LEN(titles));
	TT_EQ(score(b, &c, NULL), TT_OK);
	for (size_t k = 0; k < TT_LEN(some); k++) {
		struct tt_batch *one = batch_of(&some[k], 1);
		TT_EQ(score(one, &c, NULL), TT_OK);
		for (size_t i = k; i < TT_LEN(titles); i += TT_LEN(some)) {
			TT_EQ_ROW((long)i, b->items[i].n_entities, one->items[0].n_entities);
			same(&b->items[i].sentiment, &one->items[0].sentiment);
			for (size_t e = 0; e < one->items[0].n_entities; e++)
				same(&b->items[i].entities[e].sentiment,
					&one->items[0].entities[e].sentiment);
		}
		tt_batch_free(one);
	}
	tt_batch_free(b);
}

/* The second scorer has a cache of its own, the third none. */
TT_TEST(the_same_text_is_read_once)
{
	static const char *const titles[] = {"Apple soars", "Tesla", "Apple soars"};
	for (int cached = 1; cached >= 0; cached--)
		for (int times = 0; times <= cached; times++) {
			struct tt_nlp_conf c = conf();
			struct tt_batch *b = batch_of(titles, TT_LEN(titles));
			const uint64_t before = tt_metric_get(TT_M_tokens);
			c.cache_texts *= cached;
			TT_EQ(score(b, &c, NULL), TT_OK);
			const int first = b->items[0].n_tokens, second = b->items[1].n_tokens;
			TT_EQ(b->items[2].n_tokens, first);
			TT_EQ_ROW(cached, tt_metric_get(TT_M_tokens) - before,
				first + second + (cached ? 0 : first));
			tt_batch_free(b);
		}
}

/* The model's first head is behind layer 1, its last behind 4, and its own confidence is 0.7. */
TT_TEST(texts_leave_as_configured)
{
	static const char *const titles[] = {
		"Apple soars as Samsung sinks", "Tesla", "Tesla beats outlook", "of a"};
	static const double confidences[] = {0.34, 1, 0, 0.7};
	uint64_t layers[TT_LEN(confidences)];
	char folder[4096];
	snprintf(folder, sizeof(folder), "%s", tt_source_path("tests/nlp/model/tiny/exits"));
	for (size_t i = 0; i < TT_LEN(confidences); i++) {
		struct tt_nlp_conf c = conf();
		struct tt_batch *b = batch_of(titles, TT_LEN(titles));
		const uint64_t before = tt_metric_get(TT_M_layers);
		c.model = folder;
		c.exit_confidence = confidences[i];
		TT_EQ(score(b, &c, NULL), TT_OK);
		layers[i] = tt_metric_get(TT_M_layers) - before;
		tt_batch_free(b);
	}
	TT_EQ(layers[0], TT_LEN(titles));
	TT_EQ(layers[1], 4 * TT_LEN(titles));
	TT_EQ(layers[2], layers[3]);
	TT_TRUE(layers[0] < layers[2] && layers[2] < layers[1]);
}

/* What a precision differs by is measured behind all layers, wherever texts will leave. */
TT_TEST(self_check_reads_all_layers)
{
	static const double confidences[] = {1, 0.34};
	char folder[4096], why[TT_LEN(confidences)][160];
	snprintf(folder, sizeof(folder), "%s", tt_source_path("tests/nlp/model/tiny/exits"));
	for (size_t i = 0; i < TT_LEN(confidences); i++) {
		struct tt_loaded l;
		TT_EQ(tt_load(&l, folder, TT_CHOOSE_AUTO, confidences[i], NULL), TT_OK);
		memcpy(why[i], l.why, sizeof(why[i]));
		tt_load_done(&l);
	}
	TT_STR_EQ(tt_str_c(why[1]), tt_str_c(why[0]));
}

TT_TEST(opening)
{
	struct tt_nlp_conf c = conf();
	struct tt_scorer *s;
	struct tt_err err = {0};
	TT_EQ(tt_scorer_open(&s, &c, NULL), TT_OK);
	TT_STR_EQ(tt_scorer_model(s)->name, TT_STR("two-heads"));
	TT_STR_EQ(tt_str_c(tt_scorer_model(s)->precision), TT_STR("fp32"));
	TT_STR_EQ(tt_str_c(tt_scorer_model(s)->why), TT_STR("as configured"));
	TT_TRUE(tt_scorer_model(s)->entity_head && tt_scorer_model(s)->parameters > 0 &&
		!tt_id_is_zero(tt_scorer_model(s)->hash));
	TT_TRUE(tt_scorer_ref(s) == s);
	tt_scorer_unref(s);
	tt_scorer_unref(s);
	c.entities = (char[]){"/no/such/file"};
	TT_TRUE(tt_scorer_open(&s, &c, &err) < 0);
	TT_TRUE(strstr(err.msg, "/no/such/file") != NULL);
	c.model = (char[]){"/no/such/folder"};
	TT_EQ(tt_scorer_open(&s, &c, &err), TT_ENOENT);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("/no/such/folder/config.json: No such file or directory"));
}

TT_TEST(survives_oom)
{
	static const char *const titles[] = {"Apple soars as Samsung sinks", "Tesla"};
	const struct tt_nlp_conf c = conf();
	const long live = tt_alloc_live();
	int n, rc = TT_ENOMEM;
	for (n = 0; n < 2000 && rc != TT_OK; n++) {
		struct tt_batch *b = batch_of(titles, 2);
		tt_fault_alloc_after(n);
		rc = score(b, &c, NULL);
		tt_fault_off();
		TT_TRUE(rc == TT_OK || rc == TT_ENOMEM);
		for (size_t i = 0; i < 2; i++) /* scored wholly or not at all */
			TT_EQ_ROW(n, b->items[i].n_entities > 0, b->items[i].scored_ms != TT_TIME_NONE);
		tt_batch_free(b);
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(as_the_model_says), TT_RUN(mentions_behind_an_address),
		TT_RUN(nothing_to_read), TT_RUN(a_constant_needs_no_model), TT_RUN(which_text),
		TT_RUN(long_text_is_cut), TT_RUN(many_items), TT_RUN(the_same_text_is_read_once),
		TT_RUN(texts_leave_as_configured), TT_RUN(self_check_reads_all_layers), TT_RUN(opening),
		TT_RUN(survives_oom)};
	return cmocka_run_group_tests(tests, setup, teardown) ? 1 : 0;
}
