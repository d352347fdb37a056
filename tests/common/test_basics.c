/* test_basics.c - strings, buffers, arena, ids, clock, queue, backoff, errors: the floor everything stands on. */
#include <pthread.h>

#include "common/arena.h"
#include "common/batch.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/id.h"
#include "common/queue.h"
#include "common/retry.h"
#include "tests/tt_test.h"

TT_TEST(str_int)
{
	static const struct {
		const char *in;
		bool ok;
		int64_t want;
	} rows[] = {
		{"0", true, 0},
		{"-1", true, -1},
		{"+7", true, 7},
		{"9223372036854775807", true, INT64_MAX},
		{"-9223372036854775808", true, INT64_MIN},
		{"9223372036854775808", false, 0},
		{"99999999999999999999", false, 0},
		{"", false, 0},
		{"-", false, 0},
		{"1x", false, 0},
		{" 1", false, 0},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		int64_t got = 0;
		TT_EQ_ROW(i, tt_str_int(tt_str_c(rows[i].in), INT64_MIN, INT64_MAX, &got), rows[i].ok);
		TT_EQ_ROW(i, got, rows[i].want);
	}
	int64_t got = 42;
	TT_TRUE(!tt_str_int(TT_STR("11"), 0, 10, &got));
	TT_EQ(got, 42);
}

TT_TEST(str_split_and_trim)
{
	struct tt_str rest = TT_STR("a\t\tb");
	TT_STR_EQ(tt_str_split(&rest, '\t'), TT_STR("a"));
	TT_STR_EQ(tt_str_split(&rest, '\t'), TT_STR(""));
	TT_STR_EQ(tt_str_split(&rest, '\t'), TT_STR("b"));
	TT_TRUE(!rest.p);
	TT_STR_EQ(tt_str_trim(TT_STR(" \r\n x y\v")), TT_STR("x y"));
	TT_TRUE(tt_str_starts_ci(TT_STR("HTTPS://x"), TT_STR("https:")));
	TT_TRUE(!tt_str_starts(TT_STR("ht"), TT_STR("http")));
	TT_TRUE(tt_str_order(TT_STR("ab"), TT_STR("b")) < 0 && tt_str_order(TT_STR("\xff"), TT_STR("a")) > 0);
	TT_TRUE(tt_str_order(TT_STR("a"), TT_STR("ab")) < 0 && tt_str_order(TT_STR("ab"), TT_STR("a")) > 0);
	TT_TRUE(tt_str_order((struct tt_str){0}, TT_STR("")) == 0);
}

TT_TEST(buf_keeps_its_cap)
{
	struct tt_buf b;
	tt_buf_init(&b, 10);
	TT_EQ(tt_buf_printf(&b, "%d-%s", 12, "ab"), TT_OK);
	TT_EQ(tt_buf_add(&b, "123456", 6), TT_ELIMIT);
	TT_STR_EQ(tt_buf_view(&b), TT_STR("12-ab"));
	TT_EQ(tt_buf_add(&b, "12345", 5), TT_OK);
	TT_EQ(tt_buf_char(&b, 'x'), TT_ELIMIT);
	TT_EQ(strlen(b.p), 10);
	tt_buf_done(&b);
}

TT_TEST(arena_cap_and_growth)
{
	struct tt_arena a;
	int *v = NULL;
	tt_arena_init(&a, 1 << 16);
	for (size_t i = 0; i < 100; i++) {
		v = tt_arena_grow(&a, v, i, sizeof(*v));
		assert_non_null(v);
		v[i] = (int)i;
	}
	for (int i = 0; i < 100; i++)
		TT_EQ_ROW(i, v[i], i);
	assert_null(tt_arena_alloc(&a, 1 << 16));
	assert_null(tt_arena_alloc(&a, SIZE_MAX));
	assert_null(tt_arena_zalloc(&a, SIZE_MAX / 2, 3));
	tt_arena_reset(&a);
	assert_non_null(tt_arena_alloc(&a, (1 << 16) - 16));
	assert_null(tt_arena_alloc(&a, 32));
	tt_arena_done(&a);
}

TT_TEST(id_is_stable)
{
	char text[37];
	struct tt_id a = TT_ID(TT_STR("https://example.com/rss"), TT_STR("guid-1")), b;
	tt_id_format(a, text);
	TT_STR_EQ(tt_str_c(text), TT_STR("0fdc50bf-22b4-8df4-917d-cac56bb1bc9d"));
	TT_TRUE(tt_id_parse(tt_str_c(text), &b) && tt_id_eq(a, b));
	TT_TRUE(!tt_id_eq(TT_ID(TT_STR("ab"), TT_STR("c")), TT_ID(TT_STR("a"), TT_STR("bc"))));
	TT_TRUE(!tt_id_parse(TT_STR("0fdc50bf-22b4-8df4-917d+cac56bb1bc9d"), &b));
	TT_TRUE(!tt_id_parse(TT_STR("gfdc50bf-22b4-8df4-917d-cac56bb1bc9d"), &b));
}

