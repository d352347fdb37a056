/* test_examples.c - from labelled texts to what a trainer reads, and what teachers add to it. */
#include "nlp/train/fit/examples.h"

#include "nlp/model/classify.h"
#include "nlp/train/fit/teach.h"
#include "tests/tt_test.h"

#define MODEL "config/models/minilm-finance"
#define TEXT  "Apple soars https://t.co/x as  Samsung sinks"

static const struct tt_labelled_entity two[] = {{TT_STR("Apple"), {0, 5}, TT_POSITIVE},
	{TT_STR("Samsung"), {31, 38}, TT_NEGATIVE}, {TT_STR("the link"), {12, 26}, TT_NEUTRAL},
	{TT_STR("Nokia"), {0, 0}, TT_NEUTRAL}};

TT_TEST(item_labels)
{
	const struct {
		int label, want;
		struct tt_labelled_entity e[2];
	} rows[] = {
		{TT_NEUTRAL, TT_NEUTRAL, {{.span = {0, 1}, .label = TT_POSITIVE}, {.label = -1}}},
		{-1, TT_POSITIVE,
			{{.span = {0, 1}, .label = TT_POSITIVE}, {.span = {2, 3}, .label = TT_POSITIVE}}},
		{-1, TT_NO_LABEL,
			{{.span = {0, 1}, .label = TT_POSITIVE}, {.span = {2, 3}, .label = TT_NEUTRAL}}},
		{-1, TT_NO_LABEL, {{.span = {0, 1}, .label = TT_POSITIVE}, {.span = {2, 3}, .label = -1}}},
		{-1, TT_POSITIVE,
			{{.span = {0, 1}, .label = TT_POSITIVE}, {.span = {0, 0}, .label = TT_NEUTRAL}}},
		{-1, TT_NO_LABEL, {{.span = {0, 0}, .label = TT_POSITIVE}, {.label = -1}}},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		const struct tt_labelled x = {TT_STR("abc"), rows[i].label, rows[i].e, 2};
		TT_EQ_ROW((long)i, tt_labelled_label(&x), rows[i].want);
	}
}

static struct tt_tokenizer *tokenizer(void)
{
	struct tt_tokenizer *t = NULL;
	TT_EQ(tt_tokenizer_open(&t, tt_source_path(MODEL), NULL), TT_OK);
	return t;
}

/* The cleaned text's tokens, and mentions where their words are. */
TT_TEST(tokens_and_mentions)
{
	struct tt_tokenizer *t = tokenizer();
	struct tt_examples x;
	struct tt_tokens want;
	tt_examples_init(&x, TT_EXAMPLES_BYTES);
	tt_tokens_init(&want);
	const struct tt_labelled row = {TT_STR(TEXT), -1, two, TT_LEN(two)};
	TT_EQ(tt_examples_add(&x, t, &row, 64, NULL), TT_OK);
	TT_EQ(tt_tokenizer_encode(t, TT_STR("Apple soars as Samsung sinks"), 0, &want), TT_OK);
	const struct tt_train_example *e = &x.v[0];
	TT_EQ(e->n_ids, want.n);
	TT_EQ(memcmp(e->ids, want.ids, want.n * sizeof(*want.ids)), 0);
	TT_EQ(e->target.label, TT_NO_LABEL);
	TT_EQ(e->n_mentions, 2);
	TT_EQ(x.unread, 1); /* the link */
	TT_EQ(e->mentions[0].begin, 1);
	TT_EQ(e->mentions[0].target.label, TT_POSITIVE);
	TT_STR_EQ(tt_tokenizer_token(t, e->ids[e->mentions[1].begin]), TT_STR("samsung"));
	TT_EQ(e->mentions[1].end - e->mentions[1].begin, 1);
	/* cut before Samsung; nothing left at all */
	TT_EQ(tt_examples_add(&x, t, &row, 5, NULL), TT_OK);
	TT_EQ(x.v[1].n_ids, 5);
	TT_EQ(x.v[1].n_mentions, 1);
	TT_EQ(x.cut, 1);
	TT_EQ(tt_examples_add(&x, t, &(struct tt_labelled){.text = TT_STR("https://t.co/y")}, 64, NULL),
		TT_OK);
	TT_EQ(x.v[2].n_ids, 2);
	tt_examples_reset(&x);
	TT_EQ(x.n, 0);
	tt_examples_done(&x);
	TT_EQ(tt_tokenizer_encode(t, TT_STR(TEXT), 0, &want), TT_OK);
	tt_tokens_done(&want);
	tt_tokenizer_free(t);
}

TT_TEST(bounded)
{
	struct tt_tokenizer *t = tokenizer();
	struct tt_examples x;
	struct tt_err err = {0};
	tt_examples_init(&x, 64);
	const struct tt_labelled row = {TT_STR(TEXT TEXT TEXT), TT_NEUTRAL, NULL, 0};
	TT_EQ(tt_examples_add(&x, t, &row, 0, &err), TT_ENOMEM);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("text 0: out of memory"));
	TT_EQ(x.n, 0);
	tt_examples_done(&x);
	tt_tokenizer_free(t);
}

/* A teacher twice is that teacher; soft targets are what it says. */
TT_TEST(teachers)
{
	struct tt_tokenizer *t = tokenizer();
	struct tt_model *m = NULL;
	struct tt_crew *crew = NULL;
	struct tt_examples x;
	struct tt_sentiment want;
	TT_EQ(tt_model_open(&m, tt_source_path(MODEL), TT_USE_FP32, NULL), TT_OK);
	TT_EQ(tt_crew_new(&crew, m, 1, 512, NULL), TT_OK);
	tt_examples_init(&x, TT_EXAMPLES_BYTES);
	for (size_t i = 0; i < 3; i++)
		TT_EQ(tt_examples_add(&x, t, &(struct tt_labelled){TT_STR(TEXT), -1, two, i}, 64, NULL),
			TT_OK);
	TT_EQ(tt_teach(&x, (struct tt_crew *[]){crew, crew}, 2, NULL), TT_OK);
	for (size_t i = 0; i < 3; i++) {
		float logits[2][TT_LABELS];
		struct tt_token_range ranges[2];
		struct tt_sequence s = {.ids = x.v[i].ids,
			.n_ids = x.v[i].n_ids,
			.mentions = ranges,
			.n_mentions = x.v[i].n_mentions,
			.mention_logits = logits};
		for (size_t k = 0; k < s.n_mentions; k++)
			ranges[k] = (struct tt_token_range){x.v[i].mentions[k].begin, x.v[i].mentions[k].end};
		TT_EQ(tt_crew_classify(crew, &s, 1, NULL), TT_OK);
		tt_sentiment_of(s.logits, &want);
		for (int c = 0; c < TT_LABELS; c++)
			TT_NEAR_ROW((long)i, x.v[i].target.soft[c], want.p[c], 1e-6);
		for (size_t k = 0; k < s.n_mentions; k++) {
			tt_sentiment_of(logits[k], &want);
			for (int c = 0; c < TT_LABELS; c++)
				TT_NEAR_ROW((long)k, x.v[i].mentions[k].target.soft[c], want.p[c], 1e-6);
		}
	}
	tt_examples_done(&x);
	tt_crew_free(crew);
	tt_model_free(m);
	tt_tokenizer_free(t);
}

TT_MAIN(TT_RUN(item_labels), TT_RUN(tokens_and_mentions), TT_RUN(bounded), TT_RUN(teachers))
