/* conf.c - see conf.h. Ranges are in the option's base unit: milliseconds for durations, bytes for sizes. */
#include "ingest/kafka/conf.h"

#include <stddef.h>

#define SECOND 1000.0
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define KIB    1024.0
#define MIB    (1024 * KIB)

/* clang-format off */
#define OPT(name, type, field, def, lo, hi, unit, doc) \
	{name, type, offsetof(struct tt_kafka_conf, field), def, lo, hi, unit, 0, doc, NULL}
#define CHOICE(name, field, def, doc, choices) \
	{name, TT_OPT_ENUM, offsetof(struct tt_kafka_conf, field), def, 0, 0, "", 0, doc, choices}
const struct tt_opt tt_kafka_opts[] = {
	OPT("brokers", TT_OPT_STR, brokers, NULL, 0, 0, "",
		"Brokers to begin with: host:port, separated by commas. Without it no topic is read."),
	OPT("topics", TT_OPT_STRS, topics, NULL, 0, 0, "",
		"Topics to read. One that begins with ^ is a regular expression over all topics."),
	OPT("group", TT_OPT_STR, group, "tickertone", 0, 0, "",
		"Consumer group: the workers that share the topics' partitions. Positions are kept by this name."),
	OPT("instance_id", TT_OPT_STR, instance_id, NULL, 0, 0, "",
		"Name of this worker within the group, each worker its own: it keeps its partitions over a quick restart "
		"(static membership)."),
	OPT("properties", TT_OPT_MAP, properties, NULL, 0, 0, "",
		"Properties of librdkafka, passed on: security.protocol, sasl.mechanism, fetch sizes. Those that would "
		"break exactly-once are refused."),
	CHOICE("start", start, "earliest",
		"Where a partition begins that neither the database nor the group has a position of.", "earliest|latest"),
	CHOICE("on_gap", on_gap, "earliest",
		"What to do when the next record is no longer, or not yet, in the log (retention, a topic made anew): go on "
		"at its beginning, at its end, or stop.", "earliest|latest|fail"),
	OPT("max_payload_bytes", TT_OPT_SIZE, max_payload_bytes, "1MiB", KIB, 64 * MIB, "",
		"Largest value of a record; a larger one becomes a dead letter."),
	OPT("max_dead_bytes", TT_OPT_SIZE, max_dead_bytes, "64KiB", 0, 512 * KIB, "",
		"What a dead letter keeps of its record's value."),
	OPT("max_text_bytes", TT_OPT_SIZE, max_text_bytes, "256KiB", 256, 16 * MIB, "",
		"Longest title, summary or content of an item; what is longer is cut and counted."),
	OPT("max_depth", TT_OPT_INT, max_depth, "64", 1, 1000, "levels",
		"Deepest nesting of objects and lists in JSON; a record with more becomes a dead letter."),
	OPT("window", TT_OPT_INT, window, "10000", 2, 1000000, "records",
		"How far ahead of the stored position a partition is marked as being worked on. After a crash this range is "
		"searched for the record that caused it."),
	OPT("max_attempts", TT_OPT_INT, max_attempts, "3", 1, 100, "crashes",
		"A record that was worked on alone in so many crashes becomes a dead letter."),
	OPT("commit_interval", TT_OPT_DURATION, commit_interval_ms, "5s", 100, HOUR, "",
		"How often the group is told what is stored. For lag tools only: the database decides where to go on."),
	OPT("stall", TT_OPT_DURATION, stall_ms, "2m", SECOND, 24 * HOUR, "",
		"A partition that has records waiting and makes no progress for so long makes /ready say 503."),
	OPT("close_timeout", TT_OPT_DURATION, close_timeout_ms, "10s", 100, 10 * MINUTE, "",
		"Longest time to leave the group in good order at the end."),
	CHOICE("format", format, "json",
		"json: an object, read by preset and fields. text: first line title, the rest summary.", "json|text"),
	OPT("preset", TT_OPT_STR, preset, NULL, 0, 0, "",
		"Field map to begin with, docs/KAFKA.md lists them. The default is tickertone's own item format."),
	OPT("fields", TT_OPT_MAP, fields, NULL, 0, 0, "",
		"Field of the item: path in the record, as in `title: data.headline|data.title`; replaces the preset's for that "
		"field, an empty path takes the field away. docs/KAFKA.md has the language of paths."),
	{0}
};
