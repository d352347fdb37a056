/* schedule.c - see schedule.h. */
#include "ingest/fetch/schedule.h"

#include "common/retry.h"

enum { HOUR_MS = 3600000, HOURS_OF_A_WEEK = 7 * 24, QUIET_SHARE = 10, QUIET_FACTOR = 4, MOST_DOUBLINGS = 62 };

static int64_t min64(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t max64(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t floor_hours(int64_t ms)
{
	return ms / HOUR_MS - (ms % HOUR_MS < 0);
}

int64_t tt_schedule_allowed(int64_t ms, uint32_t skip_hours, uint32_t skip_days)
{
	int64_t hour = floor_hours(ms);
	for (int i = 0; i <= HOURS_OF_A_WEEK; i++, hour++) {
		int64_t of_week = ((hour + 4 * 24) % HOURS_OF_A_WEEK + HOURS_OF_A_WEEK) % HOURS_OF_A_WEEK;
		if (skip_hours >> (of_week % 24) & 1 || skip_days >> (of_week / 24) & 1)
			continue; /* 1970-01-01 was a Thursday, day 4 */
		return i == 0 ? ms : hour * HOUR_MS;
	}
	return ms;
}

static int64_t base_interval(const struct tt_fetch_conf *conf, int64_t own_interval_ms)
{
	return max64(own_interval_ms > 0 ? own_interval_ms : conf->interval_ms, conf->min_interval_ms);
}

static void after_success(struct tt_feed_state *state, const struct tt_poll *poll,
	const struct tt_fetch_conf *conf, int64_t own_interval_ms)
{
	int64_t interval = base_interval(conf, own_interval_ms),
		asked = max64(state->hint_ms, poll->fresh_ms);
	state->last_success_ms = poll->now_ms;
	state->failures = 0;
	if (poll->kind == TT_POLL_NEW || state->last_change_ms == TT_TIME_NONE)
		state->last_change_ms = poll->now_ms;
	if (conf->adaptive && own_interval_ms <= 0) {
		int64_t quiet = (poll->now_ms - state->last_change_ms) / QUIET_SHARE;
		asked = max64(asked, min64(quiet, interval * QUIET_FACTOR));
	}
	state->interval_ms = max64(interval, min64(asked, conf->max_interval_ms));
	state->next_fetch_ms =
		tt_schedule_allowed(poll->now_ms + state->interval_ms, state->skip_hours, state->skip_days);
}

static void after_failure(struct tt_feed_state *state, const struct tt_poll *poll,
	const struct tt_fetch_conf *conf, int64_t own_interval_ms, uint64_t seed)
{
	int64_t shortest = poll->status ? base_interval(conf, own_interval_ms) : conf->min_interval_ms;
	struct tt_backoff backoff;
	tt_backoff_init(&backoff, max64(conf->backoff_base_ms, shortest), conf->backoff_cap_ms, seed);
	if (state->failures < INT32_MAX)
		state->failures++;
	backoff.failures = state->failures < MOST_DOUBLINGS ? state->failures : MOST_DOUBLINGS;
	state->interval_ms = max64(tt_backoff_next_ms(&backoff), shortest);
	if ((poll->status == 429 || poll->status == 503) && poll->retry_after_ms > 0)
		state->interval_ms =
			max64(state->interval_ms, min64(poll->retry_after_ms, conf->max_interval_ms));
	state->next_fetch_ms = poll->now_ms + state->interval_ms;
}

void tt_schedule_poll(struct tt_feed_state *state, const struct tt_poll *poll,
	const struct tt_fetch_conf *conf, int64_t own_interval_ms, uint64_t seed)
{
	state->last_status = poll->status;
	state->last_fetch_ms = poll->now_ms;
	switch (poll->kind) {
	case TT_POLL_NEW:
	case TT_POLL_SAME:
		after_success(state, poll, conf, own_interval_ms);
		break;
	case TT_POLL_FAILED:
		after_failure(state, poll, conf, own_interval_ms, seed);
		break;
	case TT_POLL_GONE:
		state->gone = true;
		state->failures = 0;
		state->interval_ms = 0;
		state->next_fetch_ms = TT_TIME_NONE;
		break;
	}
}

int64_t tt_schedule_first(const struct tt_feed_state *state, const struct tt_fetch_conf *conf, int64_t now_ms)
{
	int64_t longest = max64(max64(conf->max_interval_ms, conf->backoff_cap_ms), state->interval_ms);
	int64_t latest = tt_schedule_allowed(now_ms + longest, state->skip_hours, state->skip_days);
	if (state->gone)
		return TT_TIME_NONE;
	if (state->next_fetch_ms == TT_TIME_NONE)
		return now_ms;
	return min64(state->next_fetch_ms, latest);
}
