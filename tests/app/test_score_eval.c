/* test_score_eval.c - accuracy and F1 against figures worked out by hand; what counts and what does not; the
 * progress line. */
#include <math.h>

#include "app/score/progress.h"
#include "app/score/score_eval.h"
#include "app/cli/term.h"
#include "tests/tt_test.h"

TT_TEST(figures)
{
	static const struct {
		struct tt_confusion c;
		double accuracy, f1;
	} rows[] = {
		{{{{2, 0, 0}, {0, 3, 0}, {0, 0, 4}}}, 1.0, 1.0},
		{{{{1, 1, 0}, {0, 2, 0}, {0, 0, 0}}}, 0.75,
			(2.0 / 3 + 0.8) / 2}, /* positive neither given nor predicted */
		{{{{0, 1, 0}, {0, 1, 0}, {0, 0, 0}}}, 0.5, (0 + 2.0 / 3) / 2},
		{{{{5, 2, 1}, {1, 6, 0}, {0, 3, 2}}}, 13.0 / 20, (10.0 / 14 + 12.0 / 18 + 4.0 / 8) / 3},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		TT_NEAR_ROW(i, tt_confusion_accuracy(&rows[i].c), rows[i].accuracy, 1e-12);
		TT_NEAR_ROW(i, tt_confusion_macro_f1(&rows[i].c), rows[i].f1, 1e-12);
	}
	TT_TRUE(isnan(tt_confusion_accuracy(&(struct tt_confusion){0})));
}

#define SAID(l)                                                                                              \
	{                                                                                                    \
		.label = (l)                                                                                 \
	}

TT_TEST(what_counts)
{
	static struct tt_scored_mention agree[] = {
		{.in_text = true, .truth = TT_POSITIVE, .sentiment = SAID(TT_POSITIVE)},
		{.in_text = false, .truth = TT_NEGATIVE, .unscored = "not in the text"},
		{.in_text = true, .truth = TT_POSITIVE, .sentiment = SAID(TT_NEUTRAL)}};
	static struct tt_scored_mention differ[] = {
		{.in_text = true, .truth = TT_POSITIVE, .sentiment = SAID(TT_POSITIVE)},
		{.in_text = true, .truth = TT_NEGATIVE, .sentiment = SAID(TT_NEGATIVE)}};
	static struct tt_scored_mention unlabelled[] = {
		{.in_text = true, .truth = TT_POSITIVE, .sentiment = SAID(TT_POSITIVE)},
		{.in_text = true, .truth = TT_LABEL_NONE, .sentiment = SAID(TT_POSITIVE)}};
	static const struct {
		struct tt_scored_row row;
		uint64_t items, entities; /* counted */
	} rows[] = {
		{{.row.label = TT_NEUTRAL}, 1, 0},
		{{.row.label = TT_NEUTRAL, .unscored = "no text"}, 0, 0},
		{{.row.label = TT_LABEL_NONE}, 0, 0},
		{{.row.label = TT_LABEL_NONE, .entities = agree, .n_entities = 3}, 1, 2},
		{{.row.label = TT_LABEL_NONE, .entities = differ, .n_entities = 2}, 0, 2},
		{{.row.label = TT_NEGATIVE, .entities = differ, .n_entities = 2}, 1, 2},
		{{.row.label = TT_LABEL_NONE, .entities = unlabelled, .n_entities = 2}, 0, 1},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_score_eval e = {0};
		tt_score_eval_add(&e, &rows[i].row);
		TT_EQ_ROW(i, tt_confusion_total(&e.items), rows[i].items);
		TT_EQ_ROW(i, tt_confusion_total(&e.entities), rows[i].entities);
	}
}

TT_TEST(progress_line)
{
	static const struct {
		int64_t items, done, total, ms;
		const char *want;
	} rows[] = {
		{100, 50, 100, 2000, "[###############...............]  50%  100 texts, 50/s, 0m02s left"},
		{10, 1, 10000, 1000, "[..............................]   0%  10 texts, 10/s, 2h46m left"},
		{10, 120, 100, 1000, "[##############################] 100%  10 texts, 10/s, 0m00s left"},
		{10, 5, -1, 500, "10 texts, 20/s"},
		{0, 0, 100, 0, "0 texts, 0/s"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		char got[160];
		tt_progress_line(
			got, sizeof(got), rows[i].items, rows[i].done, rows[i].total, rows[i].ms * 1000000);
		TT_STR_EQ_ROW(i, tt_str_c(got), tt_str_c(rows[i].want));
	}
}

TT_TEST(text_for_a_terminal)
{
	static const struct {
		const char *in;
		int columns;
		const char *want;
	} rows[] = {
		{"Apple soars", 0, "Apple soars"},
		{"Apple soars", 11, "Apple soars"},
		{"Apple soars", 10, "Apple soa…"},
		{"a\033[31mb\nc\td", 0, "a [31mb c d"},
		{"a\xC2\x9B"
		 "31mb\xE2\x80\xAE"
		 "c",
			0, "a 31mb c"}, /* C1 control, right-to-left override */
		{"中国银行", 5, "中国…"},
		{"中国银行", 8, "中国银行"},
		{"cafe\xCC\x81s", 5, "cafe\xCC\x81s"},
		{"x\xFFy", 0, "x\xEF\xBF\xBDy"},
	};
	struct tt_buf out;
	tt_buf_init(&out, 1000);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		tt_buf_reset(&out);
		TT_EQ_ROW(i, tt_term_text(&out, tt_str_c(rows[i].in), rows[i].columns), TT_OK);
		TT_STR_EQ_ROW(i, tt_buf_view(&out), tt_str_c(rows[i].want));
	}
	tt_buf_done(&out);
}

TT_MAIN(TT_RUN(figures), TT_RUN(what_counts), TT_RUN(progress_line), TT_RUN(text_for_a_terminal))
