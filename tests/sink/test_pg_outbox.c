/* test_pg_outbox.c - an event for each item that is stored and each new text, and for nothing else; one
 * publishes. */
#include "sink/pg/outbox.h"
#include "tests/sink/pg_test.h"

static struct tt_pg_db db;

static int setup(void **state)
{
	(void)state;
	tt_pg_db_make(&db, true);
	db.conf.write_events = true;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	tt_pg_db_drop(&db);
	return 0;
}

static struct tt_sink_result write_items(int from, int to)
{
	struct tt_batch *b = tt_batch_new(1 << 24);
	struct tt_sink_result stored;
	struct tt_err err = {0};
	struct tt_sink sink;
	for (int i = from; i < to; i++)
		tt_pg_item(b, i, 2);
	TT_EQ(tt_pg_open(&sink, &db.conf, &err), TT_OK);
	if (sink.ops->write(sink.self, &b, 1, &stored, &err) < 0)
		fail_msg("%s", err.msg);
	sink.ops->close(sink.self);
	tt_batch_free(b);
	return stored;
}

TT_TEST(what_is_stored)
{
	TT_EQ(write_items(0, 10).items, 10);
	TT_EQ(write_items(5, 12).items, 2); /* five are repeats */
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.event_outbox"), 12);
	TT_EQ(tt_pg_int(&db,
		      "SELECT count(*) FROM tickertone.event_outbox o JOIN tickertone.item i USING (item_id) "
		      "WHERE o.body::json->>'item_id' = i.item_id::text AND o.body::json->>'title' = i.title "
		      "AND (o.body::json->>'event_at')::timestamptz = i.event_at "
		      "AND json_array_length(o.body::json->'entities') = 2"),
		12);
	db.conf.write_events = false;
	TT_EQ(write_items(12, 14).items, 2);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.event_outbox"), 12);
}

TT_TEST(taken_and_done)
{
	struct tt_pg_conn *one = NULL, *two = NULL;
	struct tt_pg_event *v = NULL;
	struct tt_arena arena;
	bool leads = false;
	size_t n = 0;
	int64_t waiting = -1;
	tt_arena_init(&arena, 1 << 24);
	write_items(0, 20);
	TT_EQ(tt_pg_conn_new(&one, &db.conf, NULL), TT_OK);
	TT_EQ(tt_pg_conn_new(&two, &db.conf, NULL), TT_OK);
	TT_EQ(tt_pg_outbox_lead(one, &leads, NULL), TT_OK);
	TT_TRUE(leads);
	TT_EQ(tt_pg_outbox_lead(two, &leads, NULL), TT_OK);
	TT_TRUE(!leads);
	TT_EQ(tt_pg_outbox_take(one, 1, &arena, &v, &n, NULL), TT_OK); /* always one */
	TT_EQ(n, 1);
	TT_EQ(tt_pg_outbox_take(one, 1 << 20, &arena, &v, &n, NULL), TT_OK);
	TT_EQ(n, 20);
	for (size_t i = 1; i < n; i++)
		TT_TRUE(v[i].id > v[i - 1].id);
	const int64_t ids[] = {v[0].id, v[1].id, v[19].id};
	TT_EQ(tt_pg_outbox_done(one, ids, 3, &waiting, NULL), TT_OK);
	TT_EQ(waiting, 17);
	tt_pg_conn_close(one);
	for (int i = 0; i < 1000 && !leads; i++) /* the server sees to it soon */
		TT_EQ(tt_pg_outbox_lead(two, &leads, NULL), TT_OK);
	TT_TRUE(leads);
	TT_EQ(tt_pg_outbox_take(two, 1 << 20, &arena, &v, &n, NULL), TT_OK);
	TT_EQ(n, 17);
	tt_pg_conn_free(one);
	tt_pg_conn_free(two);
	tt_arena_done(&arena);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
int main(void)
{
	const struct CMUnitTest tests[] = {CASE(what_is_stored), CASE(taken_and_done)};
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
