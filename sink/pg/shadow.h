/* shadow.h - what a model in the shadow says, beside what was stored (table shadow_score, migration 0025). A
 * transaction of its own a call; a call that is made again changes nothing. Errors as tt_pg_open; one
 * connection (conn.h), one thread at a time. */
#ifndef TT_SINK_PG_SHADOW_H
#define TT_SINK_PG_SHADOW_H

#include "common/batch.h"
#include "sink/pg/conn.h"

/* b: stored items, scored by the model in the shadow, b->model_id; served: for each of them the item as it
 * was stored, of which sentiment and entities are looked at; served_model_id: by which model. What only one
 * of the two has scored is left out. */
int tt_pg_shadow_store(struct tt_pg_conn *c, const struct tt_batch *b, const struct tt_scored *served,
	int served_model_id, struct tt_err *err);

/* Drops what was scored before. */
int tt_pg_shadow_prune(struct tt_pg_conn *c, int64_t before_ms, struct tt_err *err);

#endif
