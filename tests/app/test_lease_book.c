/* test_lease_book.c - what a worker keeps of its leases: its share, what it takes, what it gives back and
 * when. */
#include "app/run/lease_book.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

enum { FEEDS = 40, BYTES = 1 << 20 };

struct fixture {
	char urls[FEEDS][40];
	struct tt_feed_conf feeds[FEEDS];
	struct tt_fetch_conf conf;
	struct tt_fake_clock clock;
	struct tt_source source;
	struct tt_lease_book book;
	struct tt_arena arena;
};

static void begin(struct fixture *f)
{
	static const struct tt_section sections[] = {{"fetch", "", tt_fetch_opts, 0, false, 0}, {0}};
	memset(f, 0, sizeof(*f));
	for (int i = 0; i < FEEDS; i++) {
		snprintf(f->urls[i], sizeof(f->urls[i]), "http://127.0.0.1:1/%02d", i);
		f->feeds[i] = (struct tt_feed_conf){.url = f->urls[i], .enabled = true};
	}
	TT_EQ(tt_conf_load(NULL, sections, &f->conf, NULL), TT_OK);
	tt_fake_clock_init(&f->clock, 1795448783000);
	TT_EQ(tt_fetch_open(&f->source, &f->conf, NULL, 0, NULL, 0, &f->clock.clock, NULL), TT_OK);
	tt_lease_book_init(&f->book);
	tt_arena_init(&f->arena, BYTES);
}

static void end(struct fixture *f)
{
	static const struct tt_section sections[] = {{"fetch", "", tt_fetch_opts, 0, false, 0}, {0}};
	tt_lease_book_done(&f->book);
	f->source.ops->close(f->source.self);
	tt_arena_done(&f->arena);
	tt_conf_free(sections, &f->conf);
}

static size_t beat(struct fixture *f, int64_t workers, int64_t same, int64_t added)
{
	struct tt_pg_beat b = {.workers = workers, .same_list = same, .added = added, .counted = true};
	return tt_lease_book_beat(&f->book, &b);
}

/* The database gives the feeds [from, to), the last ones due first. */
static int take(struct fixture *f, int from, int to, bool added)
{
	struct tt_pg_feed v[FEEDS] = {0};
	for (int i = from; i < to; i++) {
		struct tt_pg_feed *feed = &v[i - from];
		feed->state.url = tt_str_c(f->urls[i]);
		feed->state.last_fetch_ms = f->clock.wall_ms - 1000;
		feed->state.last_success_ms = feed->state.last_change_ms = feed->state.last_fetch_ms;
		feed->state.next_fetch_ms = f->clock.wall_ms + (FEEDS - i) * 1000;
		feed->state.etag = TT_STR("\"e\"");
		feed->added_ms = added ? f->clock.wall_ms : TT_TIME_NONE;
		feed->enabled = true;
	}
	return tt_lease_book_take(&f->book, v, (size_t)(to - from));
}

static size_t polled(const struct fixture *f)
{
	struct tt_fetch_stats stats;
	tt_fetch_stats(&f->source, &stats);
	return stats.feeds;
}

static void apply(struct fixture *f)
{
	TT_EQ(tt_lease_book_apply(&f->book, &f->source, NULL), TT_OK);
}

