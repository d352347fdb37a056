/* observed.h - what the database knows of feeds, topics and polling (migration 0021): what rules over them
 * look at. Errors as pg.h. */
#ifndef TT_SINK_PG_OBSERVED_H
#define TT_SINK_PG_OBSERVED_H

#include "common/arena.h"
#include "sink/pg/conn.h"

enum tt_pg_thing { TT_PG_FEED, TT_PG_TOPIC, TT_PG_POLLING };

struct tt_pg_observed {
	enum tt_pg_thing thing;
	struct tt_str name;  /* URL; GROUP/TOPIC; "feeds" */
	double first, second; /* quiet, failing; lag, behind; overdue, NAN: minutes, but for lag; NAN: not known */
};

/* What is wanted of them now, each thing once; within a transaction of the caller's, if there is one. The
 * array lives in the arena. */
int tt_pg_observe(struct tt_pg_conn *c, const bool wanted[TT_PG_POLLING + 1], struct tt_arena *arena,
	struct tt_pg_observed **ret, size_t *ret_n, struct tt_err *err);

#endif
