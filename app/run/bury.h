/* bury.h - a dead letter for what can never be delivered, stored by itself. */
#ifndef TT_APP_BURY_H
#define TT_APP_BURY_H

#include "common/batch.h"
#include "sink/pg/pg.h"

/* at_ms is set here. Errors as tt_pg_open. */
int tt_bury(const struct tt_pg_conf *pg, const struct tt_dead_letter *letter, struct tt_err *err);

#endif