TT_TEST(shares)
{
	static const struct {
		int64_t workers, same, added;
		size_t max_configured, max_added;
	} rows[] = {{1, 1, 0, 40, 0}, {3, 3, 0, 14, 0}, {3, 1, 0, 40, 0}, {3, 2, 7, 20, 3},
		{100, 100, 1, 1, 1}, {0, 0, 0, 40, 0}};
	struct fixture f;
	struct tt_pg_lease_wish wish;
	begin(&f);
	TT_TRUE(!tt_lease_book_wish(&f.book, &f.arena, &wish));
	TT_EQ(tt_lease_book_want(&f.book, f.feeds, FEEDS, NULL), TT_OK);
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		beat(&f, rows[i].workers, rows[i].same, rows[i].added);
		TT_TRUE(tt_lease_book_wish(&f.book, &f.arena, &wish));
		TT_EQ_ROW((long)i, wish.n_urls, FEEDS);
		TT_EQ_ROW((long)i, wish.max_configured, rows[i].max_configured);
		TT_EQ_ROW((long)i, wish.max_added, rows[i].max_added);
	}
	beat(&f, 1, 1, 0);
	take(&f, 0, 30, false);
	TT_TRUE(tt_lease_book_wish(&f.book, &f.arena, &wish));
	TT_EQ(wish.n_urls, 10);
	TT_EQ(wish.max_configured, 10);
	take(&f, 30, FEEDS, false);
	TT_TRUE(!tt_lease_book_wish(&f.book, &f.arena, &wish));
	end(&f);
}

/* Those due last go first, a part at a time, until the share is met; none is gone before the database says
 * so. */
TT_TEST(surplus)
{
	static const size_t left[] = {31, 25, 20, 20, 20};
	struct fixture f;
	bool given[FEEDS];
	begin(&f);
	TT_EQ(tt_lease_book_want(&f.book, f.feeds, FEEDS, NULL), TT_OK);
	beat(&f, 1, 1, 0);
	take(&f, 0, FEEDS, false);
	TT_TRUE(tt_lease_book_pending(&f.book));
	apply(&f);
	TT_TRUE(!tt_lease_book_pending(&f.book));
	TT_EQ(polled(&f), FEEDS);
	beat(&f, 2, 2, 0);
	for (size_t i = 0; i < TT_LEN(left); i++) {
		apply(&f);
		TT_EQ_ROW((long)i, polled(&f), left[i]);
		TT_EQ_ROW((long)i, tt_lease_book_count(&f.book), FEEDS);
	}
	TT_TRUE(!tt_lease_book_pending(&f.book));
	struct tt_pg_lease_return *v = tt_lease_book_leaving(&f.book, &f.arena);
	TT_STR_EQ(v[0].url, tt_str_c(f.urls[0]));
	TT_EQ(v[0].last_fetch_ms, f.clock.wall_ms - 1000);
	for (size_t i = 0; i < 20; i++)
		given[i] = i != 3; /* one is not stored yet */
	tt_lease_book_given(&f.book, given, 20);
	TT_EQ(tt_lease_book_count(&f.book), 21);
	v = tt_lease_book_leaving(&f.book, &f.arena);
	TT_STR_EQ(v[0].url, tt_str_c(f.urls[3]));
	end(&f);
}

TT_TEST(lost_and_unheard_of)
{
	struct fixture f;
	begin(&f);
	TT_EQ(tt_lease_book_want(&f.book, f.feeds, FEEDS, NULL), TT_OK);
	beat(&f, 1, 1, 0);
	take(&f, 0, 4, false);
	apply(&f);
	struct tt_str urls[] = {
		tt_str_c(f.urls[2]), TT_STR("http://127.0.0.1:1/unheard-of"), tt_str_c(f.urls[0])};
	struct tt_pg_beat b = {.workers = 1, .same_list = 1, .urls = urls, .n_urls = 3};
	TT_EQ(tt_lease_book_beat(&f.book, &b), 2);
	TT_TRUE(tt_lease_book_pending(&f.book));
	TT_EQ(tt_lease_book_count(&f.book), 3);
	TT_EQ(f.book.n_leaving, 1);
	struct tt_pg_lease_return *v = tt_lease_book_leaving(&f.book, &f.arena);
	TT_STR_EQ(v[0].url, TT_STR("http://127.0.0.1:1/unheard-of"));
	TT_EQ(v[0].last_fetch_ms, TT_TIME_NONE);
	apply(&f);
	TT_EQ(polled(&f), 2);
	b = (struct tt_pg_beat){.workers = 1, .same_list = 1};
	TT_EQ(tt_lease_book_beat(&f.book, &b), 2);
	TT_EQ(tt_lease_book_count(&f.book), 0);
	apply(&f);
	TT_EQ(polled(&f), 0);
	end(&f);
}

