/* schedule.h - when a feed is asked again: a pure function of what its poll brought, its state and the
 * configuration.
 *
 * After a success the wait is the largest of
 *   - the feed's interval (its own, else fetch.interval), at least fetch.min_interval;
 *   - what the publisher asks for: ttl or syn:updatePeriod of the document, freshness by Cache-Control or
 * Expires;
 *   - with fetch.adaptive and no interval of its own: a tenth of the time since the feed last changed (the
 * heuristic freshness of RFC 9111 §4.2.2), at most four intervals; the last two never more than
 * fetch.max_interval. A moment within skipHours or skipDays moves to their end. After the k-th failure in a
 * row it is uniform in [d/2, d], d = base × 2^k but at most fetch.backoff_cap, where base is
 * fetch.backoff_base, and at least the interval when a server answered: only a silent network is asked
 * sooner. Retry-After of a 429 or 503 makes it longer, never shorter. A feed is never given up, but for 410.
 *
 * Pure; any thread. Times in wall ms. */
#ifndef TT_INGEST_FETCH_SCHEDULE_H
#define TT_INGEST_FETCH_SCHEDULE_H

#include "common/feed_state.h"
#include "ingest/conf.h"

enum tt_poll_kind {
	TT_POLL_NEW,    /* a feed, and its body is another than before */
	TT_POLL_SAME,   /* 304, or the body of the last time */
	TT_POLL_FAILED, /* no answer, an error, or not a feed */
	TT_POLL_GONE,   /* 410 */
};

struct tt_poll {
	enum tt_poll_kind kind;
	int status; /* HTTP, 0: no answer */
	int64_t now_ms;
	int64_t fresh_ms;       /* tt_headers_fresh_ms() */
	int64_t retry_after_ms; /* -1: none */
};

/* Takes the poll into the state: status, failures, gone, asked_ms, interval_ms and the times. The state's
 * hint_ms, skip_hours and skip_days must already be those of a new body. own_interval_ms: 0 for none. seed
 * (the same for a feed at all times) and the time of the poll make the jitter. */
void tt_schedule_poll(struct tt_feed_state *state, const struct tt_poll *poll,
	const struct tt_fetch_conf *conf, int64_t own_interval_ms, uint64_t seed);

/* The wait after a poll that came to nothing through us (memory was out, or nobody listened): the first of a failure's
 * waits, and the feed's interval when its server had begun to answer (status not 0): it has done its part. */
int64_t tt_schedule_excused(const struct tt_fetch_conf *conf, int64_t own_interval_ms, int status);

/* When a feed with this state, stored or planned under another configuration, is asked next: as planned then,
 * or earlier when its last poll would now be given a shorter wait; a longer one waits for the next poll. Not
 * later than any wait that the present configuration can make, should a clock have been wrong. TT_TIME_NONE:
 * gone, never. */
int64_t tt_schedule_again(const struct tt_feed_state *state, const struct tt_fetch_conf *conf,
	int64_t own_interval_ms, uint64_t seed, int64_t now_ms);

/* The first moment from ms on that skip_hours and skip_days (see feed_state.h) allow; ms itself when they
 * forbid all. */
int64_t tt_schedule_allowed(int64_t ms, uint32_t skip_hours, uint32_t skip_days);

#endif
