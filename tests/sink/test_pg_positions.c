/* test_pg_positions.c - claims, ranges of work, and the fence: a worker that lost a partition writes nothing
 * of it, all else it writes arrives. */
#include "common/positions.h"
#include "sink/pg/positions.h"
#include "tests/sink/pg_test.h"

static struct tt_pg_db db;
static struct tt_sink sink;

struct worker {
	struct tt_positions store;
	struct tt_position p[3];
};

static void worker_open(struct worker *w)
{
	struct tt_err err = {0};
	TT_EQ(tt_pg_positions_open(&w->store, &db.conf, "g", &err), TT_OK);
	for (int i = 0; i < 3; i++)
		w->p[i] = (struct tt_position){.topic = TT_STR("news"), .partition = i};
}

static void claim(struct worker *w, size_t n)
{
	struct tt_err err = {0};
	TT_EQ(w->store.ops->claim(w->store.self, w->p, n, &err), TT_OK);
}

static int mark(struct worker *w, size_t n, int64_t from, int64_t to)
{
	struct tt_err err = {0};
	for (size_t i = 0; i < n; i++) {
		w->p[i].window_from = from;
		w->p[i].window_to = to;
	}
	return w->store.ops->mark(w->store.self, w->p, n, &err);
}

static void worker_close(struct worker *w)
{
	w->store.ops->close(w->store.self);
}

static void check(
	const struct worker *w, int i, int64_t epoch, int64_t next, int64_t from, int64_t to, int crashes)
{
	TT_EQ_ROW(i, w->p[i].epoch, epoch);
	TT_EQ_ROW(i, w->p[i].next_offset, next);
	TT_EQ_ROW(i, w->p[i].window_from, from);
	TT_EQ_ROW(i, w->p[i].window_to, to);
	TT_EQ_ROW(i, w->p[i].crashes, crashes);
}

/* Item `number` of partition `partition`, as read by w. */
static void add(struct tt_batch *b, const struct worker *w, int partition, int number, int64_t next)
{
	struct tt_progress *progress = tt_batch_add_progress(b);
	struct tt_scored *s;
	*progress = (struct tt_progress){.group = TT_STR("g"),
		.topic = TT_STR("news"),
		.partition = partition,
		.epoch = w->p[partition].epoch,
		.next_offset = next,
		.newest_ms = tt_pg_now_ms + number};
	s = tt_pg_item(b, number, 1);
	s->item.origin = (uint32_t)b->n_progress;
}

static int write_batches(struct tt_batch **b, size_t n, size_t *ret_items)
{
	struct tt_sink_result result = {0};
	struct tt_err err = {0};
	int rc = sink.ops->write(sink.self, b, n, &result, &err);
	*ret_items = result.items;
	return rc;
}

static int64_t next_offset(int partition)
{
	return tt_pg_int(&db,
		"SELECT coalesce(next_offset, -1) FROM tickertone.kafka_offset WHERE partition = %d",
		partition);
}

static int setup(void **state)
{
	struct tt_err err = {0};
	(void)state;
	tt_pg_db_make(&db, true);
	TT_EQ(tt_pg_open(&sink, &db.conf, &err), TT_OK);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sink.ops->close(sink.self);
	tt_pg_db_drop(&db);
	return 0;
}

TT_TEST(a_position_moves_with_its_items)
{
	struct worker w;
	struct tt_batch *b[] = {tt_batch_new(1 << 20), tt_batch_new(1 << 20)};
	size_t items;
	worker_open(&w);
	claim(&w, 2);
	check(&w, 0, 1, -1, -1, -1, 0);
	TT_EQ(mark(&w, 2, 5, 100), TT_OK);
	TT_EQ(next_offset(0), 5); /* nothing before it will ever be asked for */
	add(b[0], &w, 0, 1, 10);
	add(b[0], &w, 1, 2, 7);
	add(b[1], &w, 0, 3, 20); /* the same partition twice in one write: the later one counts */
	for (int again = 0; again < 2; again++) {
		TT_EQ(write_batches(b, 2, &items), TT_OK);
		TT_EQ(items, again ? 0 : 3);
		TT_EQ(next_offset(0), 20);
		TT_EQ(next_offset(1), 7);
	}
	TT_EQ(tt_pg_int(&db,
		      "SELECT (record_at = to_timestamp(%lld / 1000.0))::int FROM tickertone.kafka_offset "
		      "WHERE partition = 0",
		      (long long)tt_pg_now_ms + 3),
		1);
	tt_batch_free(b[0]);
	tt_batch_free(b[1]);
	worker_close(&w);
}

