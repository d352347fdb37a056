/* outage.c - see outage.h. */
#include "app/run/outage.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

static const char *const stage_names[TT_OUTAGE_STAGES] = {"filter", "writer"};

void tt_outage_init(struct tt_outage *o, int64_t base_ms, int64_t cap_ms)
{
	pthread_condattr_t attr;
	*o = (struct tt_outage){.base_ms = base_ms, .cap_ms = cap_ms, .give_up_ns = INT64_MAX};
	pthread_mutex_init(&o->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&o->wake, &attr);
	pthread_condattr_destroy(&attr);
	uint64_t seed = (uint64_t)tt_mono_ns(&tt_clock_real) ^ (uint64_t)getpid() << 32;
	for (int i = 0; i < TT_OUTAGE_STAGES; i++)
		tt_backoff_init(&o->stage[i].backoff, base_ms, cap_ms, seed + (uint64_t)i);
}

void tt_outage_done(struct tt_outage *o)
{
	pthread_cond_destroy(&o->wake);
	pthread_mutex_destroy(&o->lock);
}

bool tt_outage_wait(struct tt_outage *o, enum tt_outage_stage stage, const struct tt_err *why)
{
	pthread_mutex_lock(&o->lock);
	int64_t now = tt_mono_ns(&tt_clock_real);
	if (!o->stage[stage].since_ns)
		o->stage[stage].since_ns = now;
	snprintf(o->stage[stage].reason, sizeof(o->stage[stage].reason), "%s", why->msg);
	int64_t until = now + tt_backoff_next_ms(&o->stage[stage].backoff) * 1000000;
	while (now < until && now < o->give_up_ns) {
		int64_t end = until < o->give_up_ns ? until : o->give_up_ns;
		struct timespec ts = {.tv_sec = end / 1000000000, .tv_nsec = end % 1000000000};
		pthread_cond_timedwait(&o->wake, &o->lock, &ts);
		now = tt_mono_ns(&tt_clock_real);
	}
	bool again = now < o->give_up_ns;
	pthread_mutex_unlock(&o->lock);
	return again;
}

int64_t tt_outage_over(struct tt_outage *o, enum tt_outage_stage stage)
{
	int64_t ms = 0;
	pthread_mutex_lock(&o->lock);
	if (o->stage[stage].since_ns) {
		ms = (tt_mono_ns(&tt_clock_real) - o->stage[stage].since_ns) / 1000000;
		ms = ms > 0 ? ms : 1;
		o->stage[stage].since_ns = 0;
		tt_backoff_reset(&o->stage[stage].backoff);
	}
	pthread_mutex_unlock(&o->lock);
	return ms;
}

void tt_outage_stop(struct tt_outage *o, int64_t grace_ms)
{
	pthread_mutex_lock(&o->lock);
	o->give_up_ns = tt_mono_ns(&tt_clock_real) + grace_ms * 1000000;
	pthread_cond_broadcast(&o->wake);
	pthread_mutex_unlock(&o->lock);
}

bool tt_outage_report(struct tt_outage *o, struct tt_buf *out)
{
	bool flowing = true;
	pthread_mutex_lock(&o->lock);
	for (int i = 0; i < TT_OUTAGE_STAGES; i++) {
		if (!o->stage[i].since_ns)
			continue;
		int64_t ms = (tt_mono_ns(&tt_clock_real) - o->stage[i].since_ns) / 1000000;
		/* what does not fit into out is only text: the answer is the return value */
		(void)tt_buf_printf(out, "%s%s waits for %lld s: %s", flowing ? "" : "\n", stage_names[i],
			(long long)(ms / 1000), o->stage[i].reason);
		flowing = false;
	}
	pthread_mutex_unlock(&o->lock);
	return flowing;
}
