/* test_pg_websub.c - subscriptions survive a restart as they were; old and foreign states do not undo newer
 * ones. */
#include "common/err.h"
#include "sink/pg/websub.h"
#include "tests/sink/pg_test.h"

static struct tt_pg_db db;
static struct tt_sink sink;
static struct tt_err err;

static int setup(void **state)
{
	(void)state;
	tt_pg_db_make(&db, true);
	if (tt_pg_open(&sink, &db.conf, &err) < 0)
		fail_msg("%s", err.msg);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	sink.ops->close(sink.self);
	tt_pg_db_drop(&db);
	return 0;
}

static struct tt_websub_state state_of(const char *url, enum tt_websub_status status, int64_t changed_ms)
{
	return (struct tt_websub_state){
		.url = tt_str_c(url),
		.hub = TT_STR("https://hub/"),
		.topic = TT_STR("https://e/topic"),
		.callback = TT_STR("https://us/websub/"),
		.token = TT_STR("token"),
		.secret = TT_STR("secret"),
		.last_error = TT_STR("bad \xff bytes"),
		.status = status,
		.failures = 3,
		.lease_until_ms = status == TT_WEBSUB_ACTIVE ? tt_pg_now_ms + 1000 : TT_TIME_NONE,
		.next_ms = tt_pg_now_ms + 500,
		.last_push_ms = TT_TIME_NONE,
		.changed_ms = changed_ms,
	};
}

static void write_states(const struct tt_websub_state *v, size_t n)
{
	struct tt_sink_result stored;
	struct tt_batch *b = tt_batch_new(1 << 20);
	for (size_t i = 0; i < n; i++)
		*tt_batch_add_websub(b) = v[i];
	if (sink.ops->write(sink.self, &b, 1, &stored, &err) < 0)
		fail_msg("%s", err.msg);
	tt_batch_free(b);
}

static void write_state(struct tt_websub_state s)
{
	write_states(&s, 1);
}

TT_TEST(comes_back_as_it_went)
{
	struct tt_pg_conn *c;
	struct tt_websub_state *v;
	struct tt_arena arena;
	size_t n;
	write_state(state_of("http://b", TT_WEBSUB_FAILED, tt_pg_now_ms));
	write_state(state_of("http://a", TT_WEBSUB_ACTIVE, tt_pg_now_ms));
	tt_arena_init(&arena, 1 << 20);
	TT_EQ(tt_pg_conn_new(&c, &db.conf, &err), TT_OK);
	if (tt_pg_websub_load(c, &arena, &v, &n, &err) < 0)
		fail_msg("%s", err.msg);
	TT_EQ(n, 2);
	TT_STR_EQ(v[0].url, TT_STR("http://a"));
	TT_STR_EQ(v[0].hub, TT_STR("https://hub/"));
	TT_STR_EQ(v[0].topic, TT_STR("https://e/topic"));
	TT_STR_EQ(v[0].callback, TT_STR("https://us/websub/"));
	TT_STR_EQ(v[0].token, TT_STR("token"));
	TT_STR_EQ(v[0].secret, TT_STR("secret"));
	TT_STR_EQ(v[0].last_error, TT_STR("bad \xef\xbf\xbd bytes"));
	TT_EQ(v[0].status, TT_WEBSUB_ACTIVE);
	TT_EQ(v[0].failures, 3);
	TT_EQ(v[0].lease_until_ms, tt_pg_now_ms + 1000);
	TT_EQ(v[0].next_ms, tt_pg_now_ms + 500);
	TT_EQ(v[0].last_push_ms, TT_TIME_NONE);
	TT_EQ(v[0].changed_ms, tt_pg_now_ms);
	TT_EQ(v[1].status, TT_WEBSUB_FAILED);
	TT_EQ(v[1].lease_until_ms, TT_TIME_NONE);
	tt_pg_conn_free(c);
	tt_arena_done(&arena);
}

static const char *status(const char *url)
{
	return tt_pg_text(&db, "SELECT status FROM tickertone.websub WHERE url = '%s'", url);
}

TT_TEST(the_latest_state_stays)
{
	struct tt_websub_state both[] = {
		state_of("http://c", TT_WEBSUB_ACTIVE, 2000), state_of("http://c", TT_WEBSUB_PENDING, 1000)};
	write_states(both, 2);
	TT_STR_EQ(tt_str_c(status("http://c")), TT_STR("active"));
	write_state(both[1]); /* late */
	TT_STR_EQ(tt_str_c(status("http://c")), TT_STR("active"));
	write_state(state_of("http://c", TT_WEBSUB_DENIED, 2000));
	TT_STR_EQ(tt_str_c(status("http://c")), TT_STR("denied"));
	struct tt_websub_state theirs =
		state_of("http://c", TT_WEBSUB_PENDING, 500); /* whose clock is late */
	theirs.callback = TT_STR("https://them/websub/");
	theirs.token = TT_STR("theirs");
	write_state(theirs);
	TT_STR_EQ(tt_str_c(status("http://c")), TT_STR("pending"));
	write_state(state_of("http://c", TT_WEBSUB_NONE, 3000)); /* ours has ended: not theirs */
	TT_STR_EQ(tt_str_c(status("http://c")), TT_STR("pending"));
	theirs.status = TT_WEBSUB_NONE;
	write_state(theirs);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM tickertone.websub WHERE url = 'http://c'"), 0);
}

TT_TEST(secrets_are_the_writers)
{
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM information_schema.role_table_grants "
			     "WHERE table_name = 'websub' AND grantee = 'tickertone_reader'"),
		0);
	TT_EQ(tt_pg_int(&db, "SELECT count(*) FROM information_schema.role_table_grants "
			     "WHERE table_name = 'websub' AND grantee = 'tickertone_writer'"),
		4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {TT_RUN(comes_back_as_it_went), TT_RUN(the_latest_state_stays),
		TT_RUN(secrets_are_the_writers)};
	return cmocka_run_group_tests(tests, setup, teardown) ? 1 : 0;
}
