/* lookup.h - what is stored under the keys of items: the lookup of sink.h for PostgreSQL, in one round trip.
 */
#ifndef TT_SINK_PG_LOOKUP_H
#define TT_SINK_PG_LOOKUP_H

#include "common/batch.h"
#include "common/stored.h"
#include "sink/pg/conn.h"

int tt_pg_lookup(struct tt_pg_conn *c, const struct tt_pg_conf *conf, const struct tt_batch *b,
	struct tt_arena *arena, struct tt_stored **ret, size_t *ret_n, struct tt_err *err);

#endif
