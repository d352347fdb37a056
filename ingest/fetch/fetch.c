/* fetch.c - see fetch.h: the source, and its loop, which starts polls, drives libcurl and puts what has ended into
 * batches. */
#include "ingest/fetch/fetch.h"

#include <stdlib.h>

#include "common/metrics.h"
#include "ingest/feed/feed.h"
#include "ingest/fetch/fetcher.h"

/* STALL_MS: the network not listened to for so long; what times out after that is our fault and not the
 * feed's. */
enum { STALL_MS = 2000, LONGEST_WAIT_MS = 60000 };

static void excuse_all(struct tt_fetcher *f)
{
	for (size_t i = 0; i < f->n_slots; i++)
		if (f->slots[i]->transfer)
			f->slots[i]->transfer->excused = true;
}

static void listen_again(struct tt_fetcher *f)
{
	if (f->left_ns && tt_mono_ns(f->clock) - f->left_ns > STALL_MS * 1000000LL)
		excuse_all(f);
}

static void wait_for_something(struct tt_fetcher *f, int64_t deadline_ns)
{
	int64_t now_ns = tt_mono_ns(f->clock), wait = f->ended_first ? 0 : LONGEST_WAIT_MS;
	if (deadline_ns - now_ns < wait * 1000000)
		wait = (deadline_ns - now_ns + 999999) / 1000000;
	if (tt_fetcher_has_room(f) && tt_fetcher_is_leased(f)) {
		int64_t start_ms = tt_lineup_wait_ms(&f->lineup, tt_wall_ms(f->clock), tt_mono_ms(f->clock));
		if (start_ms >= 0 && start_ms < wait)
			wait = start_ms;
	}
	if (f->websub && tt_fetcher_is_leased(f)) {
		int64_t hub_ms = tt_websub_wait_ms(f->websub);
		if (hub_ms >= 0 && hub_ms < wait)
			wait = hub_ms;
	}
	curl_multi_poll(f->multi, NULL, 0, wait > 0 ? (int)wait : 0, NULL);
}

static int next(void *self, struct tt_batch *b, size_t max_items, int timeout_ms, struct tt_err *err)
{
	struct tt_fetcher *f = self;
	int64_t begin_ns = tt_mono_ns(f->clock);
	int64_t deadline_ns = timeout_ms < 0 ? INT64_MAX : begin_ns + (int64_t)timeout_ms * 1000000;
	int rc = TT_OK, running;
	listen_again(f);
	for (;;) {
		tt_fetcher_start_due(f);
		if (f->websub && tt_fetcher_is_leased(f))
			tt_websub_run(f->websub);
		CURLMcode code = curl_multi_perform(f->multi, &running);
		if (code != CURLM_OK) {
			rc = tt_err_set(err, TT_EIO, "fetch: libcurl: %s", curl_multi_strerror(code));
			break;
		}
		tt_fetcher_collect(f);
		f->left_ns = tt_mono_ns(f->clock);
		if (tt_fetcher_fill(f, b, max_items) || (f->websub && tt_websub_fill(f->websub, b, max_items)) ||
			atomic_exchange(&f->woken, false) ||
			tt_mono_ns(f->clock) >= deadline_ns)
			break;
		listen_again(f);
		tt_fetcher_resume(f);
		wait_for_something(f, deadline_ns);
	}
	tt_metric_set(TT_M_feeds_failing, f->n_failing);
	tt_metric_set(TT_M_fetch_buffered, (uint64_t)f->budget.held_bytes);
	return rc;
}

static void wake(void *self)
{
	struct tt_fetcher *f = self;
	atomic_store(&f->woken, true);
	curl_multi_wakeup(f->multi);
}

static void close_source(void *self)
{
	struct tt_fetcher *f = self;
	if (!f)
		return;
	tt_websub_free(f->websub);
	f->websub = NULL; /* so that no hub is told that feeds leave */
	for (size_t i = 0; i < f->n_slots; i++) {
		tt_fetcher_forget(f, f->slots[i]);
		tt_feed_slot_free(f->slots[i]);
	}
	free(f->slots);
	tt_lineup_done(&f->lineup);
	curl_multi_cleanup(f->multi);
	free(f->user_agent);
	free(f);
	curl_global_cleanup();
}

