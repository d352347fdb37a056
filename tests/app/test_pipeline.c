/* test_pipeline.c - the line between fakes: everything arrives once, whatever the sink does; nobody hangs at
 * the end. */
#include "app/run/pipeline.h"
#include "common/log.h"
#include "tests/app/fakes.h"
#include "tests/tt_test.h"

static struct tt_fake_sink sink;
static int first_stale; /* so many first writes with progress find their claim lost */

static const struct tt_pipeline_conf conf = {.queue_batches = 2,
	.max_items = 16,
	.max_wait_ms = 50,
	.batch_bytes = 1 << 20,
	.write_batches = 4,
	.retry_base_ms = 1,
	.retry_cap_ms = 4,
	.drain_ms = 10000};

/* The sink starts out away for some calls, or refusing some items. */
static struct tt_pipeline *start(const struct tt_pipeline_conf *c, struct tt_source *sources, size_t n,
	bool filter, struct tt_scorer *scorer, int away_calls, int refuse_every)
{
	struct tt_pipeline *p = NULL;
	struct tt_err err = {0};
	struct tt_sink s = tt_fake_sink(&sink);
	sink.away_calls = away_calls;
	sink.refuse_every = refuse_every;
	sink.stale_calls = first_stale;
	struct tt_pipeline_parts parts = {.sources = sources,
		.n_sources = n,
		.sink = s,
		.scorer = scorer,
		.model_id = 7,
		.score_threads = 3,
		.clock = &tt_clock_real};
	if (filter)
		parts.filter = s;
	TT_EQ(tt_pipeline_start(&p, c, &parts, &err), TT_OK);
	return p;
}

/* Waits, with a limit, for a condition that other threads bring about. */
#define TT_EVENTUALLY(condition)                                                                             \
	do {                                                                                                 \
		int64_t end = tt_mono_ms(&tt_clock_real) + 30000;                                            \
		while (!(condition) && tt_mono_ms(&tt_clock_real) < end)                                     \
			usleep(1000);                                                                        \
		TT_TRUE(condition);                                                                          \
	} while (0)

static int stored_now(void)
{
	pthread_mutex_lock(&sink.lock);
	int n = sink.n_stored;
	pthread_mutex_unlock(&sink.lock);
	return n;
}

static void check_each_stored_once(int n, int but_multiples_of)
{
	for (int i = 0; i < n; i++)
		TT_EQ_ROW(i, sink.stored[i], !(but_multiples_of && i && i % but_multiples_of == 0));
}

TT_TEST(everything_arrives_once)
{
	struct tt_fake_source a, b;
	struct tt_scorer *scorer = tt_fake_scorer_new();
	struct tt_source sources[] = {
		tt_fake_source(&a, 5000, 13, false), tt_fake_source(&b, 5000, 40, false)};
	struct tt_pipeline *p = start(&conf, sources, 2, true, scorer, 0, 0);
	tt_scorer_unref(scorer);
	TT_EVENTUALLY(tt_pipeline_finished(p));
	TT_EQ(tt_pipeline_stop(p), 0);
	TT_EQ(sink.n_stored, 5000); /* the two gave the same items */
	check_each_stored_once(5000, 0);
	TT_EQ(sink.models[4999], 7);
	TT_TRUE(a.closed && b.closed && sink.closed);
	TT_EQ(tt_fake_scorers_live(), 0);
}

TT_TEST(outages_and_lost_answers_are_waited_out)
{
	struct tt_fake_source a;
	struct tt_scorer *scorer = tt_fake_scorer_new();
	struct tt_source sources[] = {tt_fake_source(&a, 3000, 10, false)};
	struct tt_pipeline *p = start(&conf, sources, 1, false, scorer, 3, 0);
	tt_scorer_unref(scorer);
	for (int i = 0; i < 20; i++) {
		pthread_mutex_lock(&sink.lock);
		sink.away_calls = 3;
		sink.lost_answers = 2;
		pthread_mutex_unlock(&sink.lock);
		usleep(2000);
	}
	TT_EVENTUALLY(tt_pipeline_finished(p));
	TT_EQ(tt_pipeline_stop(p), 0);
	check_each_stored_once(3000, 0);
}