TT_TEST(time_rfc3339)
{
	static const struct {
		int64_t ms;
		const char *want;
	} rows[] = {
		{0, "1970-01-01T00:00:00Z"},
		{-1, "1969-12-31T23:59:59.999Z"},
		{1795448783000, "2026-11-23T15:46:23Z"},
		{951782400000, "2000-02-29T00:00:00Z"},
		{-62135596800000, "0001-01-01T00:00:00Z"},
		{TT_TIME_NONE, ""},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		char got[40];
		tt_time_rfc3339(rows[i].ms, got);
		TT_STR_EQ_ROW(i, tt_str_c(got), tt_str_c(rows[i].want));
	}
	for (int64_t y = -400; y < 4000; y += 7)
		TT_EQ_ROW(y, tt_days_of_date(y + 400, 3, 1) - tt_days_of_date(y, 3, 1), 146097);
	TT_EQ(tt_days_of_date(1970, 1, 1), 0);
}

TT_TEST(event_time)
{
	struct tt_item it = {.published_ms = TT_TIME_NONE, .fetched_ms = 1000};
	bool clamped = true;
	TT_EQ(tt_item_event_ms(&it, &clamped), 1000);
	TT_TRUE(!clamped);
	it.published_ms = 900;
	TT_EQ(tt_item_event_ms(&it, &clamped), 900);
	it.published_ms = 1001;
	TT_EQ(tt_item_event_ms(&it, &clamped), 1000);
	TT_TRUE(clamped);
}

struct pusher {
	struct tt_queue *q;
	int n, rc;
};

static void *push_many(void *arg)
{
	struct pusher *p = arg;
	for (int i = 0; i < p->n && p->rc == TT_OK; i++) {
		struct tt_batch *b = tt_batch_new(1024);
		p->rc = b ? tt_queue_push(p->q, b, -1) : TT_ENOMEM;
		if (p->rc < 0)
			tt_batch_free(b);
	}
	return NULL;
}

TT_TEST(queue_hands_over_everything_once)
{
	struct tt_queue *q = tt_queue_new(3);
	struct pusher p[4] = {{q, 500, TT_OK}, {q, 500, TT_OK}, {q, 500, TT_OK}, {q, 500, TT_OK}};
	pthread_t t[4];
	struct tt_batch *b;
	for (int i = 0; i < 4; i++)
		TT_EQ(pthread_create(&t[i], NULL, push_many, &p[i]), 0);
	for (int i = 0; i < 2000; i++) {
		TT_EQ(tt_queue_pop(q, &b, -1), TT_OK);
		TT_TRUE(tt_queue_depth(q) <= 3);
		tt_batch_free(b);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], NULL);
		TT_EQ(p[i].rc, TT_OK);
	}
	TT_EQ(tt_queue_pop(q, &b, 0), TT_EAGAIN);
	b = tt_batch_new(1024);
	TT_EQ(tt_queue_push(q, b, 0), TT_OK);
	tt_queue_close(q);
	TT_EQ(tt_queue_push(q, b, -1), TT_ECLOSED);
	TT_EQ(tt_queue_pop(q, &b, -1), TT_OK); /* what was in it is not lost by closing */
	TT_EQ(tt_queue_pop(q, &b, -1), TT_ECLOSED);
	tt_batch_free(b);
	tt_queue_free(q);
}

TT_TEST(backoff_grows_to_its_cap)
{
	struct tt_backoff b;
	tt_backoff_init(&b, 100, 5000, 7);
	for (int k = 0; k < 40; k++) {
		int64_t d = k < 6 ? 100 << k : 5000, got = tt_backoff_next_ms(&b);
		TT_TRUE(got >= d / 2 && got <= d);
	}
	tt_backoff_reset(&b);
	TT_TRUE(tt_backoff_next_ms(&b) <= 100);
}

TT_TEST(errors_say_what_and_whether_to_retry)
{
	struct tt_err err = {0};
	TT_EQ(tt_err_set(&err, TT_EPARSE, "line %d\nof '%s'", 3, "x"), TT_EPARSE);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("line 3 of 'x'"));
	TT_EQ(tt_err_prefix(&err, TT_EPARSE, "feed.xml"), TT_EPARSE);
	TT_STR_EQ(tt_str_c(err.msg), TT_STR("feed.xml: line 3 of 'x'"));
	TT_EQ(tt_err_set(NULL, TT_EIO, "nobody listens"), TT_EIO);
	TT_TRUE(tt_retriable(TT_EPEER) && !tt_retriable(TT_EPARSE) && !tt_retriable(TT_OK) && !tt_retriable(-1000));
}

TT_MAIN(TT_RUN(str_int), TT_RUN(str_split_and_trim), TT_RUN(buf_keeps_its_cap), TT_RUN(arena_cap_and_growth), TT_RUN(id_is_stable),
	TT_RUN(time_rfc3339), TT_RUN(event_time), TT_RUN(queue_hands_over_everything_once), TT_RUN(backoff_grows_to_its_cap),
	TT_RUN(errors_say_what_and_whether_to_retry))
