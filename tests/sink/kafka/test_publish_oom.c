/* Every allocation of opening, publishing and closing fails once: the error says so, nothing leaks, and in
 * the end all is there. */
#include "common/clock.h"
#include "common/err.h"
#include "sink/kafka/publish.h"
#include "tests/fault.h"
#include "tests/sink/kafka/mock.h"
#include "tests/tt_test.h"

enum { ITEMS = 30, MOST = 2000 };

static void fill(struct tt_batch *b)
{
	for (int i = 0; i < ITEMS; i++) {
		struct tt_item *item = &tt_batch_add_item(b)->item;
		item->guid = tt_str_c(tt_arena_printf(&b->arena, "guid %d", i));
		item->title = i == 7 ? TT_STR("broken \xff")
				     : TT_STR("title"); /* is repaired in memory of its own */
		item->id = TT_ID(item->guid);
		item->published_ms = item->updated_ms = item->fetched_ms = TT_TIME_NONE;
	}
	*tt_batch_add_dead(b) =
		(struct tt_dead_letter){.stage = "parse", .reason = TT_STR("r"), .payload = TT_STR("p")};
}

TT_TEST(publish)
{
	struct tt_sink_result result;
	struct tt_err err = {0};
	struct tt_mock m;
	int rc = TT_ENOMEM, n;
	tt_mock_start(&m);
	m.conf.items_topic = (char *)"items";
	m.conf.dead_letters_topic = (char *)"dead";
	m.conf.remembered = 100;
	rd_kafka_mock_topic_create(m.cluster, "items", 3, 1);
	rd_kafka_mock_topic_create(m.cluster, "dead", 3, 1);
	struct tt_batch *b = tt_batch_new(1 << 20);
	fill(b);
	long live = tt_alloc_live();
	for (n = 0; n < MOST && rc == TT_ENOMEM; n++) {
		struct tt_sink sink = {NULL, NULL};
		tt_fault_alloc_after(n);
		rc = tt_publish_open(&sink, &m.conf, TT_PUBLISH_ITEMS, &tt_clock_real, &err);
		if (rc == TT_OK)
			rc = sink.ops->write(sink.self, &b, 1, &result, &err);
		tt_fault_off();
		if (sink.ops)
			sink.ops->close(sink.self);
		TT_EQ_ROW(n, tt_alloc_live(), live);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 5);
	TT_EQ(result.items, ITEMS);
	tt_batch_free(b);
	TT_EQ(tt_mock_read(&m, "items", ITEMS, NULL, NULL), ITEMS);
	TT_EQ(tt_mock_read(&m, "dead", 1, NULL, NULL), 1);
	tt_mock_stop(&m);
}

TT_MAIN(TT_RUN(publish))
