/* Batches into topics: what is written, what a repeated write still sends, what becomes of what no topic
 * takes. */
#include "common/clock.h"
#include "common/metrics.h"
#include "sink/kafka/publish.h"
#include "sink/kafka/recent.h"
#include "tests/sink/kafka/mock.h"
#include "tests/tt_test.h"

struct fixture {
	struct tt_mock mock;
	struct tt_sink sink;
	struct tt_batch *b;
	struct tt_sink_result result;
	struct tt_err err;
};

static void begin(struct fixture *f)
{
	*f = (struct fixture){.b = tt_batch_new(1 << 24)};
	tt_mock_start(&f->mock);
	f->mock.conf.items_topic = (char *)"items";
	f->mock.conf.dead_letters_topic = (char *)"dead";
	rd_kafka_mock_topic_create(f->mock.cluster, "items", 3, 1);
	rd_kafka_mock_topic_create(f->mock.cluster, "dead", 3, 1);
}

static void begin_open(struct fixture *f, enum tt_publish_what what)
{
	begin(f);
	TT_EQ(tt_publish_open(&f->sink, &f->mock.conf, what, &tt_clock_real, &f->err), TT_OK);
}

static int write_again(struct fixture *f)
{
	return f->sink.ops->write(f->sink.self, &f->b, 1, &f->result, &f->err);
}

static void end(struct fixture *f)
{
	if (f->sink.ops)
		f->sink.ops->close(f->sink.self);
	tt_batch_free(f->b);
	tt_mock_stop(&f->mock);
}

static struct tt_scored *add_item(struct fixture *f, int number)
{
	struct tt_scored *s = tt_batch_add_item(f->b);
	struct tt_item *item = &s->item;
	item->source = TT_STR("https://example.com/rss");
	item->guid = tt_str_c(tt_arena_printf(&f->b->arena, "guid %d", number));
	item->title = tt_str_c(tt_arena_printf(&f->b->arena, "Title %d", number));
	item->id = TT_ID(item->source, item->guid);
	item->text_hash = TT_ID(item->title);
	item->fetched_ms = 1795003200000;
	item->published_ms = TT_TIME_NONE;
	item->updated_ms = TT_TIME_NONE;
	return s;
}

struct seen {
	int n, keys_wrong;
	char value[4096];
	char reason[100], stage[100], source[100], where[100], place[320];
};

static void header(const rd_kafka_message_t *m, const char *name, char out[100])
{
	rd_kafka_headers_t *h = NULL;
	const void *v = NULL;
	size_t n = 0;
	if (!rd_kafka_message_headers(m, &h) && !rd_kafka_header_get(h, 0, name, &v, &n))
		snprintf(out, 100, "%.*s", (int)n, (const char *)v);
}

static void look(const rd_kafka_message_t *m, void *ctx)
{
	struct seen *s = ctx;
	char key[60];
	snprintf(s->value, sizeof(s->value), "%.*s", (int)m->len, (const char *)m->payload);
	snprintf(key, sizeof(key), "\"%.*s\"", (int)m->key_len, (const char *)m->key);
	s->keys_wrong += !strstr(s->value, key);
	s->n++;
	header(m, "tickertone.reason", s->reason);
	header(m, "tickertone.stage", s->stage);
	header(m, "tickertone.source", s->source);
	header(m, "tickertone.where", s->where);
	char topic[100] = "", partition[100] = "", offset[100] = "";
	header(m, "tickertone.topic", topic);
	header(m, "tickertone.partition", partition);
	header(m, "tickertone.offset", offset);
	snprintf(s->place, sizeof(s->place), "%s %s %s", topic, partition, offset);
}

TT_TEST(items)
{
	struct seen s = {0};
	struct fixture f;
	begin_open(&f, TT_PUBLISH_ITEMS);
	for (int i = 0; i < 9000; i++) /* in more than one piece */
		add_item(&f, i);
	TT_EQ(write_again(&f), TT_OK);
	TT_EQ(f.result.items, 9000);
	TT_EQ(write_again(&f), TT_OK); /* changes nothing */
	TT_EQ(tt_mock_read(&f.mock, "items", 9000, look, &s), 9000);
	TT_EQ(s.keys_wrong, 0);
	end(&f);
}

