/* test_shadow.c - the share that a model in the shadow gets, and that nothing ever waits for it. What it says
 * is tested in test_pg_models.c and models.sh. */
#include "app/conf.h"
#include "common/metrics.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

enum { ITEMS = 40 };

static struct tt_app_conf conf;

static struct tt_id number(int i)
{
	return TT_ID(((struct tt_str){(const char *)&i, sizeof(i)}));
}

TT_TEST(a_share_is_the_same_items_always)
{
	static const double shares[] = {0, 0.01, 0.25, 0.9, 1};
	for (size_t s = 0; s < TT_LEN(shares); s++) {
		int picked = 0;
		for (int i = 0; i < 20000; i++) {
			bool is = tt_shadow_picks(number(i), shares[s]);
			TT_EQ_ROW(i, tt_shadow_picks(number(i), shares[s]), is);
			TT_TRUE(!is || s == 4 ||
				tt_shadow_picks(number(i), shares[s + 1])); /* a greater share adds to it */
			picked += is;
		}
		TT_NEAR_ROW(
			(long)s, picked / 20000.0, shares[s], shares[s] == 0 || shares[s] == 1 ? 0 : 0.015);
	}
}

/* Ids that begin with the time, as publishers make them, are as good as others. */
TT_TEST(a_share_of_ids_that_are_alike)
{
	int picked = 0;
	for (int i = 0; i < 20000; i++) {
		struct tt_id id = {{0x01, 0x93, 0x7a, 0x11}};
		memcpy(id.b + 4, &i, sizeof(i));
		picked += tt_shadow_picks(id, 0.1);
	}
	TT_NEAR(picked / 20000.0, 0.1, 0.015);
}

static struct tt_batch *make_batch(void)
{
	struct tt_batch *b = tt_batch_new(1 << 20);
	for (int i = 0; i < ITEMS; i++) {
		struct tt_scored *s = tt_batch_add_item(b);
		s->item.id = number(i);
		s->item.title = TT_STR("Nvidia rises");
		s->entities = tt_arena_zalloc(&b->arena, 1, sizeof(*s->entities));
		s->entities[0].symbol = TT_STR("NVDA");
		s->n_entities = 1;
	}
	b->model_id = 1;
	return b;
}

static uint64_t dropped(void)
{
	return tt_metric_get(TT_M_shadow_dropped);
}

static int setup(void **state)
{
	struct tt_err err;
	(void)state;
	tt_log_setup(TT_LOG_ERROR, false);
	int rc = tt_app_conf_load(NULL, &conf, &err);
	conf.shadow.model = strdup("/nowhere/at/all");
	conf.shadow.share = 1;
	return rc;
}

static int teardown(void **state)
{
	(void)state;
	tt_app_conf_free(&conf);
	return 0;
}

/* Neither a model nor a database: offering goes on, and all is counted once the shadow is gone. */
TT_TEST(without_a_model_all_is_dropped_and_counted)
{
	struct tt_err err = {0};
	struct tt_shadow *s = NULL;
	struct tt_batch *b = make_batch();
	uint64_t before = dropped();
	TT_EQ(tt_shadow_start(&s, &conf, &err), TT_OK);
	for (int i = 0; i < 100; i++) /* far more than fit */
		tt_shadow_offer(s, b);
	tt_shadow_stop(s);
	TT_EQ(dropped() - before, 100 * ITEMS);
	before = dropped();
	b->items[0].unscored = "no text"; /* not compared, so not offered */
	TT_EQ(tt_shadow_start(&s, &conf, &err), TT_OK);
	tt_shadow_offer(s, b);
	b->model_id = 0; /* by no model */
	tt_shadow_offer(s, b);
	tt_shadow_stop(s);
	TT_EQ(dropped() - before, ITEMS - 1);
	tt_batch_free(b);
}

/* Each batch is counted once, whatever fails, and nothing leaks; the thread may meet the lack of memory, too.
 */
TT_TEST(memory_that_is_out_drops_the_batch)
{
	struct tt_err err = {0};
	struct tt_shadow *s = NULL;
	struct tt_batch *b = make_batch();
	long live = tt_alloc_live();
	uint64_t before = dropped();
	TT_EQ(tt_shadow_start(&s, &conf, &err), TT_OK);
	for (int n = 0; n < 200; n++) {
		tt_fault_alloc_after(n);
		tt_shadow_offer(s, b);
		tt_fault_off();
	}
	tt_shadow_stop(s);
	TT_EQ(dropped() - before, 200 * ITEMS);
	TT_EQ(tt_alloc_live(), live);
	tt_batch_free(b);
}

TT_MAIN(TT_RUN(a_share_is_the_same_items_always), TT_RUN(a_share_of_ids_that_are_alike),
	cmocka_unit_test_setup_teardown(without_a_model_all_is_dropped_and_counted, setup, teardown),
	cmocka_unit_test_setup_teardown(memory_that_is_out_drops_the_batch, setup, teardown))
