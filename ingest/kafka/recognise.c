/* recognise.c - see recognise.h. Confluent's wire format: a zero byte, the schema's id in four bytes
 * big-endian, the data; for Protobuf a list of message indexes comes first. Glue's: 3, the kind of
 * compression (0 or 5), a UUID. */
#include "ingest/kafka/recognise.h"

enum { CONFLUENT_BYTES = 5, GLUE_BYTES = 18 };

static const struct {
	struct tt_str magic;
	const char *what;
} known[] = {
	{TT_STR("\x00\x00\xfe\xff"), "UTF-32: write UTF-8"},
	{TT_STR("\xff\xfe"), "UTF-16 or UTF-32: write UTF-8"},
	{TT_STR("\xfe\xff"), "UTF-16: write UTF-8"},
	{TT_STR("{\x00"), "UTF-16: write UTF-8"},
	{TT_STR("\x00{"), "UTF-16: write UTF-8"},
	{TT_STR("\x1f\x8b"),
		"compressed with gzip: let the producer compress (compression.type), not the application"},
	{TT_STR("\x28\xb5\x2f\xfd"),
		"compressed with zstd: let the producer compress (compression.type), not the application"},
	{TT_STR("\x04\x22\x4d\x18"),
		"compressed with lz4: let the producer compress (compression.type), not the application"},
	{TT_STR("\xff\x06\x00\x00sNaPpY"),
		"compressed with snappy: let the producer compress (compression.type), not the application"},
	{TT_STR("\x82SNAPPY\x00"),
		"compressed with snappy: let the producer compress (compression.type), not the application"},
	{TT_STR("Obj\x01"), "an Avro file: write JSON"},
	{TT_STR("\xc3\x01"), "Avro, single-object encoding: write JSON"},
	{TT_STR("\xac\xed\x00\x05"), "a serialized Java object: write JSON"},
};

static struct tt_str behind(struct tt_str s, size_t n)
{
	return (struct tt_str){s.p + n, s.n - n};
}

static int confluent(struct tt_str *value, struct tt_err *err)
{
	const unsigned char *p = (const unsigned char *)value->p;
	struct tt_str data = tt_str_trim(behind(*value, CONFLUENT_BYTES));
	uint32_t id = (uint32_t)p[1] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 8 | p[4];
	if (data.n && data.p[0] == '{') {
		*value = data;
		return TT_OK;
	}
	return tt_err_set(err, TT_EPARSE,
		"Confluent wire format, schema %u: Avro or Protobuf, which is not read; write JSON "
		"(JsonSerializer, "
		"JsonConverter, or Confluent's JSON Schema serializer)",
		id);
}

int tt_kafka_recognise(struct tt_str *value, struct tt_err *err)
{
	for (size_t i = 0; i < TT_LEN(known); i++)
		if (tt_str_starts(*value, known[i].magic))
			return tt_err_set(err, TT_EPARSE, "%s", known[i].what);
	if (value->n > CONFLUENT_BYTES && value->p[0] == 0)
		return confluent(value, err);
	if (value->n > GLUE_BYTES && value->p[0] == 3 && (value->p[1] == 0 || value->p[1] == 5))
		return tt_err_set(err, TT_EPARSE,
			"AWS Glue schema registry format: Avro or Protobuf, which is not read; write JSON");
	return TT_OK;
}
