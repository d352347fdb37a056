/* events.h - scored items from the database's outbox to their topic: a thread that publishes what was stored.
 *
 * The write that stores an item also puts its event into table event_outbox; this thread takes the events
 * from there, in their order, and deletes them when the brokers have confirmed. So there is an event for each
 * item that was stored, and none for anything else; in a crash between the two it is published once more,
 * with the same event_id. Of several processes on one database one publishes for all, and another takes over
 * when it ends.
 *
 * With the brokers away events wait in the table; scoring and storing go on. Threads: start and stop by one
 * (main), the report by any. */
#ifndef TT_APP_EVENTS_H
#define TT_APP_EVENTS_H

#include "app/run/pipeline.h"
#include "sink/kafka/conf.h"
#include "sink/pg/pg.h"

struct tt_events;

/* All must outlive it. TT_ECONF: there is no such topic, or a property is refused; brokers that are away are
 * waited for. */
int tt_events_start(struct tt_events **ret, const struct tt_publish_conf *publish,
	const struct tt_pg_conf *pg, const struct tt_pipeline_conf *pipeline, struct tt_err *err);

/* True while events flow; otherwise why not is added to reason. */
bool tt_events_report(struct tt_events *e, struct tt_buf *reason);

/* After the pipeline: publishes what is waiting, for pipeline->drain_ms at most, and frees. The rest waits
 * for the next start. NULL is fine. */
void tt_events_stop(struct tt_events *e);

#endif
