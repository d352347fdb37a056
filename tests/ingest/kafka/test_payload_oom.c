/* test_payload_oom.c - memory runs out at each allocation of making a payload and taking records: no leak, no
 * half item, and the batch stays usable. */
#include "ingest/kafka/payload.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

static char key[] = "title", path[] = "a.b[0]|title|$header.x|=none", preset[] = "benzinga";
static char *keys[] = {key}, *paths[] = {path};

static int run(void)
{
	static const char *const values[] = {
		"{\"title\":\"T\\u00e9 <b>x</b>\",\"body\":\"<p>\\u0001 "
		"long</p>\",\"stocks\":[{\"name\":\"A\"},{\"\\u006eame\":"
		"\"B\"}],\"url\":\"https://www.example.com/?b=1&a=2\",\"created\":\"2026-11-23T15:46:23Z\"}",
		"{\"title\":{}}", "broken"};
	const struct tt_kafka_conf conf = {.max_payload_bytes = 10000,
		.max_text_bytes = 1000,
		.max_depth = 9,
		.max_dead_bytes = 10,
		.preset = preset,
		.fields = {{keys, 1}, {paths, 1}}};
	struct tt_payload *p = NULL;
	struct tt_batch *b = tt_batch_new(1 << 20);
	struct tt_err err = {0};
	int rc = b ? tt_payload_new(&p, &conf, &err) : TT_ENOMEM;
	for (size_t i = 0; i < TT_LEN(values) && rc == TT_OK; i++) {
		struct tt_record record = {.topic = TT_STR("t"), .value = tt_str_c(values[i])};
		if (i == 0)
			rc = tt_payload_item(p, &record, 1795448783000, b, &err);
		else
			rc = tt_payload_put(p, &record, 1795448783000, b);
		if (b->n_items + b->n_dead != i + (rc == TT_OK))
			rc = TT_EDATA;
	}
	tt_payload_free(p);
	tt_batch_free(b);
	return rc;
}

TT_TEST(survives_oom)
{
	int rc = TT_ENOMEM;
	long n = 0;
	for (; n < 1000 && rc == TT_ENOMEM; n++) {
		tt_fault_alloc_after(n);
		rc = run();
		tt_fault_off();
		TT_EQ_ROW(n, tt_alloc_live(), 0);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 5);
}

TT_MAIN(TT_RUN(survives_oom))
