/* test_fetch_lineup.c - the heap against a sorted list, and politeness to hosts under a simulated clock. */
#include "common/err.h"
#include "ingest/fetch/lineup.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

static uint32_t random_of(uint32_t *state)
{
	return *state = *state * 1664525 + 1013904223;
}

TT_TEST(heap_gives_the_least)
{
	enum { N = 300 };
	struct tt_heap h = {0};
	struct tt_heap_node nodes[N] = {0};
	uint32_t rng = 7;
	TT_EQ(tt_heap_reserve(&h, N), TT_OK);
	for (int round = 0; round < 20; round++) {
		for (int i = 0; i < N; i++)
			if (!nodes[i].at)
				tt_heap_push(&h, &nodes[i], random_of(&rng) % 1000);
		for (int i = 0; i < N; i += 1 + (int)(random_of(&rng) % 5)) {
			tt_heap_remove(&h, &nodes[i]);
			tt_heap_remove(&h, &nodes[i]); /* not in it: nothing */
		}
		int64_t last = INT64_MIN;
		while (h.n > 50) {
			struct tt_heap_node *least = tt_heap_min(&h);
			TT_TRUE(least->key >= last);
			last = least->key;
			tt_heap_remove(&h, least);
		}
	}
	tt_heap_done(&h);
}

static struct tt_feed_slot *slot_at(char *url)
{
	struct tt_feed_conf conf = {.url = url, .enabled = true};
	struct tt_feed_slot *slot = tt_feed_slot_new(&conf);
	TT_TRUE(slot);
	return slot;
}

static void drop(struct tt_lineup *l, struct tt_feed_slot *slot)
{
	tt_lineup_forget(l, slot);
	tt_feed_slot_free(slot);
}

TT_TEST(what_is_the_same_host)
{
	static const struct {
		const char *a, *b;
		size_t hosts;
	} rows[] = {
		{"http://h/1", "http://h/2", 1}, {"http://h/1", "https://h/2", 1},
		{"http://h:80/1", "http://H/2", 1}, {"https://h:443", "https://u:p@h?q", 1},
		{"http://h:443/1", "http://h/2", 2}, {"https://h:80/1", "https://h/2", 2},
		{"http://h:8080/1", "http://h/2", 2}, {"http://[::1]:80/", "http://[::1]/2", 1},
		{"http://a.h/1", "http://b.h/1", 2}, /* whatever their addresses are */
	};
	struct tt_fetch_conf conf = {.per_host_connections = 10};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		struct tt_lineup l;
		struct tt_feed_slot *a = slot_at((char *)(uintptr_t)rows[i].a),
				    *b = slot_at((char *)(uintptr_t)rows[i].b);
		tt_lineup_init(&l, &conf);
		TT_EQ(tt_lineup_reserve(&l, 2), TT_OK);
		TT_EQ(tt_lineup_add(&l, a, 0), TT_OK);
		TT_EQ(tt_lineup_add(&l, b, 0), TT_OK);
		TT_EQ_ROW(i, l.n_hosts, rows[i].hosts);
		drop(&l, a);
		drop(&l, b);
		tt_lineup_done(&l);
	}
}

/* Twenty thousand feeds of one host, forgotten from the middle of its queue: the others keep their order, and
 * it does not take for ever. */
TT_TEST(a_long_queue)
{
	enum { N = 20000 };
	struct tt_fetch_conf conf = {.per_host_connections = N};
	static struct tt_feed_slot *slots[N];
	struct tt_lineup l;
	tt_lineup_init(&l, &conf);
	TT_EQ(tt_lineup_reserve(&l, N), TT_OK);
	for (int i = 0; i < N; i++) {
		char url[40];
		snprintf(url, sizeof(url), "http://h/%d", i);
		slots[i] = slot_at(url);
		TT_EQ(tt_lineup_add(&l, slots[i], i), TT_OK);
	}
	TT_TRUE(tt_lineup_take(&l, N, 0) == slots[0]);
	for (int i = N - 1; i > 0; i--)
		if (i % 3)
			drop(&l, slots[i]);
	for (int i = 3; i < N; i += 3) {
		tt_lineup_sent(&l, slots[i - 3], 0);
		TT_TRUE(tt_lineup_take(&l, N, 0) == slots[i]);
	}
	TT_TRUE(!tt_lineup_take(&l, N, 0));
	for (int i = 0; i < N; i += 3) {
		tt_lineup_finished(&l, slots[i]);
		drop(&l, slots[i]);
	}
	TT_EQ(l.n_hosts, 0);
	tt_lineup_done(&l);
}

