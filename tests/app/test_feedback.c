/* test_feedback.c - what people say of items: rows of a file, what the database makes of them, and rows to
 * train with; each also when memory runs out. */
#include <jansson.h>

#include "app/feedback/given.h"
#include "app/train/judged.h"
#include "tests/fault.h"
#include "tests/sink/pg_test.h"

static const int64_t now_ms = 1795824000000; /* 2026-11-28 */

static int setup(void **state)
{
	struct tt_pg_db *db = calloc(1, sizeof(*db));
	struct tt_sink sink;
	struct tt_sink_result r;
	struct tt_err err = {0};
	tt_pg_db_make(db, true);
	struct tt_batch *b = tt_batch_new(1 << 22);
	for (int i = 0; i < 3; i++) {
		struct tt_scored *s = tt_pg_item(b, i, 2);
		s->item.title = TT_STR("S0 and S1, \xC3\xBC"
				       "ber S2.S3; S12 of S1");
		s->item.summary = TT_STR("more");
		for (size_t k = 0; k < s->n_entities; k++)
			s->entities[k].mention = s->entities[k].symbol;
	}
	if (tt_pg_open(&sink, &db->conf, &err) < 0 || sink.ops->write(sink.self, &b, 1, &r, &err) < 0)
		fail_msg("%s", err.msg);
	sink.ops->close(sink.self);
	tt_batch_free(b);
	*state = db;
	return 0;
}

static int teardown(void **state)
{
	tt_pg_db_drop(*state);
	free(*state);
	return 0;
}

static struct tt_pg_conn *connect_to(const struct tt_pg_db *db)
{
	struct tt_pg_conn *c = NULL;
	struct tt_err err = {0};
	if (tt_pg_conn_new(&c, &db->conf, &err) < 0 || tt_pg_conn_ready(c, &err) < 0)
		fail_msg("%s", err.msg);
	return c;
}

/* ---- texts and places: C and SQL say the same ---- */

TT_TEST(texts_are_those_that_the_model_reads)
{
	static const char *const names[] = {"title", "title_summary", "full"};
	static const struct {
		const char *title, *summary, *content;
	} rows[] = {{"Up", "Because", "Since long ago"}, {"Up!", "Because", NULL},
		{"Up", "Up and away", NULL}, {NULL, "Because", NULL}, {"Up", NULL, "Up."}, {"Up", NULL, NULL},
		{NULL, NULL, NULL},
		{"Gr\xC3\xB6\xC3\x9F"
		 "e:",
			"\xC3\xBC"
			"ber",
			"x"},
		{"'", "100 %", NULL}};
	struct tt_arena arena;
	struct tt_pg_params p;
	struct tt_pg_conn *c = connect_to(*state);
	tt_arena_init(&arena, 1 << 20);
	for (size_t i = 0; i < TT_LEN(rows); i++)
		for (int what = 0; what < 3; what++) {
			const struct tt_item item = {.title = tt_str_c(rows[i].title),
				.summary = tt_str_c(rows[i].summary),
				.content = tt_str_c(rows[i].content)};
			struct tt_item_text want;
			PGresult *r = NULL;
			TT_EQ(tt_item_text(&item, (enum tt_text_choice)what, &arena, &want), TT_OK);
			tt_pg_params_init(&p, 1 << 16);
			tt_pg_put_text(&p, item.title);
			tt_pg_put_text(&p, item.summary);
			tt_pg_put_text(&p, item.content);
			tt_pg_put_text(&p, tt_str_c(names[what]));
			TT_EQ(tt_pg_query(c, "SELECT tickertone.item_text($1, $2, $3, $4)", &p, &r, NULL),
				TT_OK);
			TT_STR_EQ_ROW(i * 10 + what, tt_pg_get_text(r, 0, 0), want.text);
			PQclear(r);
			tt_pg_params_done(&p);
		}
	tt_arena_done(&arena);
	tt_pg_conn_free(c);
}

TT_TEST(mentions_are_found_as_words)
{
	static const struct {
		const char *text, *mention;
		int start; /* -1: nowhere */
	} rows[] = {{"AMDOCS and AMD", "AMD", 11}, {"Apple", "Apple", 0}, {"Pineapple", "apple", -1},
		{"\xC3\xBC"
		 "ber Apple",
			"Apple", 5},
		{"AT&T up", "AT&T", 0}, {"$A.B+ x", "A.B+", 1}, {"AxB", "A.B", -1}, {"a (b", "(b", 2},
		{"C:\\d1", "\\d", -1}};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW(i,
			tt_pg_int(*state, "SELECT coalesce(tickertone.mention_start($t$%s$t$, $t$%s$t$), -1)",
				rows[i].text, rows[i].mention),
			rows[i].start);
}

