/* kafka_props.h - properties of librdkafka that a user passes through a configuration, and those that are not
 * his to set: what the consumer (ingest/kafka) and the producer (sink/kafka) have in common. */
#ifndef TT_COMMON_KAFKA_PROPS_H
#define TT_COMMON_KAFKA_PROPS_H

#include <librdkafka/rdkafka.h>

#include "common/conf.h"

/* A property that a promise rests on, or that has an option of its own. */
struct tt_kafka_ours {
	const char *name, *instead; /* instead: what to use, for the message */
};

/* A property and what we set it to. */
struct tt_kafka_prop {
	const char *name, *value;
};

/* One property. TT_ECONF names the option it came from: "kafka.brokers: ...". */
int tt_kafka_prop_set(
	rd_kafka_conf_t *rc, const char *option, const char *name, const char *value, struct tt_err *err);

/* n properties of ours, on behalf of a section. */
int tt_kafka_props_set(rd_kafka_conf_t *rc, const char *section, const struct tt_kafka_prop *v, size_t n,
	struct tt_err *err);

/* All of the user's. TT_ECONF, naming SECTION.properties.NAME: one of ours, or one that librdkafka refuses.
 */
int tt_kafka_props_pass(rd_kafka_conf_t *rc, const char *section, const struct tt_conf_map *properties,
	const struct tt_kafka_ours *ours, size_t n_ours, struct tt_err *err);

#endif
