/* test_dataset.c - which texts are the same, what labels contradict, and what the check finds between rows;
 * with memory failing anywhere. */
#include "nlp/train/data/check.h"
#include "nlp/train/data/scrub.h"
#include "nlp/train/data/stats.h"
#include "tests/fault.h"
#include "tests/nlp/train/data/rows.h"

TT_TEST(the_same_text)
{
	static const struct {
		const char *a, *b;
		bool same;
	} rows[] = {
		{"Apple soars", "  apple \t SOARS ", true},
		{"Apple soars", "Apple soars https://t.co/x", true},
		{"Apple soars", "Apple soars!", false},
		{"caf\xC3\xA9", "CAFE\xCC\x81", true}, /* composed or not */
		{"stra\xC3\x9F"
		 "e",
			"STRASSE", true},                 /* full case folding */
		{"\xEF\xBC\xA1\xEF\xBC\xA2", "ab", true}, /* full-width */
		{"a\xC2\xA0"
		 "b",
			"a b", true}, /* no-break space */
		{"\xD0\x9F\xD1\x83\xD1\x82\xD1\x8C", "\xD0\xBF\xD1\x83\xD1\x82\xD1\x8C", true},
		{"caf\xC3\xA9", "cafe", false},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_dataset d;
		tt_dataset_init(&d, 1 << 24);
		new_file(&d, "a");
		TT_EQ_ROW(i, add_text(&d, 0, 0, rows[i].a), TT_OK);
		TT_EQ_ROW(i, add_text(&d, 0, 0, rows[i].b), TT_OK);
		TT_EQ_ROW(i, d.n_classes, rows[i].same ? 1 : 2);
		tt_dataset_done(&d);
	}
}

TT_TEST(contradicting_labels)
{
	const struct tt_data_entity apple_up = {TT_STR("Apple"), TT_POSITIVE},
				    apple_down = {TT_STR("APPLE"), TT_NEGATIVE},
				    apple = {TT_STR("Apple"), -1}, sony_down = {TT_STR("Sony"), TT_NEGATIVE};
	const struct {
		int a, b;
		const struct tt_data_entity *x, *y;
		bool want;
	} rows[] = {
		{TT_POSITIVE, TT_NEGATIVE, NULL, NULL, true},
		{TT_POSITIVE, TT_POSITIVE, NULL, NULL, false},
		{-1, TT_NEGATIVE, NULL, NULL, false},
		{-1, -1, &apple_up, &apple_down, true},
		{-1, -1, &apple_up, &sony_down, false},
		{-1, -1, &apple_up, &apple, false},
		{TT_NEUTRAL, TT_NEUTRAL, &apple_up, &apple_down, true},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_data_row a = {.label = rows[i].a,
					   .entities = rows[i].x,
					   .n_entities = rows[i].x != NULL},
				   b = {.label = rows[i].b,
					   .entities = rows[i].y,
					   .n_entities = rows[i].y != NULL};
		TT_EQ_ROW(i, tt_data_contradict(&a, &b), rows[i].want);
		TT_EQ_ROW(i, tt_data_contradict(&b, &a), rows[i].want);
	}
}

static const struct {
	size_t file;
	int label;
	const char *text;
} sample[] = {
	{0, TT_POSITIVE, "Apple beats quarterly estimates on strong phone demand in Asia"},
	{0, TT_POSITIVE, "Apple BEATS quarterly estimates on strong phone demand in Asia"}, /* a repeat */
	{0, TT_NEGATIVE,
		"apple beats quarterly estimates on strong phone demand in Asia https://x.y"}, /* a conflict
												*/
	{0, TT_NEUTRAL, "Ford recalls small trucks over faulty steering wheel parts today"},
	{0, TT_NEUTRAL, "Ford recalls small trucks over faulty steering wheel parts again"}, /* near */
	{0, TT_NEUTRAL, "https://only.an/address"},                                          /* empty */
	{1, TT_NEUTRAL,
		"Apple beats quarterly estimates on strong phone demand in Asia"}, /* a leak: the same */
	{1, TT_NEUTRAL,
		"Ford recalls small trucks over faulty steering wheel parts now"}, /* a leak: almost */
	{1, TT_NEUTRAL, "Nothing of this stands anywhere else but here in this row"},
};

