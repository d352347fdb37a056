/* test_pg_models.c - the registry and the history of promotions, and what a model in the shadow says. */
#include "sink/pg/models.h"
#include "sink/pg/registry.h"
#include "sink/pg/shadow.h"
#include "tests/sink/pg_test.h"

static struct tt_pg_db db;
static struct tt_pg_conn *c;
static struct tt_arena arena;
static struct tt_err err;

static int setup(void **state)
{
	(void)state;
	tt_arena_init(&arena, 1 << 20);
	tt_pg_db_make(&db, true);
	return tt_pg_conn_new(&c, &db.conf, &err);
}

static int teardown(void **state)
{
	(void)state;
	tt_pg_conn_free(c);
	tt_arena_done(&arena);
	tt_pg_db_drop(&db);
	return 0;
}

static int register_model(const char *hash, const char *weights, const char *precision, const char *path)
{
	const struct tt_pg_model m = {tt_str_c(hash), TT_ID(tt_str_c(hash)), TT_ID(tt_str_c(weights)),
		tt_str_c(precision), 1, true, tt_str_c(path)};
	int id = 0;
	TT_EQ(tt_pg_model_register(c, &m, &id, &err), TT_OK);
	return id;
}

TT_TEST(a_model_is_all_its_files)
{
	int a = register_model("a", "w", "fp32", "/m/a"), b = register_model("b", "w", "fp32", "/m/b");
	struct tt_pg_found_model m;
	TT_TRUE(a != b); /* other settings beside the same weights */
	TT_TRUE(register_model("a", "w", "int8", NULL) != a);
	TT_EQ(register_model("a", "w", "fp32", NULL), a);
	TT_EQ(tt_pg_model_find(c, a, (struct tt_id){{0}}, &arena, &m, &err), TT_OK);
	TT_STR_EQ(m.path, TT_STR("/m/a")); /* who does not know it says nothing about it */
	TT_EQ(register_model("a", "w", "fp32", "/m/moved"), a);
	TT_EQ(tt_pg_model_find(c, a, (struct tt_id){{0}}, &arena, &m, &err), TT_OK);
	TT_STR_EQ(m.path, TT_STR("/m/moved"));
	TT_EQ(tt_pg_model_find(c, 0, TT_ID(TT_STR("b")), &arena, &m, &err), TT_OK);
	TT_EQ(m.model_id, b);
	TT_EQ(tt_pg_model_find(c, 0, TT_ID(TT_STR("c")), &arena, &m, &err), TT_OK);
	TT_EQ(m.model_id, 0);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.model"), 3);
}

/* Rows of programs that knew the weights only: scores refer to them, so the model keeps its number. */
TT_TEST(a_row_of_an_earlier_program_is_taken_over)
{
	char hash[37];
	tt_id_format(TT_ID(TT_STR("w")), hash);
	tt_pg_do(&db,
		"INSERT INTO tickertone.model (entity_head, parameters, hash, precision, name) VALUES (true, "
		"1, '%s', 'fp32', 'old')",
		hash);
	int old = (int)tt_pg_int(&db, "SELECT model_id FROM tickertone.model");
	TT_EQ(register_model("a", "w", "fp32", "/m/a"), old);
	TT_TRUE(register_model("b", "w", "fp32", "/m/b") != old);
	TT_EQ(register_model("a", "w", "fp32", "/m/a"), old);
}

TT_TEST(what_is_registered_stays)
{
	int a = register_model("a", "w", "fp32", "/m/a");
	const struct tt_str none = {NULL, 0};
	TT_EQ(tt_pg_model_describe(
		      c, a, TT_STR("{\"f\": 1}"), TT_STR("{\"d\": 2}"), TT_STR("{\"f1\": 0.8}"), &err),
		TT_OK);
	TT_EQ(tt_pg_model_describe(c, a, TT_STR("{\"f\": 3}"), none, none, &err), TT_OK);
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT concat(files, data, figures) FROM tickertone.model")),
		TT_STR("{\"f\": 3}{\"d\": 2}{\"f1\": 0.8}"));
}

static int promoted(void)
{
	struct tt_pg_found_model m;
	int64_t change;
	TT_EQ(tt_pg_model_promoted(c, &arena, &change, &m, &err), TT_OK);
	TT_EQ(change, tt_pg_int(&db, "SELECT coalesce(max(change_id), 0) FROM tickertone.model_change"));
	return m.model_id;
}

static bool promote(int id)
{
	bool is_new = false;
	TT_EQ(tt_pg_model_promote(c, id, TT_STR("anna"), TT_STR("because"), &is_new, &err), TT_OK);
	TT_EQ(promoted(), id);
	return is_new;
}

static int roll_back(void)
{
	return tt_pg_model_roll_back(c, (struct tt_str){NULL, 0}, (struct tt_str){NULL, 0}, &err);
}

