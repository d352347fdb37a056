/* payload.h - one record of a topic becomes an item of a batch, or a dead letter. docs/KAFKA.md has the rules
 * for whoever writes the records.
 *
 * Times. fetched_ms of an item is the record's own timestamp, which is when it came into the log, so that a
 * topic read from its beginning has its events where they happened; a record without one, or with one that is
 * still to come, is taken as of now. published_ms is what the publisher said and nothing else.
 * Identity: the record's id; else its source and guid; else topic, partition and offset, whatever its source.
 *
 * Pure: no I/O, no log. Threads: one at a time for each tt_payload. Owner: what is appended lives in the
 * batch's arena, nothing of the record is kept. */
#ifndef TT_INGEST_KAFKA_PAYLOAD_H
#define TT_INGEST_KAFKA_PAYLOAD_H

#include "common/batch.h"
#include "common/err.h"
#include "ingest/kafka/conf.h"
#include "ingest/map/record.h"

struct tt_payload;

/* conf must outlive it. TT_ECONF: the preset or a field of the map, the message names kafka.fields.NAME.
 * TT_ENOMEM. */
int tt_payload_new(struct tt_payload **ret, const struct tt_kafka_conf *conf, struct tt_err *err);
void tt_payload_free(struct tt_payload *p); /* NULL is fine */

/* Appends the record's item to the batch. TT_OK: there is an item, or the record was a tombstone or empty
 * (counted, metric records_empty). TT_EPARSE: no item, the message says why. TT_ELIMIT: larger than
 * kafka.max_payload_bytes. TT_ENOMEM: memory is out or the batch's arena is full; nothing was appended. */
int tt_payload_item(struct tt_payload *p, const struct tt_record *record, int64_t now_ms, struct tt_batch *b,
	struct tt_err *err);

/* Appends the record as a dead letter: source "kafka:TOPIC", where "partition 3, offset 17", stage a
 * constant, its payload cut to kafka.max_dead_bytes. TT_ENOMEM: nothing was appended. */
int tt_payload_dead(struct tt_payload *p, const struct tt_record *record, const char *stage,
	struct tt_str reason, int64_t now_ms, struct tt_batch *b);

/* The two in one: an item, nothing, or a dead letter. TT_ENOMEM as above: the record must wait for a batch
 * with more room. One that did not fit into a batch that was empty before is a dead letter that says so. */
int tt_payload_put(struct tt_payload *p, const struct tt_record *record, int64_t now_ms, struct tt_batch *b);

#endif
