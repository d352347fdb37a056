/* deliveries.h - changes of alerts on their way to those who want to know (table alert_outbox). What is taken
 * is not taken by others for a while; it comes again unless it is said to be done. Errors, threads: conn.h.
 */
#ifndef TT_SINK_PG_DELIVERIES_H
#define TT_SINK_PG_DELIVERIES_H

#include "common/arena.h"
#include "sink/alert_event.h"
#include "sink/pg/conn.h"

struct tt_pg_delivery {
	int64_t id;   /* 0: a notice, known by the event's id */
	int attempts; /* this one included */
	struct tt_alert_event event;
};

/* Up to max of what is due for target, in order, for lease_ms. The array and strings live in the arena. */
int tt_pg_deliveries_take(struct tt_pg_conn *c, struct tt_str target, int64_t max, int64_t lease_ms,
	struct tt_arena *arena, struct tt_pg_delivery **ret, size_t *ret_n, struct tt_err *err);

/* All that waits for target of one rule, as one event (a notice), when the last one of that rule was made
 * apart_ms ago or more; it lists the `listed` strongest changes. *ret_n: 0 or 1. */
int tt_pg_deliveries_take_notice(struct tt_pg_conn *c, struct tt_str target, int64_t apart_ms,
	int64_t lease_ms, int listed, struct tt_arena *arena, struct tt_pg_delivery **ret, size_t *ret_n,
	struct tt_err *err);

/* One that has arrived, or never will; one that is tried again in wait_ms. */
int tt_pg_deliveries_done(struct tt_pg_conn *c, struct tt_str target, const struct tt_pg_delivery *v,
	size_t n, struct tt_err *err);
int tt_pg_deliveries_later(struct tt_pg_conn *c, struct tt_str target, const struct tt_pg_delivery *d,
	int64_t wait_ms, struct tt_str why, struct tt_err *err);

/* The target is told nothing any more, until table delivery_target says otherwise; what waits for it is
 * dropped. */
int tt_pg_deliveries_disable(
	struct tt_pg_conn *c, struct tt_str target, struct tt_str why, struct tt_err *err);

#endif
