/* positions.h - table `kafka_offset` as the store of positions (common/positions.h). Progress itself is
 * written by the sink, in the transaction of what was read (progress.h). */
#ifndef TT_SINK_PG_POSITIONS_H
#define TT_SINK_PG_POSITIONS_H

#include "common/positions.h"
#include "sink/pg/pg.h"

/* A store on a connection of its own, made at the first call. group is copied, conf must outlive it. Threads:
 * one at a time. Blocking and errors as pg.h: every failure is retriable. */
int tt_pg_positions_open(
	struct tt_positions *ret, const struct tt_pg_conf *conf, const char *group, struct tt_err *err);

#endif
