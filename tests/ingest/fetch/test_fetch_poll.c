/* test_fetch_poll.c - a finished poll without a network: all or nothing when memory is out, or the batch is
 * full. */
#include "ingest/feed/feed.h"
#include "ingest/fetch/poll.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

#define NOW 1795448783000

static const char body[] =
	"<rss version='2.0'><channel><title>F</title><item><title>One</title><link>http://h/1</link></item>"
	"<item><title>Two</title><category>c</category></item></channel></rss>";

static const struct tt_fetch_conf conf = {
	.interval_ms = 900000,
	.min_interval_ms = 1000,
	.max_interval_ms = 86400000,
	.backoff_base_ms = 60000,
	.backoff_cap_ms = 3600000,
	.max_items = 100,
	.max_text_bytes = 1000,
	.max_xml_depth = 50,
};

static struct tt_reply reply_of(struct tt_str text)
{
	struct tt_reply r = {.status = 200, .body = text, .url = TT_STR("http://h/feed")};
	tt_headers_init(&r.headers);
	r.headers.etag = TT_STR("\"e\"");
	return r;
}

static struct tt_feed_slot *new_slot(void)
{
	char url[] = "http://h/feed", lang[] = "en";
	struct tt_feed_conf feed = {.url = url, .lang = lang, .enabled = true};
	struct tt_feed_slot *slot = tt_feed_slot_new(&feed);
	TT_TRUE(slot);
	return slot;
}

TT_TEST(all_or_nothing_without_memory)
{
	struct tt_reply reply = reply_of(tt_str_c(body));
	struct tt_feed_slot *slot = new_slot();
	long before = tt_alloc_live();
	int n, rc = TT_ENOMEM;
	for (n = 0; n < 2000 && rc == TT_ENOMEM; n++) {
		struct tt_batch *b = tt_batch_new(1 << 20);
		tt_fault_alloc_after(n);
		rc = tt_poll_finish(slot, &reply, &conf, NOW, b);
		tt_fault_off();
		if (rc < 0) {
			TT_EQ_ROW(n, b->n_items, 0);
			TT_EQ_ROW(n, b->n_feeds, 0);
			TT_TRUE(!slot->state.etag.p);
			TT_EQ_ROW(n, slot->state.last_fetch_ms, TT_TIME_NONE);
		} else {
			TT_EQ(b->n_items, 2);
			TT_EQ(b->n_feeds, 1);
			TT_STR_EQ(slot->state.etag, TT_STR("\"e\""));
		}
		tt_batch_free(b);
		if (rc < 0)
			TT_EQ_ROW(n, tt_alloc_live(), before);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 3);
	tt_feed_slot_free(slot);
	TT_EQ(tt_alloc_live(), 0);
}

/* A batch without room is given back as it was. */
TT_TEST(a_full_batch)
{
	struct tt_reply reply = reply_of(tt_str_c(body));
	struct tt_feed_slot *slot = new_slot();
	for (size_t bytes = 200; bytes < 60000; bytes += 97) {
		struct tt_batch *b = tt_batch_new(bytes);
		if (!tt_batch_add_feed(b)) {
			tt_batch_free(b);
			continue;
		}
		int rc = tt_poll_finish(slot, &reply, &conf, NOW, b);
		TT_EQ(b->n_feeds, rc == TT_OK ? 2 : 1);
		TT_EQ(b->n_items, rc == TT_OK ? 2 : 0);
		TT_EQ(slot->state.etag.p != NULL, rc == TT_OK);
		TT_TRUE(rc == TT_OK || rc == TT_ENOMEM || rc == TT_ELIMIT);
		tt_batch_free(b);
		if (rc == TT_OK)
			break;
	}
	TT_STR_EQ(slot->state.etag, TT_STR("\"e\""));
	struct tt_batch *b = tt_batch_new(1 << 20);
	TT_EQ(tt_poll_fail(slot, 200, "too large", &conf, NOW, b), TT_OK);
	TT_STR_EQ(b->feeds[0].last_error, TT_STR("too large"));
	TT_EQ(slot->state.failures, 1);
	tt_batch_free(b);
	tt_feed_slot_free(slot);
}

TT_TEST(what_is_no_feed)
{
	static const struct {
		const char *body, *error;
	} rows[] = {
		{"<html><body>Sorry</body></html>", "HTML"},
		{"just text", ""},
		{"{\"error\": \"no\"}", ""},
		{" \r\n", "empty"},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_reply reply = reply_of(tt_str_c(rows[i].body));
		struct tt_feed_slot *slot = new_slot();
		struct tt_batch *b = tt_batch_new(1 << 20);
		TT_EQ_ROW(i, tt_poll_finish(slot, &reply, &conf, NOW, b), TT_OK);
		TT_EQ_ROW(i, b->n_items, 0);
		TT_EQ_ROW(i, slot->state.failures, 1);
		TT_TRUE(!slot->state.etag.p); /* it would keep us from the good one */
		TT_TRUE(tt_id_is_zero(slot->state.body_hash));
		if (!memmem(slot->state.last_error.p, slot->state.last_error.n, rows[i].error,
			    strlen(rows[i].error))) {
			print_error("row %zu: '%.*s'\n", i, TT_FMT(slot->state.last_error));
			fail();
		}
		tt_batch_free(b);
		tt_feed_slot_free(slot);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TT_RUN(all_or_nothing_without_memory), TT_RUN(a_full_batch), TT_RUN(what_is_no_feed)};
	tt_feed_global_init();
	return cmocka_run_group_tests(tests, NULL, NULL) ? 1 : 0;
}