/* The sample checked; rc of the first failure. */
static int check_sample(struct tt_dataset *d, struct tt_data_report *r)
{
	tt_dataset_init(d, 1 << 26);
	new_file(d, "train.tsv");
	new_file(d, "valid.tsv");
	int rc = tt_data_report_init(r, d, NULL);
	for (size_t i = 0; i < TT_LEN(sample) && rc == TT_OK; i++)
		rc = add_text(d, sample[i].file, sample[i].label, sample[i].text);
	return rc < 0 ? rc : tt_data_check(r, TT_DATA_SIMILARITY, 2, NULL);
}

TT_TEST(what_is_found)
{
	static const struct {
		size_t file;
		enum tt_data_flaw flaw;
		size_t n, line, other; /* of the first example; other 0: none */
	} want[] = {
		{0, TT_FLAW_REPEAT, 1, 2, 1},
		{0, TT_FLAW_CONFLICT, 1, 3, 1},
		{0, TT_FLAW_NEAR, 2, 4, 5},
		{0, TT_FLAW_EMPTY, 1, 6, 0},
		{0, TT_FLAW_LEAK, 0, 0, 0},
		{1, TT_FLAW_REPEAT, 0, 0, 0},
		{1, TT_FLAW_NEAR, 0, 0, 0},
		{1, TT_FLAW_LEAK, 2, 7, 1},
	};
	struct tt_dataset d;
	struct tt_data_report r;
	TT_EQ(check_sample(&d, &r), TT_OK);
	for (size_t i = 0; i < TT_LEN(want); i++) {
		const struct tt_data_found *f = &r.files[want[i].file].found[want[i].flaw];
		TT_EQ_ROW(i, f->n, want[i].n);
		TT_EQ_ROW(i, f->n_examples, want[i].n);
		if (want[i].n > 0) {
			TT_EQ_ROW(i, f->examples[0].line, want[i].line);
			TT_EQ_ROW(i, f->examples[0].other ? f->examples[0].other->line : 0, want[i].other);
		}
	}
	const struct tt_data_leak *leak = &r.files[1].leaks[0];
	TT_EQ(leak->rows, 2);
	TT_EQ(leak->exact, 1);
	TT_EQ(r.files[0].rows, 6);
	TT_EQ(r.files[0].kinds[TT_NEUTRAL], 3);
	TT_TRUE(tt_data_report_grave(&r));
	tt_dataset_done(&d);
}

TT_TEST(held_out_rows_are_only_compared)
{
	struct tt_dataset d;
	struct tt_data_report r;
	tt_dataset_init(&d, 1 << 26);
	new_file(&d, "train.tsv");
	new_file(&d, "valid.tsv");
	TT_EQ(tt_data_report_init(&r, &d, NULL), TT_OK);
	TT_EQ(add_text(&d, 0, 0, "one text"), TT_OK);
	TT_EQ(add_text(&d, 1, 0, "another thing"), TT_OK);
	TT_EQ(add_text(&d, 1, 0, "another thing"), TT_OK);
	TT_EQ(add_text(&d, 1, 0, ""), TT_OK);
	TT_EQ(tt_data_check(&r, TT_DATA_SIMILARITY, 1, NULL), TT_OK);
	TT_EQ(r.files[1].found[TT_FLAW_REPEAT].n + r.files[1].found[TT_FLAW_EMPTY].n, 0);
	TT_TRUE(!tt_data_report_grave(&r));
	tt_dataset_done(&d);
}

TT_TEST(examples_are_bounded)
{
	struct tt_dataset d;
	struct tt_data_report r;
	tt_dataset_init(&d, 1 << 26);
	new_file(&d, "a");
	TT_EQ(tt_data_report_init(&r, &d, NULL), TT_OK);
	for (size_t i = 0; i < 50; i++)
		TT_EQ(tt_data_found(&r, 0, TT_FLAW_UNREADABLE, i + 1, TT_STR("x"), NULL, 0), TT_OK);
	TT_EQ(r.files[0].found[TT_FLAW_UNREADABLE].n, 50);
	TT_EQ(r.files[0].found[TT_FLAW_UNREADABLE].n_examples, TT_DATA_EXAMPLES);
	TT_EQ(r.files[0].found[TT_FLAW_UNREADABLE].examples[19].line, 20);
	for (size_t i = 1; i < TT_DATA_FILES_MAX; i++)
		new_file(&d, "a");
	size_t file;
	struct tt_err err;
	TT_EQ(tt_dataset_file(&d, "one.tsv", &file, &err), TT_ELIMIT);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("one.tsv: more than 32 files"));
	tt_dataset_done(&d);
}

