/* publish.h - batches into topics of Kafka: items for others to score, and dead letters. (Scored items are
 * published from the database's outbox: app/run/events.h.) The records are those of docs/KAFKA.md, the key of
 * an item is its id.
 *
 * A write is done when the brokers have confirmed every record. What was confirmed is marked in the batch, so
 * that the same write, repeated, sends only what is left. A record that a topic will never take becomes a
 * dead letter of its batch (stage "publish"), for whatever is written after this; the write goes on.
 *
 * It comes before the database (app/run/pair.h): a crash between the two publishes once more what was
 * published, and loses nothing. */
#ifndef TT_SINK_KAFKA_PUBLISH_H
#define TT_SINK_KAFKA_PUBLISH_H

#include "sink/kafka/conf.h"
#include "sink/sink.h"

enum tt_publish_what {
	TT_PUBLISH_ITEMS, /* to items_topic, but what was published lately with the same text; and dead
			     letters */
	TT_PUBLISH_DEAD,  /* dead letters alone */
};

/* conf and clock must outlive the sink. Asks the brokers for the topics. TT_EPEER: none answers. TT_ECONF: a
 * topic does not exist or may not be written, or tt_producer_new (producer.h) refuses. Blocking and threads:
 * producer.h. */
int tt_publish_open(struct tt_sink *ret, const struct tt_publish_conf *conf, enum tt_publish_what what,
	const struct tt_clock *clock, struct tt_err *err);

/* Whether a configuration has a topic for it. */
bool tt_publish_wanted(const struct tt_publish_conf *conf, enum tt_publish_what what);

#endif
