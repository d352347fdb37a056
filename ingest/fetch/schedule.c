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

static int64_t wait_after_success(
	const struct tt_feed_state *state, const struct tt_fetch_conf *conf, int64_t own_interval_ms)
{
	int64_t interval = base_interval(conf, own_interval_ms),
		asked = max64(state->hint_ms, state->asked_ms);
	if (conf->adaptive && own_interval_ms <= 0) {
		int64_t quiet = (state->last_fetch_ms - state->last_change_ms) / QUIET_SHARE;
		asked = max64(asked, min64(quiet, interval * QUIET_FACTOR));
	}
	return max64(interval, min64(asked, conf->max_interval_ms));
}

static int64_t wait_after_failure(const struct tt_feed_state *state, const struct tt_fetch_conf *conf,
	int64_t own_interval_ms, uint64_t seed)
{
	int64_t shortest = state->last_status ? base_interval(conf, own_interval_ms) : conf->min_interval_ms;
	struct tt_backoff backoff;
	tt_backoff_init(&backoff, max64(conf->backoff_base_ms, shortest), conf->backoff_cap_ms,
		seed ^ (uint64_t)state->last_fetch_ms);
	backoff.failures = state->failures < MOST_DOUBLINGS ? state->failures : MOST_DOUBLINGS;
	return max64(
		max64(tt_backoff_next_ms(&backoff), shortest), min64(state->asked_ms, conf->max_interval_ms));
}

/* What follows from the last poll, which state tells all about. */
static void plan(
	struct tt_feed_state *state, const struct tt_fetch_conf *conf, int64_t own_interval_ms, uint64_t seed)
{
	if (state->failures) {
		state->interval_ms = wait_after_failure(state, conf, own_interval_ms, seed);
		state->next_fetch_ms = state->last_fetch_ms + state->interval_ms;
		return;
	}
	state->interval_ms = wait_after_success(state, conf, own_interval_ms);
	state->next_fetch_ms = tt_schedule_allowed(
		state->last_fetch_ms + state->interval_ms, state->skip_hours, state->skip_days);
}

static void take_success(struct tt_feed_state *state, const struct tt_poll *poll)
{
	state->last_success_ms = poll->now_ms;
	state->failures = 0;
	state->asked_ms = poll->fresh_ms;
	if (poll->kind == TT_POLL_NEW || state->last_change_ms == TT_TIME_NONE)
		state->last_change_ms = poll->now_ms;
}

static void take_failure(struct tt_feed_state *state, const struct tt_poll *poll)
{
	bool busy = poll->status == 429 || poll->status == 503;
	state->asked_ms = busy && poll->retry_after_ms > 0 ? poll->retry_after_ms : 0;
	if (state->failures < INT32_MAX)
		state->failures++;
}

void tt_schedule_poll(struct tt_feed_state *state, const struct tt_poll *poll,
	const struct tt_fetch_conf *conf, int64_t own_interval_ms, uint64_t seed)
{
	state->last_status = poll->status;
	state->last_fetch_ms = poll->now_ms;
	switch (poll->kind) {
	case TT_POLL_NEW:
	case TT_POLL_SAME:
		take_success(state, poll);
		plan(state, conf, own_interval_ms, seed);
		break;
	case TT_POLL_FAILED:
		take_failure(state, poll);
		plan(state, conf, own_interval_ms, seed);
		break;
	case TT_POLL_GONE:
		state->gone = true;
		state->failures = 0;
		state->interval_ms = 0;
		state->next_fetch_ms = TT_TIME_NONE;
		break;
	}
}

int64_t tt_schedule_excused(const struct tt_fetch_conf *conf, int64_t own_interval_ms, int status)
{
	return max64(conf->backoff_base_ms,
		status ? base_interval(conf, own_interval_ms) : conf->min_interval_ms);
}

int64_t tt_schedule_again(const struct tt_feed_state *state, const struct tt_fetch_conf *conf,
	int64_t own_interval_ms, uint64_t seed, int64_t now_ms)
{
	int64_t longest = max64(max64(conf->max_interval_ms, conf->backoff_cap_ms), state->interval_ms);
	int64_t latest = tt_schedule_allowed(now_ms + longest, state->skip_hours, state->skip_days);
	struct tt_feed_state replanned = *state;
	if (state->gone)
		return TT_TIME_NONE;
	if (state->next_fetch_ms == TT_TIME_NONE)
		return now_ms;
	if (state->last_fetch_ms != TT_TIME_NONE)
		plan(&replanned, conf, own_interval_ms, seed);
	return min64(min64(state->next_fetch_ms, replanned.next_fetch_ms), latest);
}