TT_TEST(a_rollback_goes_to_the_one_before)
{
	int a = register_model("a", "w", "fp32", "/m/a"), b = register_model("b", "x", "fp32", "/m/b"),
	    d = register_model("d", "y", "fp32", "/m/d");
	bool told = false;
	TT_EQ(promoted(), 0);
	TT_EQ(roll_back(), TT_ENOENT);
	TT_TRUE(promote(a) && promote(b) && promote(d) && !promote(d));
	TT_EQ(roll_back(), TT_OK);
	TT_EQ(promoted(), b);
	TT_EQ(roll_back(), TT_OK);
	TT_EQ(promoted(), a);
	TT_TRUE(promote(d)); /* from here on back to what was before it, not to what was rolled back */
	TT_EQ(roll_back(), TT_OK);
	TT_EQ(promoted(), a);
	TT_EQ(roll_back(), TT_OK);
	TT_EQ(promoted(), 0);
	TT_EQ(roll_back(), TT_ENOENT);
	TT_STR_EQ(tt_str_c(tt_pg_text(&db, "SELECT string_agg(coalesce(name, '-'), '' ORDER BY change_id) "
					   "FROM tickertone.model_history")),
		TT_STR("abdbada-"));
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.model_history WHERE until = 'infinity' AND "
			     "name IS NULL"),
		1);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.model_history WHERE changed_by = 'anna' AND "
			     "reason = 'because'"),
		4);
	TT_EQ(tt_pg_query(c, "LISTEN tickertone_model", NULL, NULL, &err), TT_OK);
	tt_pg_do(&db, "SELECT tickertone.promote_model(%d::smallint, NULL, NULL)", a);
	TT_EQ(tt_pg_wait(c, 30000, &told), TT_OK);
	TT_TRUE(told);
}

/* ---- the shadow ---- */

static void say(struct tt_sentiment *s, float negative, float neutral, float positive)
{
	*s = (struct tt_sentiment){.p = {negative, neutral, positive}, .score = positive - negative};
}

TT_TEST(the_shadow_is_compared)
{
	int a = register_model("a", "w", "fp32", "/m/a"), b = register_model("b", "x", "fp32", "/m/b");
	struct tt_batch *stored = tt_batch_new(1 << 20), *shadow = tt_batch_new(1 << 20);
	struct tt_batch *batches[] = {stored};
	struct tt_sink_result r = {0};
	struct tt_sink sink;
	stored->model_id = a;
	shadow->model_id = b;
	for (int i = 0; i < 4; i++) {
		tt_pg_item(stored, i, 2);
		tt_pg_item(shadow, i, 2);
		say(&stored->items[i].sentiment, 0.1F, 0.2F, 0.7F);
		say(&shadow->items[i].sentiment, 0.1F, 0.2F, 0.7F);
	}
	say(&shadow->items[0].sentiment, 0.7F, 0.2F, 0.1F);
	say(&shadow->items[1].entities[0].sentiment, 0, 0, 1);
	say(&stored->items[1].entities[0].sentiment, 0, 1, 0);
	shadow->items[3].unscored = "no text";
	TT_EQ(tt_pg_open(&sink, &db.conf, &err), TT_OK);
	stored->n_items = 3; /* the last one is not stored, and not scored either */
	TT_EQ(sink.ops->write(sink.self, batches, 1, &r, &err), TT_OK);
	sink.ops->close(sink.self);
	for (int times = 0; times < 2; times++)
		TT_EQ(tt_pg_shadow_store(c, shadow, stored->items, a, &err), TT_OK);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.shadow_score"), 3 + 3 * 2);
	TT_EQ(tt_pg_int(&db, "SELECT n FROM tickertone.shadow_comparison WHERE about = 'items' AND model = "
			     "'b' AND served_model = 'a'"),
		3);
	TT_NEAR(tt_pg_real(&db, "SELECT agreement FROM tickertone.shadow_comparison WHERE about = 'items'"),
		2.0 / 3, 1e-9);
	TT_NEAR(tt_pg_real(&db, "SELECT mean_change FROM tickertone.shadow_comparison WHERE about = 'items'"),
		1.2 / 9, 1e-6);
	TT_NEAR(tt_pg_real(&db, "SELECT mean_shift FROM tickertone.shadow_comparison WHERE about = 'items'"),
		-1.2 / 3, 1e-6);
	TT_EQ(tt_pg_int(&db, "SELECT to_worse * 10 + to_better FROM tickertone.shadow_comparison WHERE about "
			     "= 'feed' AND name = 'test'"),
		10);
	TT_EQ(tt_pg_int(&db,
		      "SELECT n * 10 + to_better FROM tickertone.shadow_comparison WHERE about = 'entities'"),
		61);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.shadow_comparison WHERE about = 'entity' AND "
			     "name LIKE 'S_'"),
		4);
	TT_EQ(tt_pg_shadow_prune(c, tt_wall_ms(&tt_clock_real) - 3600000, &err), TT_OK);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.shadow_score"), 9);
	TT_EQ(tt_pg_shadow_prune(c, tt_wall_ms(&tt_clock_real) + 3600000, &err), TT_OK);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.shadow_score"), 0);
	tt_batch_free(stored);
	tt_batch_free(shadow);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
TT_MAIN(CASE(a_model_is_all_its_files), CASE(a_row_of_an_earlier_program_is_taken_over),
	CASE(what_is_registered_stays), CASE(a_rollback_goes_to_the_one_before), CASE(the_shadow_is_compared))
