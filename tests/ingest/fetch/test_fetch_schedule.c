/* test_fetch_schedule.c - when a feed is asked again: every rule of schedule.h, as rows. */
#include "ingest/fetch/schedule.h"
#include "tests/tt_test.h"

#define MIN  60000LL
#define HOUR (60 * MIN)
#define DAY  (24 * HOUR)
#define NOW  1795448783000 /* Monday 2026-11-23T15:46:23Z */
#define H0   1795392000000 /* the same day at 00:00 */

static const struct tt_fetch_conf defaults = {
	.interval_ms = 15 * MIN,
	.min_interval_ms = MIN,
	.max_interval_ms = DAY,
	.backoff_base_ms = MIN,
	.backoff_cap_ms = 6 * HOUR,
};

static struct tt_feed_state fresh_state(void)
{
	return (struct tt_feed_state){.last_fetch_ms = TT_TIME_NONE,
		.last_success_ms = TT_TIME_NONE,
		.last_change_ms = TT_TIME_NONE,
		.next_fetch_ms = TT_TIME_NONE};
}

TT_TEST(after_success)
{
	static const struct {
		int64_t own, hint, fresh, want; /* milliseconds */
	} rows[] = {
		{0, 0, 0, 15 * MIN}, {5 * MIN, 0, 0, 5 * MIN}, {1000, 0, 0, MIN}, /* not below min_interval */
		{0, HOUR, 0, HOUR}, {0, 0, HOUR, HOUR}, {0, 2 * HOUR, HOUR, 2 * HOUR},
		{0, HOUR, 2 * HOUR, 2 * HOUR},
		{0, 5 * MIN, 5 * MIN, 15 * MIN}, /* a publisher may ask for more, not for less */
		{5 * MIN, HOUR, 0, HOUR}, {0, 30 * DAY, 0, DAY},  /* not above max_interval */
		{0, 0, 365 * DAY, DAY}, {7 * DAY, 0, 0, 7 * DAY}, /* the operator may */
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		for (enum tt_poll_kind kind = TT_POLL_NEW; kind <= TT_POLL_SAME; kind++) {
			struct tt_feed_state s = fresh_state();
			struct tt_poll poll = {kind, 200, NOW, rows[i].fresh, 5 * DAY};
			s.failures = 3;
			s.hint_ms = rows[i].hint;
			tt_schedule_poll(&s, &poll, &defaults, rows[i].own, i);
			TT_EQ_ROW(i, s.interval_ms, rows[i].want);
			TT_EQ_ROW(i, s.next_fetch_ms, NOW + rows[i].want);
			TT_EQ_ROW(i, s.failures, 0);
			TT_EQ_ROW(i, s.last_success_ms, NOW);
			TT_EQ_ROW(i, s.last_fetch_ms, NOW);
			TT_EQ_ROW(i, s.last_status, 200);
		}
}

TT_TEST(quiet_feeds_are_asked_less_often_when_told)
{
	static const struct {
		bool adaptive;
		int64_t own, quiet, want;
	} rows[] = {
		{false, 0, 30 * DAY, 15 * MIN},
		{true, 0, 0, 15 * MIN},
		{true, 0, 2 * HOUR, 15 * MIN},
		{true, 0, 5 * HOUR, 30 * MIN},
		{true, 0, 30 * DAY, HOUR},
		{true, 10 * MIN, 30 * DAY, 10 * MIN},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_fetch_conf conf = defaults;
		struct tt_feed_state s = fresh_state();
		struct tt_poll poll = {TT_POLL_SAME, 304, NOW, 0, -1};
		conf.adaptive = rows[i].adaptive;
		s.last_change_ms = NOW - rows[i].quiet;
		tt_schedule_poll(&s, &poll, &conf, rows[i].own, i);
		TT_EQ_ROW(i, s.interval_ms, rows[i].want);
		TT_EQ_ROW(i, s.last_change_ms, NOW - rows[i].quiet);
	}
}

/* The wait lies in [lo, hi], whatever the jitter, and is not always the same. */
TT_TEST(after_failure)
{
	static const struct {
		int status, failures; /* before */
		int64_t own, retry_after, lo, hi;
	} rows[] = {
		{0, 0, 0, -1, MIN, 2 * MIN}, /* a silent network: soon */
		{0, 1, 0, -1, 2 * MIN, 4 * MIN},
		{0, 20, 0, -1, 3 * HOUR, 6 * HOUR},
		{0, INT32_MAX, 0, -1, 3 * HOUR, 6 * HOUR},
		{500, 0, 0, -1, 15 * MIN, 30 * MIN}, /* a server that answers: never before its interval */
		{500, 1, 0, -1, 30 * MIN, HOUR},
		{404, 20, 0, -1, 3 * HOUR, 6 * HOUR},
		{500, 0, DAY, -1, DAY, DAY}, /* nor when the cap is below it */
		{429, 0, 0, 2 * HOUR, 2 * HOUR, 2 * HOUR},
		{503, 0, 0, 2 * HOUR, 2 * HOUR, 2 * HOUR},
		{503, 0, 0, 1000, 15 * MIN, 30 * MIN}, /* Retry-After never shortens */
		{503, 0, 0, 300 * DAY, DAY, DAY},
		{500, 0, 0, 2 * HOUR, 15 * MIN, 30 * MIN},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		int64_t least = INT64_MAX, most = 0;
		for (uint64_t seed = 0; seed < 200; seed++) {
			struct tt_feed_state s = fresh_state();
			struct tt_poll poll = {TT_POLL_FAILED, rows[i].status, NOW, 0, rows[i].retry_after};
			s.failures = rows[i].failures;
			s.last_success_ms = s.last_change_ms = 5;
			tt_schedule_poll(&s, &poll, &defaults, rows[i].own, seed * 0x9e3779b97f4a7c15u);
			TT_EQ_ROW(i, s.failures,
				rows[i].failures == INT32_MAX ? INT32_MAX : rows[i].failures + 1);
			TT_EQ_ROW(i, s.last_success_ms, 5);
			TT_EQ_ROW(i, s.next_fetch_ms, NOW + s.interval_ms);
			least = s.interval_ms < least ? s.interval_ms : least;
			most = s.interval_ms > most ? s.interval_ms : most;
		}
		if (least < rows[i].lo || most > rows[i].hi || (rows[i].lo < rows[i].hi && least == most)) {
			print_error(
				"row %zu: waits from %lld to %lld\n", i, (long long)least, (long long)most);
			fail();
		}
	}
}

TT_TEST(gone_is_for_good)
{
	struct tt_feed_state s = fresh_state();
	struct tt_poll poll = {TT_POLL_GONE, 410, NOW, 0, 5000};
	tt_schedule_poll(&s, &poll, &defaults, 0, 1);
	TT_TRUE(s.gone);
	TT_EQ(s.next_fetch_ms, TT_TIME_NONE);
	TT_EQ(tt_schedule_again(&s, &defaults, 0, 1, NOW), TT_TIME_NONE);
}

TT_TEST(skipped_hours_and_days)
{
	static const struct {
		int64_t at;
		uint32_t hours, days;
		int64_t want;
	} rows[] = {
		{NOW, 0, 0, NOW},
		{NOW, 1u << 14, 0, NOW},
		{NOW, 1u << 15, 0, H0 + 16 * HOUR},
		{NOW, 0xffff8000u & 0xffffffu, 0, H0 + DAY}, /* from 15 h to midnight */
		{NOW, 0, 1u << 1, H0 + DAY},                 /* Monday is day 1 */
		{NOW, 0, 1u << 0, NOW},
		{NOW, 1u << 0, 1u << 1, H0 + DAY + HOUR}, /* and then not at 0 h either */
		{NOW, 0, 0x7d, NOW},                      /* all days but Monday */
		{NOW, 0, 0x7e, H0 + 6 * DAY},             /* all days but Sunday */
		{NOW, 0xffffffu, 0, NOW},                 /* all: nonsense, ignored */
		{NOW, 0, 0x7f, NOW},
		{-HOUR / 2, 1u << 23, 0, 0}, /* before 1970: a Wednesday */
		{-HOUR / 2, 0, 1u << 3, 0},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW(i, tt_schedule_allowed(rows[i].at, rows[i].hours, rows[i].days), rows[i].want);

	struct tt_feed_state s = fresh_state();
	struct tt_poll poll = {TT_POLL_NEW, 200, NOW, 0, -1};
	s.skip_hours = 1u << 16;
	tt_schedule_poll(&s, &poll, &defaults, 20 * MIN, 1); /* 16:06 is skipped */
	TT_EQ(s.next_fetch_ms, H0 + 17 * HOUR);
}

TT_TEST(restart_fetches_nothing_early)
{
	static const struct {
		int64_t next, interval, want;
	} rows[] = {
		{TT_TIME_NONE, 0, NOW}, {NOW + HOUR, HOUR, NOW + HOUR},
		{NOW - HOUR, HOUR, NOW - HOUR},          /* overdue: first in line */
		{NOW + 7 * DAY, 7 * DAY, NOW + 7 * DAY}, /* an interval of its own */
		{NOW + 1000 * DAY, HOUR, NOW + DAY},     /* a clock was wrong */
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_feed_state s = fresh_state();
		s.next_fetch_ms = rows[i].next;
		s.interval_ms = rows[i].interval;
		TT_EQ_ROW(i, tt_schedule_again(&s, &defaults, 0, i, NOW), rows[i].want);
	}
}

/* A poll an hour ago, under an interval of two hours, is given another interval. */
TT_TEST(a_shorter_interval_counts_at_once)
{
	static const struct {
		int failures, status;
		int64_t own, hint, asked, next, want; /* next, want: after the poll */
	} rows[] = {
		{0, 200, 15 * MIN, 0, 0, 2 * HOUR, 15 * MIN},
		{0, 200, 90 * MIN, 0, 0, 2 * HOUR, 90 * MIN},
		{0, 200, 15 * MIN, HOUR, 0, 2 * HOUR, HOUR}, /* the document asked for as much */
		{0, 304, 15 * MIN, 0, 110 * MIN, 2 * HOUR, 110 * MIN}, /* or the answer's headers */
		{0, 200, 3 * HOUR, 0, 0, 2 * HOUR, 2 * HOUR},          /* longer: from the next poll on */
		{0, 200, 15 * MIN, 0, 0, 5 * MIN, 5 * MIN},            /* somebody asked for it sooner */
		{1, 503, 15 * MIN, 0, 100 * MIN, 4 * HOUR, 100 * MIN}, /* Retry-After */
		{1, 500, DAY, 0, 0, DAY, DAY},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_feed_state s = fresh_state();
		s.last_fetch_ms = s.last_change_ms = NOW;
		s.failures = rows[i].failures;
		s.last_status = rows[i].status;
		s.hint_ms = rows[i].hint;
		s.asked_ms = rows[i].asked;
		s.next_fetch_ms = NOW + rows[i].next;
		TT_EQ_ROW(i, tt_schedule_again(&s, &defaults, rows[i].own, i, NOW + HOUR), NOW + rows[i].want);
	}
}

/* The jitter of a failure is the same when it is planned again: no creeping forward by reloads. */
TT_TEST(planned_again_is_planned_the_same)
{
	for (uint64_t seed = 0; seed < 100; seed++) {
		struct tt_feed_state s = fresh_state();
		struct tt_poll poll = {TT_POLL_FAILED, seed % 2 ? 500 : 0, NOW, 0, -1};
		s.failures = (int)seed % 5;
		tt_schedule_poll(&s, &poll, &defaults, 0, seed);
		TT_EQ_ROW(seed, tt_schedule_again(&s, &defaults, 0, seed, NOW + MIN), s.next_fetch_ms);
	}
}

TT_MAIN(TT_RUN(after_success), TT_RUN(quiet_feeds_are_asked_less_often_when_told), TT_RUN(after_failure),
	TT_RUN(gone_is_for_good), TT_RUN(skipped_hours_and_days), TT_RUN(restart_fetches_nothing_early),
	TT_RUN(a_shorter_interval_counts_at_once), TT_RUN(planned_again_is_planned_the_same))
