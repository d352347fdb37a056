/* test_sink_oom.c - every allocation of a write fails once: the error says so, nothing leaks, the next write
 * is right. */
#include <fcntl.h>
#include <jansson.h>

#include "common/err.h"
#include "sink/pg/pg.h"
#include "sink/stdout.h"
#include "tests/fault.h"
#include "tests/sink/pg_test.h"

enum { MOST = 20000 };

static struct tt_batch *sample(void)
{
	struct tt_batch *b = tt_batch_new(1 << 20);

	for (int i = 0; i < 20; i++)
		tt_pg_item(b, i, 3);
	*tt_batch_add_feed(b) = (struct tt_feed_state){.url = TT_STR("f"), .last_fetch_ms = TT_TIME_NONE};
	*tt_batch_add_dead(b) = (struct tt_dead_letter){.stage = "parse", .reason = TT_STR("r"), .at_ms = 0};
	return b;
}

/* Opens, writes and closes with allocation n and all later ones failing, for n = 0, 1, ... until nothing
 * fails. */
static void sweep(
	struct tt_batch *b, int (*open)(struct tt_sink *ret, void *ctx, struct tt_err *err), void *ctx)
{
	long live = tt_alloc_live();
	struct tt_sink_result r = {0};
	struct tt_err err = {0};
	int rc = TT_ENOMEM, n;

	for (n = 0; n < MOST && rc == TT_ENOMEM; n++) {
		struct tt_sink sink = {NULL, NULL};
		tt_fault_alloc_after(n);
		rc = open(&sink, ctx, &err);
		if (rc == TT_OK)
			rc = sink.ops->write(sink.self, &b, 1, &r, &err);
		tt_fault_off();
		if (sink.ops)
			sink.ops->close(sink.self);
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 3);
	TT_EQ(r.items, 20);
	TT_EQ(r.entities, 60);
	TT_EQ(r.dead, 1);
}

static int open_pg(struct tt_sink *ret, void *ctx, struct tt_err *err)
{
	return tt_pg_open(ret, ctx, err);
}

TT_TEST(postgres)
{
	struct tt_batch *b = sample();
	struct tt_pg_db db;

	tt_pg_db_make(&db, true);
	sweep(b, open_pg, &db.conf);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.item"), 20);
	tt_pg_db_drop(&db);
	tt_batch_free(b);
}

static int open_stdout(struct tt_sink *ret, void *ctx, struct tt_err *err)
{
	return tt_stdout_open(ret, *(int *)ctx, err);
}

TT_TEST(json)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	struct tt_batch *b = sample();

	json_set_alloc_funcs(tt_fault_malloc, tt_fault_free);
	sweep(b, open_stdout, &fd);
	close(fd);
	tt_batch_free(b);
}

TT_MAIN(TT_RUN(json), TT_RUN(postgres))
