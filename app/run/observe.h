/* observe.h - the leader's look at feeds and at the service's own work: asks the database how they are doing
 * and gives that to the observer of the rules. */
#ifndef TT_APP_OBSERVE_H
#define TT_APP_OBSERVE_H

#include "mood/observer.h"
#include "sink/pg/conn.h"

/* Within the transaction of the caller's tick. Verdicts live in the arena and with o. Without rules that ask
 * for anything the database is not asked. Errors as sink/pg/alerts.h. */
int tt_observe(struct tt_observer *o, struct tt_pg_conn *c, int64_t now_ms, struct tt_arena *arena,
	struct tt_verdict **ret, size_t *ret_n, struct tt_err *err);

#endif
