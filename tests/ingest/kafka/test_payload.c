/* test_payload.c - records as items and dead letters: the poison table, identity, times, what is recognised.
 */
#include "common/metrics.h"
#include "ingest/kafka/payload.h"
#include "tests/tt_test.h"

#define NOW 1795448783000
#define DAY 86400000LL

static struct tt_kafka_conf conf_of(int format)
{
	return (struct tt_kafka_conf){.format = format,
		.max_payload_bytes = 1 << 20,
		.max_dead_bytes = 100,
		.max_text_bytes = 1000,
		.max_depth = 64};
}

static struct tt_record record_of(struct tt_str value)
{
	return (struct tt_record){.topic = TT_STR("news"),
		.partition = 3,
		.offset = 17,
		.timestamp_ms = TT_TIME_NONE,
		.value = value,
		.origin = 2};
}

/* One record into a batch of its own. */
static struct tt_batch *put(const struct tt_kafka_conf *conf, const struct tt_record *record)
{
	struct tt_payload *p;
	struct tt_err err = {0};
	struct tt_batch *b = tt_batch_new(16 << 20);
	TT_EQ(tt_payload_new(&p, conf, &err), TT_OK);
	TT_EQ(tt_payload_put(p, record, NOW, b), TT_OK);
	tt_payload_free(p);
	return b;
}

enum { ITEM, NOTHING, DEAD };

/* text: the item's title, or a part of the dead letter's reason. */
static void check(long row, int format, struct tt_str value, int want, const char *text)
{
	struct tt_kafka_conf conf = conf_of(format);
	struct tt_record record = record_of(value);
	struct tt_batch *b = put(&conf, &record);
	TT_EQ_ROW(row, b->n_items, want == ITEM);
	TT_EQ_ROW(row, b->n_dead, want == DEAD);
	if (want == ITEM) {
		TT_STR_EQ_ROW(row, b->items[0].item.title, tt_str_c(text)); /* NULL: none */
		TT_EQ_ROW(row, b->items[0].item.origin, 2);
	}
	if (want == DEAD) {
		const struct tt_dead_letter *d = &b->dead[0];
		if (!memmem(d->reason.p, d->reason.n, text, strlen(text)))
			TT_STR_EQ_ROW(row, d->reason, tt_str_c(text));
		TT_STR_EQ_ROW(row, d->source, TT_STR("kafka:news"));
		TT_STR_EQ_ROW(row, d->where, TT_STR("partition 3, offset 17"));
		TT_STR_EQ_ROW(row, tt_str_c(d->stage), TT_STR("parse"));
		TT_EQ_ROW(row, d->at_ms, NOW);
		TT_EQ_ROW(row, d->origin, 2);
		TT_TRUE(d->payload.p && d->payload.n <= 100 &&
			memcmp(d->payload.p, value.p, d->payload.n) == 0);
	}
	tt_batch_free(b);
}

#define V(lit)                                                                                               \
	{                                                                                                    \
		lit, sizeof(lit) - 1                                                                         \
	}
