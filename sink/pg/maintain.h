/* maintain.h - weekly partitions: made ahead, made for late items, dropped by retention. */
#ifndef TT_SINK_PG_MAINTAIN_H
#define TT_SINK_PG_MAINTAIN_H

#include "sink/pg/conn.h"

enum { TT_WEEK_MS = 7 * 86400000 };

/* Number of the week (Monday 00:00 UTC on) of a time; weeks count from 1969-12-29. */
int64_t tt_pg_week(int64_t ms);

/* Makes the partitions of weeks [first, last] that are not there. */
int tt_pg_ensure_weeks(struct tt_pg_conn *c, int64_t first, int64_t last, struct tt_err *err);

struct tt_pg_pruned {
	int64_t tables, items, keys, dead_letters, alert_changes;
	int64_t before_ms; /* TT_TIME_NONE: retention is "for ever", nothing was done */
};

/* Drops what is older than conf->retention_ms, counted from now_ms. `items` are those outside weekly
 * partitions. */
int tt_pg_prune(struct tt_pg_conn *c, const struct tt_pg_conf *conf, int64_t now_ms, struct tt_pg_pruned *ret,
	struct tt_err *err);

/* Puts the minutes of one more week that is over into the order in which they are asked for. */
int tt_pg_settle(struct tt_pg_conn *c, struct tt_err *err);

#endif