static const struct tt_source_ops ops = {.name = "feeds", .next = next, .wake = wake, .close = close_source};

int tt_fetch_open(struct tt_source *ret, const struct tt_fetch_conf *conf, const struct tt_feed_conf *feeds,
	size_t n_feeds, const struct tt_feed_state *states, size_t n_states, const struct tt_clock *clock,
	struct tt_err *err)
{
	int rc = TT_ENOMEM;
	struct tt_fetcher *f = calloc(1, sizeof(*f));
	if (!f)
		return tt_err_set(err, TT_ENOMEM, "fetch: out of memory");
	curl_global_init(CURL_GLOBAL_DEFAULT); /* counted: close_source() undoes it */
	tt_feed_global_init();
	f->own_conf = *conf;
	f->conf = &f->own_conf;
	f->clock = clock;
	f->leased_until_ns = f->leased_until_ms = INT64_MAX;
	tt_lineup_init(&f->lineup, conf);
	tt_budget_init(&f->budget, conf->max_buffered_bytes, conf->max_connections);
	f->user_agent = tt_user_agent(conf);
	f->multi = curl_multi_init();
	if (!f->user_agent || !f->multi) {
		tt_err_set(err, rc, "fetch: out of memory");
		goto out;
	}
	curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)conf->max_connections);
	/* one stream a connection, HTTP/2 or not: a poll that has to wait would hold up those it shared it with */
	curl_multi_setopt(f->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_NOTHING);
	rc = tt_fetcher_set_feeds(f, feeds, n_feeds, states, n_states, err);
	if (rc < 0)
		goto out;
	*ret = (struct tt_source){&ops, f};
	f = NULL;
out:
	close_source(f);
	return rc;
}

int tt_fetch_set_feeds(struct tt_source *source, const struct tt_feed_conf *feeds, size_t n_feeds,
	const struct tt_feed_state *states, size_t n_states, struct tt_err *err)
{
	return tt_fetcher_set_feeds(source->self, feeds, n_feeds, states, n_states, err);
}

void tt_fetch_leased_until(const struct tt_source *source, int64_t mono_ns)
{
	struct tt_fetcher *f = source->self;
	bool was_leased = tt_fetcher_is_leased(f);
	int64_t left_ms = (mono_ns - tt_mono_ns(f->clock)) / 1000000;
	/* the monotonic clock stands still while the machine sleeps, the wall clock does not */
	atomic_store(&f->leased_until_ms, mono_ns == INT64_MAX ? INT64_MAX : tt_wall_ms(f->clock) + left_ms);
	atomic_store(&f->leased_until_ns, mono_ns);
	if (!was_leased)
		curl_multi_wakeup(f->multi);
}

void tt_fetch_each(const struct tt_source *source,
	void (*fn)(void *ctx, const struct tt_feed_state *state, bool idle), void *ctx)
{
	const struct tt_fetcher *f = source->self;
	for (size_t i = 0; i < f->n_slots; i++)
		fn(ctx, &f->slots[i]->state, !f->slots[i]->transfer);
}

void tt_fetch_set_waits(struct tt_source *source, const struct tt_fetch_conf *conf)
{
	struct tt_fetcher *f = source->self;
	f->own_conf.interval_ms = conf->interval_ms;
	f->own_conf.min_interval_ms = conf->min_interval_ms;
	f->own_conf.max_interval_ms = conf->max_interval_ms;
	f->own_conf.adaptive = conf->adaptive;
	f->own_conf.backoff_base_ms = conf->backoff_base_ms;
	f->own_conf.backoff_cap_ms = conf->backoff_cap_ms;
	tt_fetcher_replan(f);
}

void tt_fetch_stats(const struct tt_source *source, struct tt_fetch_stats *ret)
{
	const struct tt_fetcher *f = source->self;
	*ret = (struct tt_fetch_stats){
		.feeds = f->n_slots,
		.failing = f->n_failing,
		.active = f->n_active,
		.next_due_ms = tt_lineup_next_due(&f->lineup),
	};
	for (size_t i = 0; i < f->n_slots; i++)
		ret->gone += f->slots[i]->state.gone;
}
