/* alerts.h - rules become alerts: a thread that follows the mood of everybody who is looked at.
 *
 * Of several processes on one database one evaluates, the one that holds the lock of its session; another
 * takes over within a second of its end. Each tick is one transaction: the changes of minutes since the last
 * one are taken out of table mood_delta, the rules are looked at, and states, alerts and what is to be
 * delivered are stored; so no change counts twice and no alert is lost or doubled, whenever a process dies.
 * After any failure all is loaded anew. Rules about single items are not decided here but in the write that
 * stores the item, by every process (sink/pg/item_rules.h).
 *
 * With the database away it waits. Threads: all but the report by one (main). */
#ifndef TT_APP_ALERTS_H
#define TT_APP_ALERTS_H

#include "app/run/pipeline.h"
#include "sink/pg/pg.h"

struct tt_alerts_conf {
	char *rules; /* file; NULL: there are none */
	int64_t tick_ms, max_age_ms, evidence;
	double weight_floor, dispersion_floor;
	bool print;
	char *source; /* of the CloudEvents */
};
extern const struct tt_opt tt_alerts_opts[]; /* section `alerts` */

/* Who is told of changes: names of targets in the outbox. Borrowed. */
struct tt_alert_targets {
	const struct tt_str *v;
	size_t n;
};

struct tt_alerts;

/* Loads the rules; those about items are in pg->item_rules from now on. What is given must outlive it. */
int tt_alerts_new(struct tt_alerts **ret, const struct tt_alerts_conf *conf, struct tt_pg_conf *pg,
	const struct tt_pipeline_conf *pipeline, struct tt_alert_targets targets, struct tt_err *err);
int tt_alerts_start(struct tt_alerts *a, struct tt_err *err);

/* What explains evidence by its words from the next look on; NULL: nothing does. Any thread. */
void tt_alerts_set_scorer(struct tt_alerts *a, struct tt_scorer *scorer);

/* The file as it is now. Refused: those before stay. States stay in any case; what has no rule any more is
 * resolved. */
int tt_alerts_reload(struct tt_alerts *a, struct tt_err *err);

/* True while rules are evaluated, here or by another process; otherwise why not is added to reason. */
bool tt_alerts_report(struct tt_alerts *a, struct tt_buf *reason);

/* Ends the thread. NULL is fine. */
void tt_alerts_stop(struct tt_alerts *a);
/* After all sinks on pg are closed. NULL is fine. */
void tt_alerts_free(struct tt_alerts *a);

#endif