/* ---- rows of files ---- */

TT_TEST(rows_without_memory)
{
	static const char line[] =
		"{\"url\": \"https://example.com/a\", \"label\": \"neutral\", \"who\": \"ann\", "
		"\"at\": \"2026-11-20\", \"note\": \"why\", \"entity\": \"S1\"}";
	long live = tt_alloc_live();
	int n, rc = TT_ENOMEM;
	json_set_alloc_funcs(tt_fault_malloc, tt_fault_free);
	for (n = 0; n < 500 && rc != TT_OK; n++) {
		struct tt_pg_said_of v = {.label = TT_NEGATIVE};
		struct tt_arena arena;
		tt_arena_init(&arena, 1 << 20);
		tt_fault_alloc_after(n);
		rc = tt_given_of_json(&v, &arena, tt_str_c(line), NULL, now_ms, NULL);
		tt_fault_off();
		TT_TRUE(rc == TT_OK || rc == TT_ENOMEM || rc == TT_EPARSE); /* jansson tells of neither */
		TT_EQ(v.label, rc == TT_OK ? TT_NEUTRAL : TT_NEGATIVE);
		tt_arena_done(&arena);
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	json_set_alloc_funcs(malloc, free);
	TT_TRUE(rc == TT_OK && n > 5);
}

/* ---- the database ---- */

static struct tt_pg_said_of said(
	const struct tt_pg_db *db, int item, const char *symbol, enum tt_label label, const char *who)
{
	struct tt_pg_said_of v = {
		.symbol = tt_str_c(symbol), .label = label, .who = tt_str_c(who), .at_ms = TT_TIME_NONE};
	TT_TRUE(tt_id_parse(
		tt_str_c(tt_pg_text(db, "SELECT item_id FROM tickertone.item WHERE guid = '%d'", item)),
		&v.id));
	return v;
}

/* Stores, lists and loads; the codes are those of memory or none. */
static int round_trip(const struct tt_pg_db *db, const struct tt_pg_said_of *v, size_t n, size_t *ret_rows)
{
	struct tt_pg_feedback_result results[8];
	struct tt_pg_feedback *list;
	struct tt_judged l = {.n = 0};
	struct tt_pg_conn *c = NULL;
	struct tt_arena arena;
	int64_t total;
	size_t listed;
	tt_arena_init(&arena, 1 << 20);
	int rc = tt_pg_conn_new(&c, &db->conf, NULL);
	if (rc == TT_OK)
		rc = tt_pg_feedback_store(c, v, n, TT_STR("test"), true, results, NULL);
	if (rc == TT_OK)
		rc = tt_pg_feedback_list(c, TT_TIME_NONE, false, 100, &arena, &list, &listed, &total, NULL);
	if (rc == TT_OK)
		rc = tt_judged_load(&l, c, TT_TEXT_TITLE_SUMMARY, TT_TIME_NONE, NULL);
	*ret_rows = l.n;
	tt_judged_done(&l);
	tt_arena_done(&arena);
	tt_pg_conn_free(c);
	return rc;
}

TT_TEST(the_database_without_memory)
{
	const struct tt_pg_said_of v[] = {
		said(*state, 0, "S1", TT_POSITIVE, "ann"), said(*state, 0, NULL, TT_NEUTRAL, "ann")};
	long live = tt_alloc_live();
	size_t rows = 0;
	int n, rc = TT_ENOMEM;
	for (n = 0; n < 500 && rc != TT_OK; n++) {
		tt_fault_alloc_after(n);
		rc = round_trip(*state, v, 2, &rows);
		tt_fault_off();
		TT_TRUE(rc == TT_OK || rc == TT_ENOMEM);
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_TRUE(rc == TT_OK && n > 5);
	TT_EQ(rows, 1);
	TT_EQ(tt_pg_int(*state, "SELECT count(*) FROM tickertone.feedback"),
		2); /* however often it was stored */
}

/* What is read back from the printed line is the row. */
static void check_line(const struct tt_pg_labelled *item, const struct tt_row *row)
{
	struct tt_row again = {0};
	struct tt_arena arena;
	struct tt_buf line;
	tt_arena_init(&arena, 1 << 20);
	tt_buf_init(&line, 1 << 20);
	TT_EQ(tt_judged_json(item, &line), TT_OK);
	TT_EQ(tt_row_of_json(&again, &arena, tt_buf_view(&line), false, NULL), TT_OK);
	TT_STR_EQ(again.text, row->text);
	TT_EQ(again.label, row->label);
	TT_EQ(again.n_entities, row->n_entities);
	for (size_t i = 0; i < row->n_entities; i++) {
		TT_STR_EQ_ROW(i, again.entities[i].name, row->entities[i].name);
		TT_EQ_ROW(i, again.entities[i].label, row->entities[i].label);
		TT_EQ_ROW(i, again.entities[i].in_text, row->entities[i].in_text);
		TT_EQ_ROW(i, again.entities[i].span.start, row->entities[i].span.start);
		TT_EQ_ROW(i, again.entities[i].span.end, row->entities[i].span.end);
	}
	tt_buf_done(&line);
	tt_arena_done(&arena);
}

TT_TEST(most_people_decide)
{
	const struct tt_pg_db *db = *state;
	tt_pg_do(db, "TRUNCATE tickertone.feedback");
	const struct tt_pg_said_of v[] = {said(db, 1, NULL, TT_POSITIVE, "ann"),
		said(db, 1, NULL, TT_NEUTRAL, "bob"),
		said(db, 1, NULL, TT_POSITIVE, "carl"), /* two of three */
		said(db, 1, "S1", TT_NEGATIVE, "ann"), said(db, 1, "S2", TT_POSITIVE, "ann"), /* mentioned */
		said(db, 1, "S0", TT_NEUTRAL, "ann"), said(db, 1, "S0", TT_POSITIVE, "bob"),  /* a tie */
		said(db, 2, NULL, TT_POSITIVE, "ann"),
		said(db, 2, NULL, TT_NEGATIVE, "bob"), /* nothing else */
		said(db, 0, "S2", TT_NEGATIVE, "ann") /* not mentioned there */};
	struct tt_pg_feedback_result results[TT_LEN(v)];
	struct tt_pg_conn *c = connect_to(db);
	struct tt_judged l;
	struct tt_err err = {0};
	if (tt_pg_feedback_store(c, v, TT_LEN(v), TT_STR("test"), true, results, &err) < 0 ||
		tt_judged_load(&l, c, TT_TEXT_TITLE_SUMMARY, TT_TIME_NONE, &err) < 0)
		fail_msg("%s", err.msg);
	for (size_t i = 0; i < TT_LEN(v); i++)
		TT_EQ_ROW(i, results[i].fate, TT_PG_FEEDBACK_NEW);
	TT_EQ(l.n, 2);
	TT_EQ(l.tied, 2);
	TT_EQ(l.undecided, 1);
	for (size_t i = 0; i < l.n; i++) {
		const struct tt_row *row = &l.rows[i];
		TT_STR_EQ_ROW(i, row->text,
			TT_STR("S0 and S1, \xC3\xBC"
			       "ber S2.S3; S12 of S1. more"));
		check_line(&l.items[i], row);
		if (row->label == TT_LABEL_NONE) { /* item 0 mentions S0 and S1 */
			TT_EQ(row->n_entities, 1);
			TT_TRUE(!row->entities[0].in_text);
			TT_STR_EQ(row->entities[0].name, TT_STR("S2"));
			continue;
		}
		TT_EQ(row->label, TT_POSITIVE);
		TT_EQ(row->n_entities, 2);
		TT_EQ(row->entities[0].span.start, 7);
		TT_EQ(row->entities[0].label, TT_NEGATIVE);
		TT_EQ(row->entities[1].span.start, 17); /* bytes, behind a character of two */
		TT_EQ(row->entities[1].label, TT_POSITIVE);
	}
	TT_EQ(tt_pg_int(db,
		      "SELECT count(*) FROM tickertone.labelled_item WHERE label IS NULL AND ties = 1 AND "
		      "entities = '[]'"),
		1);
	tt_judged_done(&l);
	tt_pg_conn_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(texts_are_those_that_the_model_reads),
		cmocka_unit_test(mentions_are_found_as_words), cmocka_unit_test(rows_without_memory),
		cmocka_unit_test(the_database_without_memory), cmocka_unit_test(most_people_decide)};
	return cmocka_run_group_tests(tests, setup, teardown) ? 1 : 0;
}
