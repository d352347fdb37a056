/* conf.c - see conf.h. */
#include "sink/kafka/conf.h"

#include <stddef.h>

#define SECOND 1000.0
#define MINUTE (60 * SECOND)
#define KIB    1024.0
#define MIB    (1024 * KIB)

/* clang-format off */
#define OPT(name, type, field, def, lo, hi, unit, doc) \
	{name, type, offsetof(struct tt_publish_conf, field), def, lo, hi, unit, 0, doc, NULL}
const struct tt_opt tt_publish_opts[] = {
	OPT("brokers", TT_OPT_STR, brokers, NULL, 0, 0, "",
		"Brokers to begin with: host:port, separated by commas. Without it those of section kafka, with its properties."),
	OPT("properties", TT_OPT_MAP, properties, NULL, 0, 0, "",
		"Properties of librdkafka, passed on: security.protocol, sasl.mechanism. Those that would lose or reorder "
		"records are refused."),
	OPT("items_topic", TT_OPT_STR, items_topic, NULL, 0, 0, "",
		"Topic that `tickertone ingest` writes items to, for others to score."),
	OPT("events_topic", TT_OPT_STR, events_topic, NULL, 0, 0, "",
		"Topic that `tickertone run` writes scored items to, beside the database. Without it none are written."),
	OPT("alerts_topic", TT_OPT_STR, alerts_topic, NULL, 0, 0, "",
		"Topic that gets every change of an alert as a CloudEvent, key: the subject (docs/ALERTS.md)."),
	{"alerts_mode", TT_OPT_ENUM, offsetof(struct tt_publish_conf, alerts_mode), "binary", 0, 0, "", 0,
		"How a CloudEvent becomes a record: binary, its attributes are headers and the value is the alert; structured, "
		"the value is the whole event.", "binary|structured"},
	OPT("dead_letters_topic", TT_OPT_STR, dead_letters_topic, NULL, 0, 0, "",
		"Topic that gets a copy of every dead letter, with headers that say where it came from and why."),
	{"compression", TT_OPT_ENUM, offsetof(struct tt_publish_conf, compression), "zstd", 0, 0, "", 0,
		"How records are compressed.", "zstd|lz4|snappy|gzip|none"},
	OPT("max_record_bytes", TT_OPT_SIZE, max_record_bytes, "1000000", KIB, 64 * MIB, "",
		"Largest record; one that is larger becomes a dead letter. Not more than the topic's max.message.bytes."),
	OPT("queue_bytes", TT_OPT_SIZE, queue_bytes, "64MiB", MIB, 2048 * MIB, "",
		"Memory for records on their way to the brokers; when it is used up, what is written waits."),
	OPT("linger", TT_OPT_DURATION, linger_ms, "5ms", 0, MINUTE, "",
		"How long a record waits for others to go in one request with it."),
	OPT("timeout", TT_OPT_DURATION, timeout_ms, "15s", 100, 10 * MINUTE, "",
		"A record that no broker has confirmed for so long is tried again, and /ready says 503 until one has."),
	OPT("remembered", TT_OPT_INT, remembered, "500000", 0, 1e8, "items",
		"Items published last that `tickertone ingest` does not publish again when a feed still has them: 64 bytes "
		"each."),
	{0}
};
/* clang-format on */

const char *tt_publish_brokers(const struct tt_publish_conf *conf)
{
	return conf->brokers ? conf->brokers : conf->shared_brokers;
}