TT_TEST(a_log_is_stored_in_its_order)
{
	struct tt_fake_source a, b;
	struct tt_scorer *scorer = tt_fake_scorer_new();
	struct tt_source sources[] = {
		tt_fake_source(&a, 8000, 7, false), tt_fake_source(&b, 3000, 11, false)};
	a.log = true;
	struct tt_pipeline *p = start(&conf, sources, 2, false, scorer, 3, 97);
	tt_scorer_unref(scorer);
	TT_EVENTUALLY(tt_pipeline_finished(p));
	TT_EQ(tt_pipeline_stop(p), 0);
	TT_EQ(sink.next_offset, 8000);
	TT_EQ(sink.out_of_order, 0);
	TT_EQ(a.told, 8000);
	TT_TRUE(a.held > 0); /* two waiting batches are soon full */
	check_each_stored_once(8000, 97);
}

TT_TEST(work_on_a_lost_partition_is_dropped_and_nothing_else)
{
	struct tt_fake_source a, b;
	struct tt_scorer *scorer = tt_fake_scorer_new();
	struct tt_source sources[] = {tt_fake_source(&a, 100, 100, false), tt_fake_source(&b, 50, 10, false)};
	a.log = true;
	first_stale = 1;
	struct tt_pipeline *p = start(&conf, sources, 2, false, scorer, 0, 0);
	first_stale = 0;
	tt_scorer_unref(scorer);
	TT_EVENTUALLY(tt_pipeline_finished(p));
	TT_EQ(tt_pipeline_stop(p), 0);
	TT_EQ(sink.next_offset, 0);
	TT_EQ(a.told, 0);
	for (int i = 0; i < 100; i++)
		TT_EQ_ROW(i, sink.stored[i], i < 50);
}

TT_TEST(a_refused_item_stops_nobody_and_is_kept)
{
	struct tt_fake_source a;
	struct tt_scorer *scorer = tt_fake_scorer_new();
	struct tt_source sources[] = {tt_fake_source(&a, 2000, 25, false)};
	struct tt_pipeline *p = start(&conf, sources, 1, false, scorer, 0, 97);
	tt_scorer_unref(scorer);
	TT_EVENTUALLY(tt_pipeline_finished(p));
	TT_EQ(tt_pipeline_stop(p), 0);
	check_each_stored_once(2000, 97);
	TT_EQ(sink.n_dead, 1999 / 97);
}

TT_TEST(away_for_good_stop_gives_up_and_says_how_much)
{
	struct tt_fake_source a;
	struct tt_pipeline_conf hasty = conf;
	struct tt_scorer *scorer = tt_fake_scorer_new();
	struct tt_source sources[] = {tt_fake_source(&a, 20, 20, true)};
	struct tt_buf reason;
	hasty.drain_ms = 0;
	tt_buf_init(&reason, 4096);
	struct tt_pipeline *p = start(&hasty, sources, 1, false, scorer, 1 << 30, 0);
	tt_scorer_unref(scorer);
	TT_EVENTUALLY(!tt_pipeline_ready(p, &reason));
	assert_non_null(strstr(reason.p, "writer waits for 0 s: fake: away"));
	TT_EQ(tt_pipeline_stop(p), 20);
	tt_buf_done(&reason);
}

static int count_calls(struct tt_source *source, void *ctx)
{
	(void)source;
	return ++*(int *)ctx;
}

static int give_ten_more(struct tt_source *source, void *ctx)
{
	struct tt_fake_source *f = source->self;
	(void)ctx;
	f->n_items += 10;
	return TT_OK;
}

TT_TEST(a_running_line_takes_calls_and_a_new_model)
{
	struct tt_fake_source a;
	struct tt_scorer *scorer = tt_fake_scorer_new(), *newer = tt_fake_scorer_new();
	struct tt_source sources[] = {tt_fake_source(&a, 10, 10, true)};
	struct tt_pipeline *p = start(&conf, sources, 1, true, scorer, 0, 0);
	int calls = 0, stored;
	tt_scorer_unref(scorer);
	for (int i = 1; i <= 50; i++)
		TT_EQ_ROW(i, tt_pipeline_call_source(p, 0, count_calls, &calls), i);
	TT_EVENTUALLY((stored = stored_now()) == 10);
	tt_pipeline_set_scorer(p, newer, 8);
	tt_scorer_unref(newer);
	tt_pipeline_call_source(p, 0, give_ten_more, NULL);
	TT_EVENTUALLY((stored = stored_now()) == 20);
	TT_EQ(tt_pipeline_stop(p), 0);
	TT_EQ(sink.models[9], 7);
	TT_EQ(sink.models[10], 8);
	TT_EQ(tt_fake_scorers_live(), 0);
}

