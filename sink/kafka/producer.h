/* producer.h - records into topics of Kafka, and the brokers' word that they are there.
 *
 * Idempotent, acknowledged by all in-sync replicas, compressed. A call hands over all its records and comes
 * back when each has its delivery report, so nothing is under way between calls and nothing needs to be
 * flushed in the end. Memory is bounded by publish.queue_bytes: when that is used up the call waits for
 * reports before it hands over more.
 *
 * At least once: a record whose confirmation did not come in time is not delivered as far as we know, and the
 * caller sends it again. (Within that time librdkafka repeats it by itself, without doubling it.)
 *
 * Threads: one at a time. Blocking: a call takes publish.timeout and some at most. */
#ifndef TT_SINK_KAFKA_PRODUCER_H
#define TT_SINK_KAFKA_PRODUCER_H

#include "common/err.h"
#include "common/str.h"
#include "sink/kafka/conf.h"

struct tt_producer;

struct tt_outgoing_header {
	const char *name;
	struct tt_str value; /* any bytes */
};

enum tt_delivery {
	TT_UNDELIVERED, /* to be sent (again) */
	TT_DELIVERED,
	TT_UNDELIVERABLE, /* this record will never be taken; `why` says why */
};

struct tt_outgoing {
	const char *topic;
	struct tt_str key, value; /* any bytes; all are borrowed until the call returns */
	const struct tt_outgoing_header *headers;
	size_t n_headers;
	enum tt_delivery delivery; /* in and out: only what is TT_UNDELIVERED is sent */
	const char *why;           /* out: a constant; NULL when delivered */
	int error;                 /* out: librdkafka's code of the last try */
};

/* conf must outlive it. Connects in the background: brokers that are away are no error here. TT_ECONF: no
 * brokers, or a property that librdkafka refuses or that is ours. */
int tt_producer_new(struct tt_producer **ret, const struct tt_publish_conf *conf, struct tt_err *err);
void tt_producer_free(struct tt_producer *p); /* NULL is fine */

/* Sends n records. TT_OK: each is delivered or undeliverable. TT_EPEER: some are not delivered yet; err has
 * the reason, also one that an operator must mend (an unknown topic, no permission); to be called again with
 * the same records. */
int tt_producer_send(struct tt_producer *p, struct tt_outgoing *v, size_t n, struct tt_err *err);

/* Whether records could be written to a topic, without writing one. TT_EPEER: no broker answers. TT_ECONF:
 * there is no such topic, or it may not be written. */
int tt_producer_check(struct tt_producer *p, const char *topic, struct tt_err *err);

#endif