TT_TEST(poison)
{
	static const struct {
		struct tt_str value;
		int want;
		const char *text;
	} rows[] = {
		{V("{\"title\":\"T\"}"), ITEM, "T"},
		{V("\xef\xbb\xbf {\"title\":\"T\"} \n"), ITEM, "T"},
		{{NULL, 0}, NOTHING, NULL},
		{V(""), NOTHING, NULL},
		{V(" \r\n"), NOTHING, NULL},
		{V("null"), NOTHING, NULL},
		{V("{\"title\":\"T\""), DEAD, "not JSON: it does not end (byte 13)"},
		{V("{\"title\":\"T"), DEAD, "not JSON: the string does not end"},
		{V("title"), DEAD, "not JSON: no value that JSON knows (byte 1)"},
		{V("{\"title\":NaN}"), DEAD, "not JSON: no value that JSON knows (byte 10)"},
		{V("{\"title\":\"T\",\"x\":-Infinity}"), DEAD, "not JSON: a digit is missing"},
		{V("{'title':'T'}"), DEAD, "not JSON: a name in quotes is missing (byte 2)"},
		{V("{\"title\":\"T\",}"), DEAD, "not JSON: a name in quotes is missing"},
		{V("{\"title\":\"T\"}{\"title\":\"U\"}"), DEAD,
			"not JSON: something stands behind the value (byte 14)"},
		{V("{\"title\":\"T\"}\0"), DEAD, "not JSON: something stands behind the value"},
		{V("[{\"title\":\"T\"}]"), DEAD,
			"not a JSON object but a list: each item is a record of its own"},
		{V("\"T\""), DEAD, "not a JSON object"},
		{V("7"), DEAD, "not a JSON object"},
		{V("{}"), DEAD, "'title' is missing"},
		{V("{\"summary\":\"S\"}"), DEAD, "'title' is missing"},
		{V("{\"title\":null,\"summary\":\"S\"}"), ITEM, NULL},
		{V("{\"Title\":\"T\"}"), DEAD, "'title' is missing"},
		{V("{\"title\":\" \\u0001\\n\"}"), DEAD, "neither title nor summary nor content"},
		{V("{\"title\":null,\"summary\":\"\"}"), DEAD, "neither title nor summary nor content"},
		{V("{\"title\":{\"en\":\"T\"}}"), DEAD, "'title' is not a text"},
		{V("{\"title\":[\"T\"]}"), DEAD, "'title' is not a text"},
		{V("{\"title\":\"T\",\"url\":false}"), DEAD, "'url' is not a text"},
		{V("{\"title\":\"T\",\"published_at\":{}}"), DEAD, "'published_at' is not a text"},
		{V("{\"title\":\"T\",\"id\":[]}"), DEAD, "'id' is not a text"},
		{V("{\"title\":7}"), ITEM, "7"},
		{V("{\"title\":1e400}"), ITEM, "1e400"},
		{V("{\"title\":\"T\",\"x\":1234567890123456789012345678901234567890}"), ITEM, "T"},
		{V("{\"title\":\"no\",\"title\":\"T\"}"), ITEM, "T"},
		{V("{\"title\":\"bad \xff\xfe utf\"}"), DEAD, "not UTF-8 (byte 15)"},
		{V("{\"title\":\"T\",\"\xff\":1}"), DEAD, "not UTF-8 (byte 15)"},
		{V("{\"title\":\"T\"}\xc3"), DEAD, "not UTF-8 (byte 14)"},
		{V("{\"title\":\"\xed\xa0\x80\"}"), DEAD, "not UTF-8 (byte 11)"},
		{V("{\"title\":\"half \\ud83d\"}"), ITEM, "half \xef\xbf\xbd"},
		{V("{\"title\":\"a\\u0000b\\u001fc\"}"), DEAD, "'title' holds NUL"},
		{V("{\"title\":\"T\",\"categories\":[\"a\",\"\\u0000\"]}"), DEAD, "'categories' holds NUL"},
		{V("{\"title\":\"T\",\"x\":\"\\u0000\"}"), ITEM, "T"},
		{V("{\"title\":\"ab\\u001fc\"}"), ITEM, "abc"},
		{V("{\"title\":\"a\0b\"}"), DEAD, "not JSON: a control character in a string"},
		{V("{\"title\":\"a\nb\"}"), DEAD, "not JSON: a control character in a string"},
		{V("\0\0\0\0\x2a\x02\x0aHello"), DEAD, "Confluent wire format, schema 42: Avro or Protobuf"},
		{V("\0\0\1\0\x2a{\"title\":\"T\"}"), ITEM, "T"},
		{V("\0\0\0\0\x2a {\"title\"}"), DEAD, "not JSON: a colon is missing"},
		{V("\0\0\0"), DEAD, "not JSON"},
		{V("\3\0abcdefghijklmnop\x02\x0a"), DEAD, "AWS Glue"},
		{V("\x1f\x8b\x08\0\0"), DEAD, "compressed with gzip"},
		{V("\x28\xb5\x2f\xfd\x04"), DEAD, "compressed with zstd"},
		{V("\x04\x22\x4d\x18\x60"), DEAD, "compressed with lz4"},
		{V("\xff\x06\0\0sNaPpY"), DEAD, "compressed with snappy"},
		{V("\xff\xfe{\0}\0"), DEAD, "UTF-16 or UTF-32: write UTF-8"},
		{V("\xfe\xff\0{\0}"), DEAD, "UTF-16: write UTF-8"},
		{V("\0\0\xfe\xff\0\0\0{"), DEAD, "UTF-32: write UTF-8"},
		{V("{\0}\0"), DEAD, "UTF-16: write UTF-8"},
		{V("\0{\0}"), DEAD, "UTF-16: write UTF-8"},
		{V("Obj\x01\x04"), DEAD, "an Avro file"},
		{V("\xac\xed\0\x05t"), DEAD, "a serialized Java object"},
		{V("<rss/>"), DEAD, "not JSON"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		check((long)i, TT_KAFKA_JSON, rows[i].value, rows[i].want, rows[i].text);
}

/* A value of `unit` repeated, between head and tail. */
static char *repeated(const char *head, const char *unit, size_t n, const char *tail, struct tt_str *ret)
{
	size_t h = strlen(head), u = strlen(unit), t = strlen(tail);
	char *p = malloc(h + u * n + t + 1), *at = p + h;
	memcpy(p, head, h);
	for (size_t i = 0; i < n; i++, at += u)
		memcpy(at, unit, u);
	memcpy(at, tail, t + 1);
	*ret = (struct tt_str){p, h + u * n + t};
	return p;
}

TT_TEST(large_poison)
{
	static const struct {
		const char *head, *unit, *tail;
		size_t n;
		int want;
		const char *text;
	} rows[] = {
		{"{\"title\":\"T\",\"content\":\"", "x", "\"}", 5 << 20, DEAD,
			" bytes, more than kafka.max_payload_bytes (1048576)"},
		{"{\"title\":\"T\",\"content\":\"", "x", "\"}", 1000000, ITEM, "T"},
		{"", "[", "", 1000000, DEAD, "not JSON: nested too deep (byte 65)"},
		{"", "{\"a\":", "", 200000, DEAD, "not JSON: nested too deep"},
		{"{\"title\":\"T\",\"x\":", "[", "1", 63, DEAD, "not JSON: it does not end"},
		{"{", "\"title\":\"T\",", "\"title\":\"U\"}", 80000, ITEM, "U"},
		{"{\"title\":\"T\",\"categories\":[", "\"c\",", "\"c\"]}", 250000, ITEM, "T"},
		{"{\"title\":\"T\",\"x\":\"", "\\\"", "\"}", 500000, ITEM, "T"},
		{"{\"title\":\"T\",\"content\":\"", "\\u00e9", "\"}", 160000, ITEM, "T"},
		{"{\"title\":\"T\",\"x\":", "9", "}", 1000000, ITEM, "T"},
		{"{\"title\":\"T\",\"x\":\"", "\xff", "\"}", 1000000, DEAD, "not UTF-8 (byte 19)"},
		{"{\"published_at\":\"", "1 ", "\",\"title\":\"T\"}", 500000, ITEM, "T"},
	};
	int64_t from = tt_mono_ms(&tt_clock_real);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_str value;
		char *p = repeated(rows[i].head, rows[i].unit, rows[i].n, rows[i].tail, &value);
		check((long)i, TT_KAFKA_JSON, value, rows[i].want, rows[i].text);
		free(p);
	}
	TT_TRUE(tt_mono_ms(&tt_clock_real) - from < 20000); /* takes 0.1 s; were it quadratic, hours */
}

TT_TEST(texts)
{
	static const struct {
		struct tt_str value;
		int want;
		const char *title, *summary;
	} rows[] = {
		{V("Apple soars"), ITEM, "Apple soars", NULL},
		{V("Apple soars\r\nas Samsung\nsinks\n"), ITEM, "Apple soars", "as Samsung sinks"},
		{V("{\"title\":\"T\"}"), ITEM, "{\"title\":\"T\"}", NULL},
		{V("null"), ITEM, "null", NULL},
		{V("bad \xff"), DEAD, "not UTF-8 (byte 5)", NULL},
		{V("a\0b"), DEAD, "NUL in a text (byte 2)", NULL},
		{V("\n\n"), NOTHING, NULL, NULL},
		{V("\x01"), DEAD, "neither title nor summary", NULL},
		{V("\x1f\x8b\x08\0\0"), DEAD, "compressed with gzip", NULL},
		{V("\0\0\0\0\x07\x02"), DEAD, "Confluent wire format, schema 7", NULL},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		check((long)i, TT_KAFKA_TEXT, rows[i].value, rows[i].want, rows[i].title);
		if (!rows[i].summary)
			continue;
		struct tt_kafka_conf conf = conf_of(TT_KAFKA_TEXT);
		struct tt_record record = record_of(rows[i].value);
		struct tt_batch *b = put(&conf, &record);
		TT_STR_EQ_ROW(i, b->items[0].item.summary, tt_str_c(rows[i].summary));
		tt_batch_free(b);
	}
}

TT_TEST(texts_have_fields_of_the_record)
{
	char source[] = "source", lang[] = "lang", id[] = "id", wire[] = "=wire", header[] = "$header.lang",
	     key[] = "$key";
	char *keys[] = {source, lang, id}, *paths[] = {wire, header, key};
	const struct tt_record_header headers[] = {{TT_STR("lang"), TT_STR("de")}};
	struct tt_kafka_conf conf = conf_of(TT_KAFKA_TEXT);
	struct tt_record record = record_of(TT_STR("Apple steigt"));
	conf.fields = (struct tt_conf_map){{keys, 3}, {paths, 3}};
	record.headers = headers;
	record.n_headers = 1;
	record.key = TT_STR("k1");
	struct tt_batch *b = put(&conf, &record);
	const struct tt_item *it = &b->items[0].item;
	TT_EQ(b->n_items, 1);
	TT_STR_EQ(it->title, TT_STR("Apple steigt"));
	TT_STR_EQ(it->source, TT_STR("wire"));
	TT_STR_EQ(it->lang, TT_STR("de"));
	TT_STR_EQ(it->guid, TT_STR("k1"));
	TT_TRUE(tt_id_eq(it->id, TT_ID(TT_STR("wire"), TT_STR("k1"))));
	tt_batch_free(b);
}

static struct tt_id id_of(const char *value, const char *topic, int partition, int64_t offset)
{
	struct tt_kafka_conf conf = conf_of(TT_KAFKA_JSON);
	struct tt_record record = record_of(tt_str_c(value));
	record.topic = tt_str_c(topic);
	record.partition = partition;
	record.offset = offset;
	struct tt_batch *b = put(&conf, &record);
	TT_EQ(b->n_items, 1);
	struct tt_id id = b->items[0].item.id;
	tt_batch_free(b);
	return id;
}

TT_TEST(identity)
{
	static const struct {
		const char *a, *b; /* b at another offset; NULL: as a */
		bool same;
	} rows[] = {
		{"{\"title\":\"T\"}", NULL, false}, /* nothing but the place */
		{"{\"title\":\"T\",\"url\":\"http://x.example/a\"}", NULL, false},
		{"{\"title\":\"T\",\"source\":\"a\"}", NULL, false},
		{"{\"title\":\"T\",\"id\":7}", "{\"title\":\"U\",\"id\":\"7\"}", true},
		{"{\"title\":\"T\",\"id\":18446744073709551615}",
			"{\"title\":\"T\",\"id\":18446744073709551614}", false},
		{"{\"title\":\"T\",\"id\":7,\"source\":\"a\"}", "{\"title\":\"T\",\"id\":7,\"source\":\"b\"}",
			false},
		{"{\"title\":\"T\",\"guid\":\"g\"}", "{\"title\":\"U\",\"guid\":\"g\"}", true},
		{"{\"title\":\"T\",\"guid\":\"g\"}", "{\"title\":\"T\",\"guid\":\"h\"}", false},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_id a = id_of(rows[i].a, "news", 3, 17), again = id_of(rows[i].a, "news", 3, 17);
		struct tt_id b = id_of(rows[i].b ? rows[i].b : rows[i].a, "news", 3, 18);
		TT_TRUE(tt_id_eq(a, again));
		TT_EQ_ROW(i, tt_id_eq(a, b), rows[i].same);
	}
	struct tt_id uuid;
	TT_TRUE(tt_id_parse(TT_STR("1b4e28ba-2fa1-11d2-883f-0016d3cca427"), &uuid));
	TT_TRUE(tt_id_eq(
		id_of("{\"title\":\"T\",\"id\":\"1b4e28ba-2fa1-11d2-883f-0016d3cca427\"}", "n", 0, 0), uuid));
	TT_TRUE(tt_id_eq(id_of("{\"title\":\"T\"}", "a", 1, 1),
		id_of("{\"title\":\"U\",\"source\":\"s\"}", "a", 1, 1)));
	TT_TRUE(!tt_id_eq(id_of("{\"title\":\"T\"}", "a", 1, 1), id_of("{\"title\":\"T\"}", "b", 1, 1)));
	TT_TRUE(!tt_id_eq(id_of("{\"title\":\"T\"}", "a", 1, 11), id_of("{\"title\":\"T\"}", "a", 11, 1)));
}

TT_TEST(times)
{
	static const struct {
		const char *value;
		int64_t timestamp, published, fetched, event;
	} rows[] = {
		{"{\"title\":\"T\"}", TT_TIME_NONE, TT_TIME_NONE, NOW, NOW},
		{"{\"title\":\"T\"}", -1, TT_TIME_NONE, NOW, NOW},
		{"{\"title\":\"T\"}", NOW - 365 * DAY, TT_TIME_NONE, NOW - 365 * DAY, NOW - 365 * DAY},
		{"{\"title\":\"T\"}", NOW + DAY, TT_TIME_NONE, NOW, NOW},
		{"{\"title\":\"T\",\"published_at\":\"soon\"}", NOW - DAY, TT_TIME_NONE, NOW - DAY,
			NOW - DAY},
		{"{\"title\":\"T\",\"published_at\":1795448783}", NOW, NOW, NOW, NOW},
		{"{\"title\":\"T\",\"published_at\":1795362383}", NOW - 1000, NOW - DAY, NOW - 1000,
			NOW - DAY},
		{"{\"title\":\"T\",\"fetched_at\":\"2026-11-22T15:46:23Z\"}", NOW, TT_TIME_NONE, NOW - DAY,
			NOW - DAY},
		{"{\"title\":\"T\",\"fetched_at\":\"2027-11-22T15:46:23Z\"}", NOW - 5, TT_TIME_NONE, NOW,
			NOW},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_kafka_conf conf = conf_of(TT_KAFKA_JSON);
		struct tt_record record = record_of(tt_str_c(rows[i].value));
		record.timestamp_ms = rows[i].timestamp;
		struct tt_batch *b = put(&conf, &record);
		const struct tt_item *it = &b->items[0].item;
		TT_EQ_ROW(i, it->published_ms, rows[i].published);
		TT_EQ_ROW(i, it->fetched_ms, rows[i].fetched);
		TT_EQ_ROW(i, tt_item_event_ms(it, NULL), rows[i].event);
		tt_batch_free(b);
	}
}

TT_TEST(a_full_batch_waits)
{
	struct tt_kafka_conf conf = conf_of(TT_KAFKA_JSON);
	struct tt_record record =
		record_of(TT_STR("{\"title\":\"T\",\"summary\":\"some words to fill the room\"}"));
	struct tt_payload *p;
	struct tt_err err = {0};
	struct tt_batch *b = tt_batch_new(8000);
	TT_EQ(tt_payload_new(&p, &conf, &err), TT_OK);
	int rc = TT_OK;
	size_t n = 0;
	for (; rc == TT_OK && n < 1000; n++)
		rc = tt_payload_put(p, &record, NOW, b);
	TT_EQ(rc, TT_ENOMEM);
	TT_EQ(b->n_items, n - 1);
	TT_EQ(b->n_dead, 0);
	tt_batch_free(b);
	b = tt_batch_new(4096 + 1000); /* room for a dead letter, not for an item */
	TT_EQ(tt_payload_put(p, &record, NOW, b), TT_OK);
	TT_EQ(b->n_dead, 1);
	TT_STR_EQ(b->dead[0].reason, TT_STR("does not fit into a batch (pipeline.batch_bytes)"));
	tt_batch_free(b);
	tt_payload_free(p);
	tt_payload_free(NULL);
}

TT_TEST(counted)
{
	struct tt_kafka_conf conf = conf_of(TT_KAFKA_JSON);
	struct tt_record record = record_of((struct tt_str){NULL, 0});
	uint64_t before = tt_metric_get(TT_M_records_empty);
	tt_batch_free(put(&conf, &record));
	TT_EQ(tt_metric_get(TT_M_records_empty), before + 1);
}

TT_TEST(a_configuration_may_be_wrong)
{
	char preset[] = "benzinger";
	struct tt_kafka_conf conf = conf_of(TT_KAFKA_JSON);
	struct tt_payload *p = NULL;
	struct tt_err err = {0};
	conf.preset = preset;
	TT_EQ(tt_payload_new(&p, &conf, &err), TT_ECONF);
	TT_TRUE(strstr(err.msg, "kafka.preset: there is no preset 'benzinger'; is it 'benzinga'?"));
	TT_TRUE(p == NULL);
}

TT_MAIN(TT_RUN(poison), TT_RUN(large_poison), TT_RUN(texts), TT_RUN(texts_have_fields_of_the_record),
	TT_RUN(identity), TT_RUN(times), TT_RUN(a_full_batch_waits), TT_RUN(counted),
	TT_RUN(a_configuration_may_be_wrong))