TT_TEST(format_of_an_item)
{
	struct seen s = {0};
	struct fixture f;
	begin_open(&f, TT_PUBLISH_ITEMS);
	struct tt_item *item = &add_item(&f, 1)->item;
	item->title = TT_STR("a \"b\" \0\xff");
	item->published_ms = 1795003200123;
	TT_EQ(write_again(&f), TT_OK);
	TT_EQ(tt_mock_read(&f.mock, "items", 1, look, &s), 1);
	const char *want =
		"\"source\":\"https://example.com/rss\",\"guid\":\"guid 1\",\"url\":null,"
		"\"title\":\"a \\\"b\\\" \xef\xbf\xbd\xef\xbf\xbd\",\"summary\":null,\"author\":null,"
		"\"lang\":null,\"published_at\":\"2026-11-18T12:00:00.123Z\",\"updated_at\":null,"
		"\"fetched_at\":\"2026-11-18T12:00:00Z\",\"categories\":[]}";
	if (!strstr(s.value, want))
		fail_msg("%s", s.value);
	end(&f);
}

/* What a feed still has is not published at every poll; a new text is. */
TT_TEST(repeats)
{
	struct fixture f;
	uint64_t before = tt_metric_get(TT_M_publish_repeats);
	begin_open(&f, TT_PUBLISH_ITEMS);
	add_item(&f, 1);
	add_item(&f, 2);
	TT_EQ(write_again(&f), TT_OK);
	tt_batch_reset(f.b);
	add_item(&f, 1);
	add_item(&f, 2)->item.text_hash = TT_ID(TT_STR("corrected"));
	add_item(&f, 3);
	TT_EQ(write_again(&f), TT_OK);
	TT_EQ(tt_metric_get(TT_M_publish_repeats) - before, 1);
	TT_EQ(tt_mock_read(&f.mock, "items", 4, NULL, NULL), 4);
	end(&f);
}

/* An item that turns out to be a new text of another one is that one. */
TT_TEST(item_by_another_name)
{
	struct fixture f;
	begin_open(&f, TT_PUBLISH_ITEMS);
	add_item(&f, 1);
	TT_EQ(write_again(&f), TT_OK);
	f.b->items[0].item.id = TT_ID(TT_STR("the story"));
	TT_EQ(write_again(&f), TT_OK);
	TT_EQ(tt_mock_read(&f.mock, "items", 2, NULL, NULL), 2);
	end(&f);
}

TT_TEST(outage)
{
	struct fixture f;
	begin(&f);
	f.mock.conf.timeout_ms = 400;
	TT_EQ(tt_publish_open(&f.sink, &f.mock.conf, TT_PUBLISH_ITEMS, &tt_clock_real, &f.err), TT_OK);
	add_item(&f, 1);
	TT_EQ(write_again(&f), TT_OK);
	tt_mock_brokers(&f.mock, false);
	add_item(&f, 2);
	TT_EQ(write_again(&f), TT_EPEER);
	tt_mock_brokers(&f.mock, true);
	int rc = TT_EPEER;
	for (int i = 0; i < 50 && rc == TT_EPEER; i++)
		rc = write_again(&f);
	TT_EQ(rc, TT_OK);
	TT_EQ(tt_mock_read(&f.mock, "items", 2, NULL, NULL), 2);
	end(&f);
}

/* It becomes a dead letter of its batch, once, which goes to its topic in the same write. */
TT_TEST(too_large)
{
	struct seen s = {0};
	struct fixture f;
	static char large[5000];
	memset(large, 'x', sizeof(large));
	begin(&f);
	f.mock.conf.max_record_bytes = 2000;
	TT_EQ(tt_publish_open(&f.sink, &f.mock.conf, TT_PUBLISH_ITEMS, &tt_clock_real, &f.err), TT_OK);
	add_item(&f, 1);
	add_item(&f, 2)->item.content = (struct tt_str){large, sizeof(large)};
	add_item(&f, 3);
	TT_EQ(write_again(&f), TT_OK);
	TT_EQ(write_again(&f), TT_OK);
	TT_EQ(f.b->n_dead, 1);
	TT_STR_EQ(tt_str_c(f.b->dead[0].stage), TT_STR("publish"));
	TT_STR_EQ(f.b->dead[0].where, TT_STR("guid 2"));
	TT_TRUE(strstr(f.b->dead[0].reason.p, "topic items: ") && strstr(f.b->dead[0].reason.p, "too large"));
	TT_TRUE(tt_str_starts(f.b->dead[0].payload, TT_STR("{\"id\":\"")));
	TT_EQ(tt_mock_read(&f.mock, "items", 2, NULL, NULL), 2);
	TT_EQ(tt_mock_read(&f.mock, "dead", 0, look, &s), 0); /* it is too large there as well */
	end(&f);
}

