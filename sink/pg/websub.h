/* websub.h - table `websub`: the subscriptions of a write's batches as one statement of its transaction, and
 * what a service finds when it starts. Errors as tt_pg_open (pg.h). */
#ifndef TT_SINK_PG_WEBSUB_H
#define TT_SINK_PG_WEBSUB_H

#include "common/batch.h"
#include "sink/pg/conn.h"

/* The parameters of websub.sql: of several states of one feed the latest. *ret_n: rows; 0: the statement is
 * left out. TT_ENOMEM. */
int tt_pg_websub_fill(struct tt_pg_params *p, size_t *ret_n, struct tt_arena *arena,
	struct tt_batch *const *batches, size_t n);

/* All subscriptions, by URL; array and strings live in the arena. */
int tt_pg_websub_load(struct tt_pg_conn *c, struct tt_arena *arena, struct tt_websub_state **ret,
	size_t *ret_n, struct tt_err *err);

#endif
