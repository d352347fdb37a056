/* conf.h - section `publish` of the configuration: the topics of Kafka that are written, and how. Walks with
 * common/conf.h; read-only once loaded. */
#ifndef TT_SINK_KAFKA_CONF_H
#define TT_SINK_KAFKA_CONF_H

#include "common/conf.h"

struct tt_publish_conf {
	char *brokers;                 /* host:port,...; NULL: shared_brokers, with shared_properties */
	struct tt_conf_map properties; /* of librdkafka, passed through */
	char *items_topic;             /* what `tickertone ingest` writes to */
	char *events_topic;            /* of scored items; NULL: none */
	char *alerts_topic;            /* of changes of alerts; NULL: none */
	int alerts_mode;               /* index into "binary|structured" */
	char *dead_letters_topic;      /* beside the table; NULL: none */
	int compression;               /* index into "zstd|lz4|snappy|gzip|none" */
	int64_t max_record_bytes;
	int64_t queue_bytes; /* handed to librdkafka and not yet delivered */
	int64_t linger_ms;
	int64_t timeout_ms; /* after so long a record counts as not delivered, and is tried again */
	int64_t remembered; /* items published before that are not published again */

	/* Of section kafka, which is the consumer's; borrowed, set by app/conf.c. */
	const char *shared_brokers;
	struct tt_conf_map shared_properties;
};
extern const struct tt_opt tt_publish_opts[];

const char *tt_publish_brokers(const struct tt_publish_conf *conf); /* NULL: none are configured */

#endif
