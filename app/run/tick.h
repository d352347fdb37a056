/* tick.h - one look of the leader at all rules: takes over from what is stored, follows the changes, asks once
 * a minute how feeds and the service are doing, stores what comes of it. Owner: struct by the caller. Threads: one at a time. Errors as sink/pg/alerts.h; after
 * one that is not TT_OK all that was known is forgotten, and the next look loads it anew. */
#ifndef TT_APP_TICK_H
#define TT_APP_TICK_H

#include "app/run/alerts.h"
#include "app/run/words.h"
#include "mood/evaluator.h"
#include "mood/observer.h"
#include "sink/pg/conn.h"

struct tt_tick {
	const struct tt_alerts_conf *conf;
	const struct tt_rule_set *rules;
	struct tt_alert_targets targets;
	struct tt_evaluator *evaluator; /* NULL: nothing is loaded */
	struct tt_observer *observer;   /* of rules over feeds and the service; likewise */
	int64_t minute;                 /* the last at which all were looked at */
	struct tt_words_of words;
	struct tt_arena arena;
};

void tt_tick_init(struct tt_tick *t, const struct tt_alerts_conf *conf);
void tt_tick_done(struct tt_tick *t);
void tt_tick_forget(struct tt_tick *t);

/* Needs a session that leads. *ret_more: there is more to be looked at already. */
int tt_tick_run(struct tt_tick *t, struct tt_pg_conn *c, const struct tt_clock *clock, bool *ret_more,
	struct tt_err *err);

#endif
