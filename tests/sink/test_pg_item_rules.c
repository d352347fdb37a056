/* test_pg_item_rules.c - alerts of single items: in the write that stores the item, once, whatever comes
 * again. */
#include "sink/pg/item_rules.h"

#include <math.h>

#include "tests/sink/pg_test.h"

#define YEARS_MS (100LL * 365 * 86400000)

static struct tt_pg_db db;

static int setup(void **state)
{
	(void)state;
	tt_pg_db_make(&db, true);
	TT_EQ(tt_pg_item_rules_new(&db.conf.item_rules, NULL), TT_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tt_pg_item_rules_free(db.conf.item_rules);
	tt_pg_db_drop(&db);
	return 0;
}

static void set_rule(const struct tt_pg_item_rule *rule)
{
	static const struct tt_str targets[] = {{"kafka", 5}};

	TT_EQ(tt_pg_item_rules_set(db.conf.item_rules, rule, 1, targets, 1, NULL), TT_OK);
}

/* The alerts that the write of items [from, to) raises; title NULL: their own. */
static int64_t write_items(int from, int to, const char *title)
{
	struct tt_batch *b = tt_batch_new(1 << 24);
	struct tt_sink_result stored;
	struct tt_err err = {0};
	struct tt_sink sink;

	for (int i = from; i < to; i++) {
		struct tt_scored *s = tt_pg_item(b, i, 2);
		s->item.revises = title;
		s->item.story_ms = s->item.published_ms;
		if (title)
			s->item.title = tt_str_c(title);
		s->item.text_hash = TT_ID(s->item.title);
	}
	TT_EQ(tt_pg_open(&sink, &db.conf, &err), TT_OK);
	if (sink.ops->write(sink.self, &b, 1, &stored, &err) < 0)
		fail_msg("%s", err.msg);
	sink.ops->close(sink.self);
	tt_batch_free(b);
	return (int64_t)stored.alerts;
}

static struct tt_pg_item_rule any_rule(void)
{
	return (struct tt_pg_item_rule){.name = TT_STR("good_news"),
		.severity = TT_SEVERITY_CRITICAL,
		.below = NAN,
		.above = 0.5,
		.min_relevance = 0.5,
		.min_novelty = 0.5,
		.max_age_ms = YEARS_MS};
}

TT_TEST(what_a_rule_asks)
{
	static const struct tt_str watched[] = {{"S5", 2}, {"S1", 2}}, nobody[] = {{"S77", 3}};
	const struct {
		double below, above, min_relevance, min_novelty;
		const struct tt_str *symbols;
		size_t n_symbols;
		const char *sector;
		int64_t max_age_ms, want;
	} rows[] = {
		{NAN, 0.5, 0.5, 0, NULL, 0, NULL, YEARS_MS, 20},
		{NAN, 0.51, 0.5, 0, NULL, 0, NULL, YEARS_MS, 0},
		{0.5, NAN, 0.5, 0, NULL, 0, NULL, YEARS_MS, 20},
		{0.49, NAN, 0.5, 0, NULL, 0, NULL, YEARS_MS, 0},
		{NAN, 0.5, 0.51, 0, NULL, 0, NULL, YEARS_MS, 0},
		{NAN, 0.5, 0.5, 1.01, NULL, 0, NULL, YEARS_MS, 0},
		{NAN, 0.5, 0.5, 0, watched, 2, NULL, YEARS_MS, 4},
		{NAN, 0.5, 0.5, 0, nobody, 1, NULL, YEARS_MS, 0},
		{NAN, 0.5, 0.5, 0, NULL, 0, "Chips", YEARS_MS, 2},
		{NAN, 0.5, 0.5, 0, NULL, 0, NULL, 60000, 0}, /* a topic read from its beginning */
	};

	tt_pg_do(&db, "INSERT INTO tickertone.entity (symbol, sector) VALUES ('S3', 'Chips')");
	for (int i = 0; i < (int)TT_LEN(rows); i++) {
		struct tt_pg_item_rule rule = any_rule();
		rule.below = rows[i].below;
		rule.above = rows[i].above;
		rule.min_relevance = rows[i].min_relevance;
		rule.min_novelty = rows[i].min_novelty;
		rule.symbols = rows[i].symbols;
		rule.n_symbols = rows[i].n_symbols;
		rule.sector = rows[i].sector ? tt_str_c(rows[i].sector) : (struct tt_str){NULL, 0};
		rule.max_age_ms = rows[i].max_age_ms;
		set_rule(&rule);
		TT_EQ_ROW(i, write_items(10 * i, 10 * i + 10, NULL), rows[i].want);
	}
}

TT_TEST(once)
{
	const struct tt_pg_item_rule rule = any_rule();

	TT_EQ(write_items(0, 3, NULL), 0); /* without rules */
	set_rule(&rule);
	TT_EQ(write_items(0, 6, NULL), 6); /* three are repeats: stored before there were rules */
	TT_EQ(write_items(0, 6, NULL), 0);
	TT_EQ(tt_pg_int(&db,
		      "SELECT count(*) FROM tickertone.alert_history WHERE to_state = 'firing' AND rule = "
		      "'good_news' "
		      "AND severity = 'critical' AND evidence->0->>'title' LIKE 'Title %%' AND value = 0.5"),
		6);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.alert_outbox WHERE target = 'kafka'"), 6);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.alerts"), 0); /* one moment each */
	tt_pg_do(&db, "DELETE FROM tickertone.alert_outbox");
	TT_EQ(write_items(3, 6, "Another title"), 0);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item WHERE version = 2"), 3);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.alert_outbox"), 0);
	TT_EQ(write_items(0, 1, "A text that is worth it"), 2); /* what had not been raised may be yet */
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {CASE(what_a_rule_asks), CASE(once)};
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