TT_TEST(times_come_first)
{
	struct tt_fetch_conf conf = {.per_host_connections = 10};
	struct tt_lineup l;
	char a_url[] = "http://a/1", b_url[] = "http://b/1";
	struct tt_feed_slot *a = slot_at(a_url), *b = slot_at(b_url);
	tt_lineup_init(&l, &conf);
	TT_EQ(tt_lineup_reserve(&l, 2), TT_OK);
	TT_EQ(tt_lineup_wait_ms(&l, 0, 0), -1);
	TT_EQ(tt_lineup_add(&l, a, 1000), TT_OK);
	TT_EQ(tt_lineup_add(&l, b, 500), TT_OK);
	TT_EQ(tt_lineup_wait_ms(&l, 100, 0), 400);
	TT_EQ(tt_lineup_next_due(&l), 500);
	TT_TRUE(!tt_lineup_take(&l, 499, 0));
	TT_TRUE(tt_lineup_take(&l, 500, 0) == b);
	TT_TRUE(!tt_lineup_take(&l, 999, 0));
	TT_TRUE(tt_lineup_take(&l, 1000, 0) == a);
	TT_EQ(tt_lineup_wait_ms(&l, 1000, 0), -1);
	tt_lineup_finished(&l, a);
	tt_lineup_finished(&l, b);
	TT_EQ(tt_lineup_add(&l, a, TT_TIME_NONE), TT_OK); /* gone: has a place, never a time */
	TT_EQ(tt_lineup_next_due(&l), TT_TIME_NONE);
	drop(&l, a);
	drop(&l, b);
	TT_EQ(l.n_hosts, 0);
	tt_lineup_done(&l);
}

/* Six feeds of one host and one of another, all due at once: never more than two at a time there, 200 ms
 * apart, in order. */
TT_TEST(a_host_is_not_crowded)
{
	enum { N = 7 };
	struct tt_fetch_conf conf = {.per_host_connections = 2, .per_host_spacing_ms = 200};
	char urls[N][40] = {"https://user@Example.com/0", "https://example.COM/1?x#y", "HTTPS://example.com",
		"https://example.com/3", "https://example.com/4", "https://example.com/5",
		"https://example.com:8443/"};
	struct tt_feed_slot *slots[N];
	struct tt_lineup l;
	int64_t started[N];
	tt_lineup_init(&l, &conf);
	TT_EQ(tt_lineup_reserve(&l, N), TT_OK);
	for (int i = 0; i < N; i++) {
		slots[i] = slot_at(urls[i]);
		TT_EQ(tt_lineup_add(&l, slots[i], i), TT_OK);
		started[i] = -1;
	}
	TT_EQ(l.n_hosts, 2);
	int active = 0;
	for (int64_t now = 100; now < 5000; now += 50) {
		struct tt_feed_slot *s;
		for (int i = 0; i < 6; i++)
			if (started[i] >= 0 && now == started[i] + 600) { /* each takes 600 ms */
				tt_lineup_finished(&l, slots[i]);
				active--;
			}
		while ((s = tt_lineup_take(&l, now, now))) {
			for (int i = 0; i < N; i++)
				if (slots[i] == s)
					started[i] = now;
			tt_lineup_sent(&l, s, now);
			active += s != slots[6];
		}
		TT_TRUE(active <= 2);
	}
	static const int64_t want[N] = {100, 300, 700, 900, 1300, 1500, 100};
	for (int i = 0; i < N; i++)
		TT_EQ_ROW(i, started[i], want[i]);
	for (int i = 0; i < N; i++)
		drop(&l, slots[i]);
	tt_lineup_done(&l);
}

/* A request that goes out late holds up the next one, whether a slow connection or we are to blame. */
TT_TEST(spacing_counts_from_the_request)
{
	struct tt_fetch_conf conf = {.per_host_connections = 3, .per_host_spacing_ms = 200};
	struct tt_lineup l;
	char urls[3][20] = {"http://h/0", "http://h/1", "http://h/2"};
	struct tt_feed_slot *slots[3];
	tt_lineup_init(&l, &conf);
	TT_EQ(tt_lineup_reserve(&l, 3), TT_OK);
	for (int i = 0; i < 3; i++) {
		slots[i] = slot_at(urls[i]);
		TT_EQ(tt_lineup_add(&l, slots[i], i), TT_OK);
	}
	TT_TRUE(tt_lineup_take(&l, 10, 0) == slots[0]);
	TT_TRUE(!tt_lineup_take(&l, 10, 5000));
	TT_EQ(tt_lineup_wait_ms(&l, 10, 5000), -1); /* not before something happens */
	tt_lineup_sent(&l, slots[0], 5000);
	TT_TRUE(!tt_lineup_take(&l, 10, 5199));
	TT_TRUE(tt_lineup_take(&l, 10, 5200) == slots[1]);
	tt_lineup_finished(&l, slots[1]); /* it could not be sent at all */
	TT_TRUE(!tt_lineup_take(&l, 10, 5399));
	tt_lineup_sent(&l, slots[0], 5399); /* a redirect at the same host is a request like any other */
	TT_TRUE(!tt_lineup_take(&l, 10, 5598));
	TT_TRUE(tt_lineup_take(&l, 10, 5599) == slots[2]);
	tt_lineup_finished(&l, slots[0]);
	tt_lineup_finished(&l, slots[2]);
	for (int i = 0; i < 3; i++)
		drop(&l, slots[i]);
	tt_lineup_done(&l);
}

