/* conf.h - section `kafka` of the configuration: the consumer. Walks with common/conf.h; read-only once
 * loaded. */
#ifndef TT_INGEST_KAFKA_CONF_H
#define TT_INGEST_KAFKA_CONF_H

#include "common/conf.h"

enum tt_kafka_start { TT_START_EARLIEST, TT_START_LATEST };
enum tt_kafka_gap { TT_GAP_EARLIEST, TT_GAP_LATEST, TT_GAP_FAIL };
enum tt_kafka_format { TT_KAFKA_JSON, TT_KAFKA_TEXT };

struct tt_kafka_conf {
	char *brokers;              /* host:port,...; NULL: no Kafka source */
	struct tt_conf_strs topics; /* names; one that begins with ^ is a regular expression */
	char *group;
	char *instance_id;             /* group.instance.id: static membership; NULL: dynamic */
	struct tt_conf_map properties; /* of librdkafka, passed through */
	int start;                     /* enum tt_kafka_start: where a group without any position begins */
	int on_gap;                    /* enum tt_kafka_gap: the stored position is not in the log */
	int64_t max_payload_bytes;     /* a larger record is a dead letter */
	int64_t max_dead_bytes;        /* what a dead letter keeps of its record */
	int64_t max_text_bytes;
	int64_t max_depth;    /* of nested objects and arrays in JSON */
	int64_t window;       /* offsets marked ahead of work, per partition */
	int64_t max_attempts; /* a record that was alone in its window in so many crashes is a dead letter */
	int64_t commit_interval_ms;
	int64_t stall_ms; /* a partition with lag and without progress for so long is not ready */
	int64_t close_timeout_ms;
	/* How a record becomes an item: */
	int format;                /* enum tt_kafka_format */
	char *preset;              /* name of a shipped field map; NULL: our own item format */
	struct tt_conf_map fields; /* field of the item → path in the record: `title: data.headline` */
};
extern const struct tt_opt tt_kafka_opts[];

#endif