TT_TEST(an_idle_line_does_not_keep_an_old_model)
{
	struct tt_fake_source a;
	struct tt_scorer *scorer = tt_fake_scorer_new(), *newer = tt_fake_scorer_new();
	struct tt_source sources[] = {tt_fake_source(&a, 100, 10, true)};
	struct tt_pipeline *p = start(&conf, sources, 1, true, scorer, 0, 0);
	int stored;
	tt_scorer_unref(scorer);
	TT_EVENTUALLY((stored = stored_now()) == 100);
	tt_pipeline_set_scorer(p, newer, 8);
	tt_scorer_unref(newer);
	TT_EQ(tt_fake_scorers_live(), 1);
	TT_EQ(tt_pipeline_stop(p), 0);
}

/* What serve's follow does, as fast as it can. */
TT_TEST(models_go_back_and_forth_under_load_and_no_batch_is_mixed)
{
	struct tt_fake_source a, b;
	struct tt_scorer *v[] = {tt_fake_scorer_new(), tt_fake_scorer_new()};
	struct tt_source sources[] = {tt_fake_source(&a, 20000, 7, false), tt_fake_source(&b, 20000, 16, false)};
	struct tt_pipeline *p = start(&conf, sources, 2, true, v[0], 2, 0);
	int swaps = 0, by_first = 0;
	tt_pipeline_set_scorer(p, v[0], tt_fake_scorer_number(v[0]));
	for (; !tt_pipeline_finished(p); swaps++) {
		struct tt_scorer *s = swaps % 16 ? v[swaps & 1] : tt_fake_scorer_new();
		tt_pipeline_set_scorer(p, s, tt_fake_scorer_number(s));
		if (!(swaps % 16))
			tt_scorer_unref(s); /* the line has the only reference */
	}
	TT_EQ(tt_pipeline_stop(p), 0);
	TT_TRUE(swaps > 10);
	check_each_stored_once(20000, 0);
	TT_EQ(sink.mixed, 0);
	for (int i = 0; i < 20000; i++) {
		TT_TRUE(sink.models[i] == sink.scorers[i] || sink.models[i] == 7);
		by_first += sink.scorers[i] == tt_fake_scorer_number(v[0]);
	}
	TT_TRUE(by_first > 0 && by_first < 20000);
	tt_scorer_unref(v[0]);
	tt_scorer_unref(v[1]);
	TT_EQ(tt_fake_scorers_live(), 0);
}

TT_TEST(work_that_stands_still_is_told_and_an_idle_line_is_not)
{
	struct tt_fake_source a;
	struct tt_pipeline_conf quick = conf;
	struct tt_scorer *scorer = tt_fake_scorer_new();
	struct tt_source sources[] = {tt_fake_source(&a, 10, 10, true)};
	struct tt_buf reason;
	int stored;
	quick.stall_ms = 20;
	tt_buf_init(&reason, 4096);
	struct tt_pipeline *p = start(&quick, sources, 1, false, scorer, 0, 0);
	tt_scorer_unref(scorer);
	TT_EVENTUALLY((stored = stored_now()) == 10);
	TT_EVENTUALLY(tt_pipeline_alive(p));
	pthread_mutex_lock(&sink.lock); /* the sink's write hangs */
	tt_pipeline_call_source(p, 0, give_ten_more, NULL);
	TT_EVENTUALLY(!tt_pipeline_alive(p));
	TT_TRUE(!tt_pipeline_ready(p, &reason));
	assert_non_null(strstr(reason.p, "stalled: no batch has moved for 0 s"));
	pthread_mutex_unlock(&sink.lock);
	TT_EVENTUALLY((stored = stored_now()) == 20);
	TT_EVENTUALLY(tt_pipeline_alive(p));
	usleep(3 * 20 * 1000); /* longer than the limit: idle is not stalled */
	TT_TRUE(tt_pipeline_alive(p) && tt_pipeline_ready(p, &reason));
	TT_EQ(tt_pipeline_stop(p), 0);
	tt_buf_done(&reason);
}

TT_MAIN(TT_RUN(everything_arrives_once), TT_RUN(outages_and_lost_answers_are_waited_out),
	TT_RUN(a_refused_item_stops_nobody_and_is_kept), TT_RUN(a_log_is_stored_in_its_order),
	TT_RUN(work_on_a_lost_partition_is_dropped_and_nothing_else),
	TT_RUN(work_that_stands_still_is_told_and_an_idle_line_is_not),
	TT_RUN(away_for_good_stop_gives_up_and_says_how_much),
	TT_RUN(a_running_line_takes_calls_and_a_new_model),
	TT_RUN(an_idle_line_does_not_keep_an_old_model), TT_RUN(models_go_back_and_forth_under_load_and_no_batch_is_mixed))