TT_TEST(a_queued_feed_can_be_forgotten)
{
	struct tt_fetch_conf conf = {.per_host_connections = 1};
	char urls[4][20] = {"http://h/0", "http://h/1", "http://h/2", "http://h/3"};
	for (int victim = 1; victim < 4; victim++) {
		struct tt_lineup l;
		struct tt_feed_slot *slots[4], *s;
		tt_lineup_init(&l, &conf);
		TT_EQ(tt_lineup_reserve(&l, 4), TT_OK);
		for (int i = 0; i < 4; i++) {
			slots[i] = slot_at(urls[i]);
			TT_EQ(tt_lineup_add(&l, slots[i], i), TT_OK);
		}
		TT_TRUE(tt_lineup_take(&l, 10, 0) == slots[0]);
		drop(&l, slots[victim]);
		for (int i = 0, before = 0; i < 4; i++) {
			if (i == victim)
				continue;
			if (i) {
				tt_lineup_finished(&l, slots[before]);
				s = tt_lineup_take(&l, 10, 0);
				TT_TRUE(s == slots[i]);
			}
			before = i;
		}
		for (int i = 0; i < 4; i++)
			if (i != victim)
				drop(&l, slots[i]);
		tt_lineup_done(&l);
	}
}

/* Ten feeds of ten hosts, all redirected to one: there, too, one at a time and 200 ms apart. */
TT_TEST(a_redirect_waits_for_its_host)
{
	enum { N = 10 };
	struct tt_fetch_conf conf = {.per_host_connections = 1, .per_host_spacing_ms = 200};
	struct tt_feed_slot *slots[N], *s;
	struct tt_lineup l;
	char url[20];
	tt_lineup_init(&l, &conf);
	TT_EQ(tt_lineup_reserve(&l, N), TT_OK);
	for (int i = 0; i < N; i++) {
		snprintf(url, sizeof(url), "http://h%d/", i);
		slots[i] = slot_at(url);
		TT_EQ(tt_lineup_add(&l, slots[i], 0), TT_OK);
	}
	for (int i = 0; i < N; i++)
		TT_TRUE(tt_lineup_take(&l, 0, 0));
	TT_TRUE(!tt_lineup_hop(&l, slots[0], TT_STR("http://H0/else"))); /* the same host: at once */
	for (int i = 0; i < N; i++)
		TT_TRUE(tt_lineup_hop(&l, slots[i], TT_STR("http://cdn/x")));
	TT_EQ(l.n_hosts, 1);
	for (int i = 0; i < N; i++) {
		s = tt_lineup_take(&l, 0, i * 200);
		TT_TRUE(s == slots[i]);
		TT_TRUE(!tt_lineup_take(&l, 0, i * 200 + 199)); /* busy */
		tt_lineup_finished(&l, s);
		TT_TRUE(!tt_lineup_take(&l, 0, i * 200 + 199)); /* too soon */
		TT_EQ(tt_lineup_add(&l, s, TT_TIME_NONE), TT_OK);
		if (i == 4) { /* one gives up while it waits */
			drop(&l, slots[9]);
			slots[9] = NULL;
		}
		if (i == 8)
			break;
	}
	TT_EQ(l.n_hosts, 9); /* home again, and nobody left at the other */
	TT_TRUE(!tt_lineup_take(&l, 0, 100000));
	for (int i = 0; i < 9; i++)
		drop(&l, slots[i]);
	TT_EQ(l.n_hosts, 0);
	tt_lineup_done(&l);
}

TT_TEST(survives_oom)
{
	struct tt_fetch_conf conf = {.per_host_connections = 1};
	char url[] = "http://h/0", name[] = "n", lang[] = "en";
	struct tt_feed_conf feed = {.url = url, .name = name, .lang = lang, .enabled = true};
	struct tt_feed_state stored = {.etag = TT_STR("\"x\""), .last_error = TT_STR("y")};
	int n, rc = TT_ENOMEM;
	for (n = 0; n < 50 && rc == TT_ENOMEM; n++) {
		struct tt_lineup l;
		tt_lineup_init(&l, &conf);
		tt_fault_alloc_after(n);
		struct tt_feed_slot *slot = tt_feed_slot_new(&feed);
		rc = slot ? tt_feed_slot_set(slot, &stored) : TT_ENOMEM;
		if (rc == TT_OK)
			rc = tt_lineup_reserve(&l, 1);
		if (rc == TT_OK)
			rc = tt_lineup_add(&l, slot, 5);
		tt_fault_off();
		if (slot)
			drop(&l, slot);
		tt_lineup_done(&l);
		TT_EQ_ROW(n, tt_alloc_live(), 0);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 5);
}

TT_MAIN(TT_RUN(heap_gives_the_least), TT_RUN(what_is_the_same_host), TT_RUN(a_long_queue),
	TT_RUN(times_come_first), TT_RUN(a_host_is_not_crowded), TT_RUN(spacing_counts_from_the_request),
	TT_RUN(a_queued_feed_can_be_forgotten), TT_RUN(a_redirect_waits_for_its_host), TT_RUN(survives_oom))