static void note_next(void *ctx, const struct tt_feed_state *state, bool idle)
{
	(void)idle;
	*(int64_t *)ctx = state->next_fetch_ms;
}

/* A feed that was lost and taken again before the source knew has the new state, not its old one. */
TT_TEST(taken_again)
{
	struct fixture f;
	int64_t before_ms, after_ms;
	begin(&f);
	TT_EQ(tt_lease_book_want(&f.book, f.feeds, FEEDS, NULL), TT_OK);
	beat(&f, 1, 1, 0);
	take(&f, 0, 1, false);
	apply(&f);
	tt_fetch_each(&f.source, note_next, &before_ms);
	struct tt_pg_beat b = {.workers = 1, .same_list = 1};
	TT_EQ(tt_lease_book_beat(&f.book, &b), 1);
	tt_fake_clock_advance(&f.clock, 60000);
	take(&f, 0, 1, false);
	apply(&f);
	tt_fetch_each(&f.source, note_next, &after_ms);
	TT_EQ(after_ms - before_ms, 60000);
	end(&f);
}

TT_TEST(a_reload)
{
	struct fixture f;
	struct tt_pg_lease_wish wish;
	struct tt_err err;
	begin(&f);
	TT_EQ(tt_lease_book_want(&f.book, f.feeds, 10, NULL), TT_OK);
	struct tt_id first = f.book.list;
	beat(&f, 1, 1, 1);
	take(&f, 0, 10, false);
	take(&f, 20, 21, true);
	apply(&f);
	f.feeds[3].enabled = false;
	f.feeds[20].enabled = false; /* what is added in the database stays */
	TT_EQ(tt_lease_book_want(&f.book, f.feeds, 10, NULL), TT_OK);
	TT_TRUE(!tt_id_eq(f.book.list, first) && tt_lease_book_pending(&f.book));
	apply(&f);
	TT_EQ(polled(&f), 10);
	TT_STR_EQ(tt_lease_book_leaving(&f.book, &f.arena)[0].url, tt_str_c(f.urls[3]));
	TT_TRUE(!tt_lease_book_wish(&f.book, &f.arena, &wish));
	f.feeds[4] = f.feeds[5];
	TT_EQ(tt_lease_book_want(&f.book, f.feeds, 10, &err), TT_ECONF);
	TT_EQ(f.book.n_wanted, 9);
	end(&f);
}

/* Memory runs out anywhere: nothing is lost but time. */
TT_TEST(out_of_memory)
{
	struct fixture f;
	begin(&f);
	TT_EQ(tt_lease_book_want(&f.book, f.feeds, FEEDS, NULL), TT_OK);
	beat(&f, 1, 1, 0);
	int rc = TT_ENOMEM;
	for (long at = 0; rc == TT_ENOMEM; at++) {
		tt_fault_alloc_after(at);
		rc = take(&f, 0, FEEDS, false);
		tt_fault_off();
		if (rc == TT_ENOMEM) { /* as after the beats that find out */
			struct tt_pg_beat none = {.workers = 1, .same_list = 1};
			tt_lease_book_beat(&f.book, &none);
			TT_EQ(tt_lease_book_count(&f.book), 0);
		}
	}
	beat(&f, 2, 2, 0);
	rc = TT_ENOMEM;
	for (long at = 0; rc == TT_ENOMEM; at++) {
		tt_fault_alloc_after(at);
		rc = tt_lease_book_apply(&f.book, &f.source, NULL);
		tt_fault_off();
		TT_EQ(tt_lease_book_count(&f.book), FEEDS);
	}
	TT_EQ(polled(&f), f.book.n_held);
	end(&f);
}

TT_MAIN(TT_RUN(shares), TT_RUN(surplus), TT_RUN(lost_and_unheard_of), TT_RUN(taken_again), TT_RUN(a_reload),
	TT_RUN(out_of_memory))
