/* kafka.h - the source that consumes topics of Kafka as a member of a consumer group.
 *
 *   records ──poll──▶ payload/ (record → item, or dead letter) ──▶ batch, with its progress per partition
 *
 * Exactly once: where to begin after an assignment is what the store says (positions.h), the greater of that
 * and the group's commit; a batch carries how far it reads (common/progress.h), which the sink stores in the
 * batch's own transaction. The group's commits follow what was stored and are for lag tools only.
 * One thread drives next()/hold() and so polls; it never waits for the store. Claims and marks are made by a
 * thread of the source's own; a partition stays paused until its claim has come.
 *
 * Threads: next() and hold() on one thread; stored(), ready(), metrics() and wake() from any. Blocking: as
 * source.h says; close() commits what was stored, releases the claims and leaves the group, within
 * close_timeout. */
#ifndef TT_INGEST_KAFKA_KAFKA_H
#define TT_INGEST_KAFKA_KAFKA_H

#include "ingest/kafka/conf.h"
#include "common/positions.h"
#include "ingest/source.h"

/* conf and clock must outlive the source, which closes positions, also when opening fails. Connects in the
 * background: brokers that are away are waited for. TT_ECONF: a property that librdkafka refuses, or one that
 * would break what is promised here. */
int tt_kafka_open(struct tt_source *ret, const struct tt_kafka_conf *conf,
	const struct tt_positions *positions, const struct tt_clock *clock, struct tt_err *err);

#endif