TT_TEST(dead_letters)
{
	struct seen s = {0};
	struct fixture f;
	begin_open(&f, TT_PUBLISH_DEAD);
	add_item(&f, 1); /* is not published */
	struct tt_dead_letter *d = tt_batch_add_dead(f.b);
	d->source = TT_STR("kafka:news");
	d->where = TT_STR("partition 3, offset 17");
	d->stage = "parse";
	d->reason = TT_STR("not JSON");
	d->payload = TT_STR("{\"half");
	d->at_ms = 1795003200000;
	d->record = &(struct tt_dead_record){
		.topic = TT_STR("news"), .key = TT_STR("{"), .partition = 3, .offset = 17};
	TT_EQ(write_again(&f), TT_OK);
	TT_EQ(write_again(&f), TT_OK);
	TT_EQ(tt_mock_read(&f.mock, "dead", 1, look, &s), 1);
	TT_EQ(tt_mock_read(&f.mock, "items", 0, NULL, NULL), 0);
	TT_STR_EQ(tt_str_c(s.place), TT_STR("news 3 17"));
	TT_STR_EQ(tt_str_c(s.value), TT_STR("{\"half"));
	TT_STR_EQ(tt_str_c(s.stage), TT_STR("parse"));
	TT_STR_EQ(tt_str_c(s.reason), TT_STR("not JSON"));
	TT_STR_EQ(tt_str_c(s.source), TT_STR("kafka:news"));
	TT_STR_EQ(tt_str_c(s.where), TT_STR("partition 3, offset 17"));
	end(&f);
}

TT_TEST(no_topic)
{
	struct fixture f;
	begin(&f);
	rd_kafka_mock_topic_set_error(f.mock.cluster, "items", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	TT_EQ(tt_publish_open(&f.sink, &f.mock.conf, TT_PUBLISH_ITEMS, &tt_clock_real, &f.err), TT_ECONF);
	TT_TRUE(strstr(f.err.msg, "'items' does not exist") != NULL);
	tt_mock_brokers(&f.mock, false);
	TT_EQ(tt_publish_open(&f.sink, &f.mock.conf, TT_PUBLISH_DEAD, &tt_clock_real, &f.err), TT_EPEER);
	end(&f);
}

static struct tt_id number(int i)
{
	struct tt_str bytes = {(const char *)&i, sizeof(i)};
	return TT_ID(bytes);
}

TT_TEST(recent)
{
	struct tt_recent *r = tt_recent_new(1000);
	TT_TRUE(!tt_recent_has(r, number(0), number(1)));
	for (int i = 0; i < 10000; i++) {
		tt_recent_add(r, number(i), number(i + 1));
		TT_TRUE(tt_recent_has(r, number(i), number(i + 1)));
		TT_TRUE(!tt_recent_has(r, number(i), number(i + 2)));
		if (i >= 499)
			TT_TRUE(tt_recent_has(r, number(i - 499), number(i - 498)));
		if (i >= 1000)
			TT_TRUE(!tt_recent_has(r, number(i - 1000), number(i - 999)));
	}
	tt_recent_add(r, number(9999), number(1)); /* another text of it */
	TT_TRUE(tt_recent_has(r, number(9999), number(1)) && !tt_recent_has(r, number(9999), number(10000)));
	tt_recent_free(r);
	r = tt_recent_new(0);
	tt_recent_add(r, number(1), number(2));
	TT_TRUE(!tt_recent_has(r, number(1), number(2)));
	tt_recent_free(r);
}

TT_MAIN(TT_RUN(items), TT_RUN(format_of_an_item), TT_RUN(repeats), TT_RUN(item_by_another_name), TT_RUN(outage), TT_RUN(too_large), TT_RUN(dead_letters),
	TT_RUN(no_topic), TT_RUN(recent))
