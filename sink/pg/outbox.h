/* outbox.h - table `event_outbox`: what was stored and is to be published. Errors as tt_pg_open (pg.h). */
#ifndef TT_SINK_PG_OUTBOX_H
#define TT_SINK_PG_OUTBOX_H

#include "common/arena.h"
#include "sink/pg/conn.h"

struct tt_pg_event {
	int64_t id;
	struct tt_id item_id;
	struct tt_str body;
};

/* Asks for the right to publish. *ret true: this session has it until it ends (see tt_pg_conn_generation). To
 * be asked once a session, it counts. */
int tt_pg_outbox_lead(struct tt_pg_conn *c, bool *ret, struct tt_err *err);

/* The first that wait, in order, of about max_bytes together. Array and strings live in the arena. */
int tt_pg_outbox_take(struct tt_pg_conn *c, size_t max_bytes, struct tt_arena *arena,
	struct tt_pg_event **ret, size_t *ret_n, struct tt_err *err);

/* These are published. *ret_waiting: how many are left, counted up to 100,000. */
int tt_pg_outbox_done(
	struct tt_pg_conn *c, const int64_t *ids, size_t n, int64_t *ret_waiting, struct tt_err *err);

#endif
