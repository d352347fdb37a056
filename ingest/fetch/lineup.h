/* lineup.h - which feed may be asked next: first by its time, then by politeness to its host.
 *
 *   waiting for its time ──due──▶ queue of its host ──host free──▶ taken ──finished──▶ added again with its
 * new time
 *
 * A poll that is redirected to another host queues there, too. A host is the name and port in the URL that is
 * fetched, whatever its addresses are: names that share an address (a CDN's) do not wait for each other, several
 * addresses of one name count once. It is free while fewer than per_host_connections of its feeds are taken, the last one's
 * request has gone out, and per_host_spacing has passed since; its queue is first come, first served. No
 * clock and no network here: the caller says what time it is (wall for schedules, monotonic for spacing).
 * Owner: slots are the caller's. Threads: one at a time. */
#ifndef TT_INGEST_FETCH_LINEUP_H
#define TT_INGEST_FETCH_LINEUP_H

#include "ingest/fetch/slot.h"

struct tt_lineup {
	struct tt_heap due;   /* slots by wall time */
	struct tt_heap hosts; /* hosts with a queue and a free connection, by the monotonic time of their next
				 start */
	void *tree;           /* of struct tt_host by name (tsearch) */
	size_t n_hosts;
	int64_t spacing_ms;
	int64_t per_host;
};

void tt_lineup_init(struct tt_lineup *l, const struct tt_fetch_conf *conf);
void tt_lineup_done(struct tt_lineup *l); /* every slot was forgotten before */

int tt_lineup_reserve(struct tt_lineup *l, size_t n_slots); /* room for so many in all. TT_ENOMEM */

/* Plans slot for at_ms (TT_TIME_NONE: never) at the host of its target. It is neither planned nor taken.
 * TT_ENOMEM only for a slot that has no host yet; another keeps its old one when memory is out. */
int tt_lineup_add(struct tt_lineup *l, struct tt_feed_slot *slot, int64_t at_ms);

/* Plans a slot that waits for its time for at_ms instead, when that is earlier. */
void tt_lineup_sooner(struct tt_lineup *l, struct tt_feed_slot *slot, int64_t at_ms);

/* The next slot that may start now, NULL when none may. It counts at its host until tt_lineup_finished(). */
struct tt_feed_slot *tt_lineup_take(struct tt_lineup *l, int64_t wall_ms, int64_t mono_ms);
/* A taken slot's request goes out now: what delays it between the two must not bring it close to the next. */
void tt_lineup_sent(struct tt_lineup *l, struct tt_feed_slot *slot, int64_t mono_ms);
void tt_lineup_finished(struct tt_lineup *l, struct tt_feed_slot *slot);

/* A taken slot's poll was redirected to url. True: that is at another host; the slot has left its own and
 * queues there, until tt_lineup_take() gives it once more. False: at the same host (or memory is out), it
 * goes on at once. */
bool tt_lineup_hop(struct tt_lineup *l, struct tt_feed_slot *slot, struct tt_str url);

/* Forgets a slot that is planned or queued (a taken one: finish it first). */
void tt_lineup_forget(struct tt_lineup *l, struct tt_feed_slot *slot);

/* Milliseconds until tt_lineup_take() may give one; -1: not before one is finished or added. */
int64_t tt_lineup_wait_ms(const struct tt_lineup *l, int64_t wall_ms, int64_t mono_ms);

/* Wall time of the earliest planned slot; TT_TIME_NONE: none. Those queued at their host are not looked at.
 */
int64_t tt_lineup_next_due(const struct tt_lineup *l);

#endif
