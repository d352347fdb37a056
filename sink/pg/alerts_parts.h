/* alerts_parts.h - what alerts.c and replay.c share: results of a load handed to the loader. */
#ifndef TT_SINK_PG_ALERTS_PARTS_H
#define TT_SINK_PG_ALERTS_PARTS_H

#include "sink/pg/alerts.h"

int tt_pg_load_subjects(const PGresult *r, const struct tt_pg_alerts_loader *to, struct tt_err *err);
/* Of the cursor alerts_minutes, in portions. */
int tt_pg_load_minutes(struct tt_pg_conn *c, const struct tt_pg_alerts_loader *to, struct tt_err *err);

#endif