TT_TEST(statistics)
{
	const struct tt_data_entity mixed[] = {
		{TT_STR("A"), TT_POSITIVE}, {TT_STR("B"), TT_NEGATIVE}, {TT_STR("C"), -1}};
	struct tt_dataset d;
	struct tt_data_stats s;
	tt_dataset_init(&d, 1 << 24);
	TT_EQ(tt_data_stats(&d, &s, NULL), TT_OK);
	TT_EQ(s.rows, 0);
	TT_NEAR(s.chars.max, 0, 0);
	new_file(&d, "a");
	for (int i = 0; i < 6; i++)
		TT_EQ(add_text(&d, 0,
			      i < 4   ? TT_POSITIVE
			      : i < 5 ? TT_NEGATIVE
				      : -1,
			      i == 0 ? "\xC3\xA9\xC3\xA9" : "  abcd "),
			TT_OK);
	struct tt_data_given g = {
		.text = TT_STR("abcdefghij"), .label = -1, .entities = mixed, .n_entities = 2};
	TT_EQ(tt_dataset_add(&d, &g, NULL), TT_OK);
	g.entities = mixed + 1; /* one label among them */
	TT_EQ(tt_dataset_add(&d, &g, NULL), TT_OK);
	TT_EQ(tt_data_stats(&d, &s, NULL), TT_OK);
	TT_EQ(s.rows, 8);
	TT_EQ(s.distinct, 3);
	TT_EQ(s.kinds[TT_POSITIVE], 4);
	TT_EQ(s.kinds[TT_NEGATIVE], 2);
	TT_EQ(s.kinds[TT_DATA_MIXED], 1);
	TT_EQ(s.kinds[TT_DATA_UNLABELLED], 1);
	TT_EQ(s.entities[TT_NEGATIVE], 2);
	TT_EQ(s.entities[TT_DATA_UNLABELLED], 1);
	TT_NEAR(s.imbalance, 2, 0);
	TT_NEAR(s.chars.p50, 4, 0);
	TT_NEAR(s.chars.max, 10, 0);
	TT_NEAR(s.chars.mean, (2 + 5 * 4 + 2 * 10) / 8.0, 1e-12);
	TT_NEAR(s.per_text.max, 2, 0);
	tt_dataset_done(&d);
}

TT_TEST(a_span_through_cleaning_and_redaction)
{
	static const char given[] = "a@b.com  http://x.y/z  Apple  up";
	struct tt_scrub s;
	struct tt_span span = {23, 28}, address = {9, 21};
	tt_scrub_init(&s, true);
	TT_EQ(tt_scrub_text(&s, tt_str_c(given)), TT_OK);
	TT_STR_EQ(s.text, TT_STR("[email] Apple up"));
	TT_TRUE(tt_scrub_span(&s, span, &span));
	TT_STR_EQ(((struct tt_str){s.text.p + span.start, span.end - span.start}), TT_STR("Apple"));
	TT_TRUE(!tt_scrub_span(&s, address, &address));
	tt_scrub_done(&s);
}

TT_TEST(memory_fails)
{
	int rc = TT_ENOMEM;
	long n = 0;
	for (; n < 1000 && rc == TT_ENOMEM; n++) {
		struct tt_dataset d;
		struct tt_data_report r;
		long live = tt_alloc_live(); /* what a library has allocated and we have freed counts, too */
		tt_fault_alloc_after(n);
		rc = check_sample(&d, &r);
		tt_fault_off();
		tt_dataset_done(&d);
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 10);
}

TT_MAIN(TT_RUN(the_same_text), TT_RUN(contradicting_labels), TT_RUN(what_is_found),
	TT_RUN(held_out_rows_are_only_compared), TT_RUN(examples_are_bounded), TT_RUN(statistics),
	TT_RUN(a_span_through_cleaning_and_redaction), TT_RUN(memory_fails))
