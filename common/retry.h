/* retry.h - jittered exponential backoff. One struct per thing that is retried; no sleeping here, the caller waits.
 * The k-th wait is uniform in [d/2, d], d = min(cap_ms, base_ms × 2^k): spread, yet never near zero. */
#ifndef TT_COMMON_RETRY_H
#define TT_COMMON_RETRY_H

#include <stdint.h>

struct tt_backoff {
	int64_t base_ms, cap_ms;
	uint64_t rng;
	int failures; /* in a row */
};

/* Any seed will do; two processes should not share one (pid and time are fine). */
void tt_backoff_init(struct tt_backoff *b, int64_t base_ms, int64_t cap_ms, uint64_t seed);
int64_t tt_backoff_next_ms(struct tt_backoff *b); /* counts a failure, returns the wait */
void tt_backoff_reset(struct tt_backoff *b);      /* after a success */

#endif