TT_TEST(a_lost_claim_writes_nothing_and_the_rest_arrives)
{
	struct worker old, new;
	struct tt_batch *b[] = {tt_batch_new(1 << 20)};
	size_t items;
	worker_open(&old);
	worker_open(&new);
	claim(&old, 2);
	add(b[0], &old, 0, 1, 10);
	add(b[0], &old, 1, 2, 10);
	claim(&new, 1);
	TT_EQ(mark(&old, 2, 0, 100), TT_ESTALE);
	TT_EQ(write_batches(b, 1, &items), TT_ESTALE);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item"), 0);
	TT_TRUE(b[0]->progress[0].stale && !b[0]->progress[1].stale);
	b[0]->items[0] = b[0]->items[1]; /* the writer takes out what came with it */
	b[0]->n_items = 1;
	TT_EQ(write_batches(b, 1, &items), TT_OK);
	TT_EQ(items, 1);
	TT_EQ(next_offset(0), -1);
	TT_EQ(next_offset(1), 10);
	tt_batch_free(b[0]);
	worker_close(&old);
	worker_close(&new);
}

TT_TEST(a_guard_refuses_but_does_not_move)
{
	struct worker w, other;
	struct tt_batch *b[] = {tt_batch_new(1 << 20)};
	size_t items;
	worker_open(&w);
	worker_open(&other);
	claim(&w, 1);
	add(b[0], &w, 0, 1, TT_PROGRESS_GUARD);
	TT_EQ(write_batches(b, 1, &items), TT_OK);
	TT_EQ(items, 1);
	TT_EQ(next_offset(0), -1);
	claim(&other, 1);
	TT_EQ(write_batches(b, 1, &items), TT_ESTALE);
	tt_batch_free(b[0]);
	worker_close(&w);
	worker_close(&other);
}

TT_TEST(a_range_left_open_counts_as_a_crash)
{
	struct worker w;
	struct tt_batch *b[] = {tt_batch_new(1 << 20)};
	struct tt_err err = {0};
	size_t items;
	worker_open(&w);
	claim(&w, 1);
	TT_EQ(mark(&w, 1, 0, 1000), TT_OK);
	claim(&w, 1); /* as another worker after a crash */
	check(&w, 0, 2, 0, 0, 1000, 1);
	TT_EQ(mark(&w, 1, 0, 1), TT_OK); /* another range: its own count */
	claim(&w, 1);
	check(&w, 0, 3, 0, 0, 1, 1);
	TT_EQ(mark(&w, 1, 0, 1), TT_OK); /* the same again */
	claim(&w, 1);
	check(&w, 0, 4, 0, 0, 1, 2);
	claim(&w, 1); /* nobody has worked on it meanwhile */
	check(&w, 0, 5, 0, 0, 1, 2);
	TT_EQ(mark(&w, 1, 0, 10), TT_OK);
	add(b[0], &w, 0, 1, 4);
	TT_EQ(write_batches(b, 1, &items), TT_OK);
	claim(&w, 1); /* what is stored of the range is out of it */
	check(&w, 0, 6, 4, 4, 10, 1);
	TT_EQ(w.store.ops->release(w.store.self, w.p, 1, &err), TT_OK);
	claim(&w, 1);
	check(&w, 0, 7, 4, -1, -1, 0);
	TT_EQ(mark(&w, 1, 0, 2), TT_OK); /* the topic was made anew */
	TT_EQ(next_offset(0), 0);
	tt_batch_free(b[0]);
	worker_close(&w);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
TT_MAIN(CASE(a_position_moves_with_its_items), CASE(a_lost_claim_writes_nothing_and_the_rest_arrives),
	CASE(a_guard_refuses_but_does_not_move), CASE(a_range_left_open_counts_as_a_crash))
