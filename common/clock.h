/* clock.h - time, taken through a pointer so that tests can turn the hands.
 * Wall time is milliseconds since 1970 UTC (`_ms`), TT_TIME_NONE where there is none; monotonic time is for waits and
 * durations (`_ns`) and never compared with wall time. */
#ifndef TT_COMMON_CLOCK_H
#define TT_COMMON_CLOCK_H

#include <stdint.h>

#include "common/str.h"

#define TT_TIME_NONE INT64_MIN

struct tt_clock {
	int64_t (*wall_ms)(void *ctx);
	int64_t (*mono_ns)(void *ctx);
	void *ctx;
};

extern const struct tt_clock tt_clock_real;

/* A clock for tests: both hands stand until moved. Start it with the wall time to show. Not thread safe. */
struct tt_fake_clock {
	struct tt_clock clock; /* pass &fake.clock */
	int64_t wall_ms, mono_ns;
};
void tt_fake_clock_init(struct tt_fake_clock *fake, int64_t wall_ms);
void tt_fake_clock_advance(struct tt_fake_clock *fake, int64_t ms);

static inline int64_t tt_wall_ms(const struct tt_clock *c) { return c->wall_ms(c->ctx); }
static inline int64_t tt_mono_ns(const struct tt_clock *c) { return c->mono_ns(c->ctx); }
static inline int64_t tt_mono_ms(const struct tt_clock *c) { return c->mono_ns(c->ctx) / 1000000; }

/* Days since 1970-01-01 of a proleptic Gregorian date (month 1..12), any year. */
int64_t tt_days_of_date(int64_t year, int month, int day);

/* RFC 3339 in UTC: "2026-11-23T15:46:23Z", with ".123" when the milliseconds are not zero. "" for TT_TIME_NONE. */
void tt_time_rfc3339(int64_t ms, char out[40]);

#endif
