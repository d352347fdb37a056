/* test_pg_parallel.c - writers side by side, with the same items in different orders: every item once, nobody
 * stuck. */
#include <pthread.h>
#include <sched.h>

#include "common/err.h"
#include "sink/pg/pg.h"
#include "tests/sink/pg_test.h"

enum { WRITERS = 4, ROUNDS = 15, BATCH = 60, STEP = 20 };

struct writer {
	const struct tt_pg_conf *conf;
	pthread_t thread;
	int number;
	size_t items, entities;
	struct tt_err err;
};

/* Round r of every writer has the items [r STEP, r STEP + BATCH), each writer in an order of its own; every
 * other one comes with a guid that only this writer uses, so that only the URL tells. Some are dated long
 * ago, each in a week of its own. */
static struct tt_batch *overlapping(int writer, int round)
{
	static const int strides[WRITERS] = {1, 59, 7, 23}; /* coprime to BATCH */
	struct tt_batch *b = tt_batch_new(1 << 22);

	for (int i = 0; i < BATCH; i++) {
		int number = round * STEP + (i * strides[writer] + writer) % BATCH;
		struct tt_scored *s = tt_pg_item(b, number, 3);
		if (number % 2)
			s->item.id = TT_ID(
				s->item.guid, tt_str_c(tt_arena_printf(&b->arena, "writer %d", writer)));
		s->item.fetched_ms = tt_clock_real.wall_ms(NULL);
		s->item.published_ms = s->item.fetched_ms - (number % 7 ? 0 : number % 70 * 86400000LL);
	}
	*tt_batch_add_feed(b) = (struct tt_feed_state){
		.url = writer % 2 ? TT_STR("f1") : TT_STR("f2"), .last_fetch_ms = round};
	*tt_batch_add_feed(b) = (struct tt_feed_state){
		.url = writer % 2 ? TT_STR("f2") : TT_STR("f1"), .last_fetch_ms = round};
	*tt_batch_add_dead(b) =
		(struct tt_dead_letter){.stage = "parse", .reason = TT_STR("r"), .at_ms = round};
	return b;
}

static void *write_all(void *arg)
{
	struct writer *w = arg;
	struct tt_sink sink;

	if (tt_pg_open(&sink, w->conf, &w->err) < 0)
		return NULL;
	for (int round = 0; round < ROUNDS && !w->err.code; round++) {
		struct tt_batch *b = overlapping(w->number, round);
		struct tt_sink_result r = {0};
		if (sink.ops->write(sink.self, &b, 1, &r, &w->err) == TT_OK) {
			w->items += r.items;
			w->entities += r.entities;
		}
		tt_batch_free(b);
	}
	sink.ops->close(sink.self);
	return NULL;
}

TT_TEST(overlapping_writers)
{
	enum { WANT = (ROUNDS - 1) * STEP + BATCH };
	struct writer w[WRITERS] = {0};
	size_t items = 0, entities = 0;
	struct tt_pg_db db;

	tt_pg_db_make(&db, true);
	for (int i = 0; i < WRITERS; i++) {
		w[i].conf = &db.conf;
		w[i].number = i;
		TT_EQ(pthread_create(&w[i].thread, NULL, write_all, &w[i]), 0);
	}
	for (int i = 0; i < WRITERS; i++) {
		pthread_join(w[i].thread, NULL);
		TT_STR_EQ_ROW(i, tt_str_c(w[i].err.msg), TT_STR(""));
		items += w[i].items;
		entities += w[i].entities;
	}
	TT_EQ(items, WANT);
	TT_EQ(entities, 3 * WANT);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item"), WANT);
	TT_EQ(tt_pg_int(&db, "SELECT count(DISTINCT url) FROM tickertone.item"), WANT);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item_sentiment"), WANT);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.entity_sentiment"), 3 * WANT);
	TT_EQ(tt_pg_int(&db, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"), 0);
	tt_pg_db_drop(&db);
}

/* ---- one who takes all keys for new, against one who has claimed them and stores the item a moment later
 * ---- */

static void *write_one(void *arg)
{
	struct writer *w = arg;
	struct tt_sink sink;
	struct tt_sink_result r = {0};
	if (tt_pg_open(&sink, w->conf, &w->err) < 0)
		return NULL;
	struct tt_batch *b = tt_batch_new(1 << 20);
	tt_pg_item(b, 1, 2);
	if (sink.ops->write(sink.self, &b, 1, &r, &w->err) == TT_OK)
		w->items = r.items;
	tt_batch_free(b);
	sink.ops->close(sink.self);
	return NULL;
}

static void in(PGconn *c, const char *sql)
{
	PGresult *r = PQexec(c, sql);
	if (PQresultStatus(r) != PGRES_COMMAND_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(c));
	PQclear(r);
}

TT_TEST(keys_come_first)
{
	struct tt_pg_db db;
	struct writer first = {.conf = &db.conf}, second = first;
	tt_pg_db_make(&db, true);
	write_one(&first);
	TT_STR_EQ(tt_str_c(first.err.msg), TT_STR(""));
	TT_EQ(first.items, 1);
	PGconn *c = PQconnectdb(db.dsn);
	in(c, "SET search_path = tickertone");
	in(c, "CREATE TEMP TABLE keys AS SELECT * FROM seen");
	in(c, "CREATE TEMP TABLE items AS SELECT * FROM item");
	in(c, "DELETE FROM entity_sentiment; DELETE FROM item_sentiment; DELETE FROM item; DELETE FROM seen");
	in(c, "BEGIN; INSERT INTO seen SELECT * FROM keys");
	TT_EQ(pthread_create(&second.thread, NULL, write_one, &second), 0);
	while (tt_pg_int(&db,
		       "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'") == 0)
		sched_yield();
	in(c, "INSERT INTO item SELECT * FROM items");
	in(c, "COMMIT");
	pthread_join(second.thread, NULL);
	TT_STR_EQ(tt_str_c(second.err.msg), TT_STR(""));
	TT_EQ(second.items, 0);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item"), 1);
	PQfinish(c);
	tt_pg_db_drop(&db);
}

TT_MAIN(TT_RUN(overlapping_writers), TT_RUN(keys_come_first))
