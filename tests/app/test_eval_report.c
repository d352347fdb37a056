/* test_eval_report.c - what of scored rows counts in an evaluation, of one model and of two; too many
 * sources; with memory failing anywhere. */
#include <math.h>

#include "app/train/eval.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

enum { ROWS = 80 };

static struct tt_scored_mention mentions[ROWS][2];
static struct tt_scored_row first[ROWS], second[ROWS];
static char sources[ROWS][16];

static struct tt_sentiment said(enum tt_label label)
{
	struct tt_sentiment s = {.p = {0.2f, 0.2f, 0.2f}, .label = label};
	s.p[label] = 0.6f;
	return s;
}

/* Every label is positive; the first model is right on even rows, the second on all but the first one. A row
 * of ten has an entity, one has none that the second model could score, every row is its own source. */
static void fill(void)
{
	for (size_t i = 0; i < ROWS; i++) {
		snprintf(sources[i], sizeof(sources[i]), "s%zu", i);
		first[i] =
			(struct tt_scored_row){.row = {.label = TT_POSITIVE, .source = tt_str_c(sources[i])},
				.n_tokens = i < 40 ? 16 : 17,
				.sentiment = said(i % 2 ? TT_NEUTRAL : TT_POSITIVE)};
		second[i] = first[i];
		second[i].sentiment = said(i ? TT_POSITIVE : TT_NEGATIVE);
		if (i % 10)
			continue;
		for (size_t m = 0; m < 2; m++)
			mentions[i][m] = (struct tt_scored_mention){
				.in_text = true, .truth = TT_NEGATIVE, .sentiment = said(TT_NEGATIVE)};
		first[i].entities = &mentions[i][0];
		second[i].entities = &mentions[i][1];
		first[i].n_entities = second[i].n_entities = 1;
	}
	mentions[10][1].unscored = "nothing to read";
	second[79].unscored = "no text";
}

static int evaluate(struct tt_eval *e, size_t models, struct tt_err *err)
{
	static const bool by[TT_BYS] = {[TT_BY_SOURCE] = true, [TT_BY_LENGTH] = true, [TT_BY_CLASS] = true};
	int rc = tt_eval_init(e, by, err);
	e->file = "f";
	e->n_models = models;
	e->resamples = 100;
	for (size_t m = 0; m < models; m++)
		e->models[m] = (struct tt_eval_model){
			.dir = "m", .precision = "fp32", .temperature = {1, 1}, .entity_head = true};
	for (size_t i = 0; rc == TT_OK && i < ROWS; i++) {
		const struct tt_scored_row *row[TT_EVAL_MODELS] = {&first[i], &second[i]};
		rc = tt_eval_add(e, row, err);
	}
	return rc == TT_OK ? tt_eval_finish(e, err) : rc;
}

TT_TEST(one_model)
{
	struct tt_eval e;
	fill();
	TT_EQ(evaluate(&e, 1, NULL), TT_OK);
	const struct tt_eval_head *texts = &e.slices[0].heads[TT_EVAL_TEXTS];
	TT_EQ(texts->n, ROWS);
	TT_EQ(e.slices[0].heads[TT_EVAL_ENTITIES].n, 8);
	TT_NEAR(texts->models[0].figures[TT_FIGURE_ACCURACY].value, 0.5, 1e-12);
	TT_NEAR(texts->models[0].figures[TT_FIGURE_LOG_LOSS].value, -(log(0.6) + log(0.2)) / 2, 1e-7);
	TT_TRUE(texts->models[0].figures[TT_FIGURE_ACCURACY].chance.low < 0.45);
	TT_TRUE(texts->models[0].figures[TT_FIGURE_ACCURACY].chance.high > 0.55);
	tt_eval_done(&e);
}

/* Pairs only: what one of them could not score counts for neither. */
TT_TEST(two_models)
{
	struct tt_eval e;
	fill();
	TT_EQ(evaluate(&e, 2, NULL), TT_OK);
	const struct tt_eval_head *texts = &e.slices[0].heads[TT_EVAL_TEXTS];
	TT_EQ(texts->n, ROWS - 1);
	TT_EQ(e.slices[0].heads[TT_EVAL_ENTITIES].n, 7);
	TT_NEAR(texts->difference[TT_FIGURE_ACCURACY].value, (78 - 40) / 79.0, 1e-12);
	TT_TRUE(texts->difference[TT_FIGURE_ACCURACY].chance.low > 0.3);
	TT_TRUE(texts->difference[TT_FIGURE_ACCURACY].chance.high < 0.65);
	TT_EQ(texts->mcnemar.first, 1);
	TT_EQ(texts->mcnemar.second, 39);
	TT_TRUE(!texts->mcnemar.exact && texts->mcnemar.p < 1e-6);
	tt_eval_done(&e);
}

TT_TEST(slices)
{
	struct tt_eval e;
	size_t of_sources = 0, by_length[2] = {0}, by_class[TT_LABELS] = {0}, slices = 0, others = 0;
	fill();
	TT_EQ(evaluate(&e, 1, NULL), TT_OK);
	for (size_t i = 0; i < e.n_slices; i++) {
		const struct tt_eval_slice *s = &e.slices[i];
		const size_t n = s->heads[TT_EVAL_TEXTS].n;
		if (s->by == TT_BY_SOURCE) {
			slices++;
			of_sources += n;
			others += tt_str_eq(s->name, TT_STR("(others)")) ? n : 0;
		}
		if (s->by == TT_BY_LENGTH && n)
			by_length[tt_str_eq(s->name, TT_STR("17 to 32"))] += n;
		enum tt_label label;
		if (s->by == TT_BY_CLASS && tt_label_parse(s->name, &label))
			by_class[label] += n + 1000 * s->heads[TT_EVAL_ENTITIES].n;
	}
	TT_EQ(slices, 50);
	TT_EQ(of_sources, ROWS);
	TT_EQ(others, ROWS - 49);
	TT_EQ(by_length[0], 40);
	TT_EQ(by_length[1], 40);
	TT_EQ(by_class[TT_POSITIVE], ROWS);
	TT_EQ(by_class[TT_NEGATIVE], 8000);
	TT_EQ(by_class[TT_NEUTRAL], 0);
	tt_eval_done(&e);
}

/* Half of the answers that are 0.6 sure are right: a temperature above 1, and the likeliest 0.5. */
TT_TEST(temperatures)
{
	struct tt_eval e;
	fill();
	for (size_t i = 0; i < ROWS; i += 20)
		mentions[i][0].truth = TT_POSITIVE;
	TT_EQ(evaluate(&e, 1, NULL), TT_OK);
	e.models[0].temperature[TT_EVAL_TEXTS] = 2;
	e.models[0].entity_head = false;
	TT_EQ(tt_eval_calibrate(&e, NULL), TT_OK);
	TT_TRUE(e.fits[TT_EVAL_TEXTS].done && !e.fits[TT_EVAL_ENTITIES].done);
	/* right: 1/2 of the time; the two others share what is left: log(0.6 / 0.2) / log 2 times as cool */
	TT_NEAR(e.fits[TT_EVAL_TEXTS].temperature, 2 * log(3) / log(2), 1e-3);
	TT_NEAR(e.fits[TT_EVAL_TEXTS].ece[1], 0, 1e-4);
	TT_NEAR(e.fits[TT_EVAL_TEXTS].ece[0], 0.1, 1e-4);
	e.models[0].entity_head = true;
	TT_EQ(tt_eval_calibrate(&e, NULL), TT_OK);
	TT_TRUE(e.fits[TT_EVAL_ENTITIES].done);
	tt_eval_done(&e);
}

static int whole(struct tt_buf *out)
{
	static struct tt_eval e;
	int rc = evaluate(&e, 2, NULL);
	if (rc == TT_OK)
		rc = tt_eval_calibrate(&e, NULL);
	if (rc == TT_OK) {
		tt_eval_print(&e, out);
		tt_eval_json(&e, out);
		tt_eval_html(&e, out);
	}
	tt_eval_done(&e);
	return rc < 0 ? rc : out->rc;
}

TT_TEST(out_of_memory)
{
	int n, rc = TT_ENOMEM;
	fill();
	for (size_t i = 0; i < ROWS; i += 20)
		mentions[i][0].truth = TT_POSITIVE;
	for (n = 0; n < 500 && rc == TT_ENOMEM; n++) {
		struct tt_buf out;
		tt_buf_init(&out, 1 << 24);
		tt_fault_alloc_after(n);
		rc = whole(&out);
		tt_fault_off();
		tt_buf_done(&out);
		TT_EQ_ROW(n, tt_alloc_live(), 0);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 5);
}

TT_MAIN(TT_RUN(one_model), TT_RUN(two_models), TT_RUN(slices), TT_RUN(temperatures), TT_RUN(out_of_memory))
