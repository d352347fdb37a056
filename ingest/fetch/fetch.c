/* fetch.c - see fetch.h: the loop that starts polls, drives libcurl and puts finished polls into batches. */
#include "ingest/fetch/fetch.h"

#include <stdlib.h>

#include "common/metrics.h"
#include "ingest/feed/feed.h"
#include "ingest/fetch/fetcher.h"
#include "ingest/fetch/poll.h"
#include "ingest/fetch/schedule.h"

/* STALL_MS: the network not listened to for so long; what times out after that is our fault and not the
 * feed's. SLICE_MS: documents are taken for so long (one may take longer) before the network has its turn. */
enum { STALL_MS = 2000, LONGEST_WAIT_MS = 60000, SLICE_MS = 50 };

static int64_t mono_ms(const struct tt_fetcher *f)
{
	return tt_mono_ns(f->clock) / 1000000;
}

static void drop_transfer(struct tt_feed_slot *slot)
{
	tt_transfer_free(slot->transfer);
	slot->transfer = NULL;
}

/* Drops the poll and asks again in a while, as if nothing had happened: memory was out, or we did not listen. */
static void postpone(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	int status = slot->transfer ? slot->transfer->reply.status : 0;
	int64_t wait_ms = tt_schedule_excused(f->conf, tt_feed_slot_interval(slot, f->conf), status);
	drop_transfer(slot);
	(void)tt_lineup_add(&f->lineup, slot, tt_wall_ms(f->clock) + wait_ms); /* it has a host */
}

/* ---- start ---- */

static void on_request(void *ctx, const struct tt_transfer *t)
{
	struct tt_fetcher *f = ctx;
	tt_lineup_sent(&f->lineup, t->owner, mono_ms(f));
}

static int start(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	const struct tt_feed_state *s = &slot->state;
	struct tt_transfer *t;
	int rc = tt_transfer_new(&t, f->conf, f->user_agent, tt_feed_slot_target(slot), s->etag,
		s->last_modified, tt_mono_ns(f->clock), NULL);
	if (rc < 0)
		return rc;
	if (curl_multi_add_handle(f->multi, t->easy) != CURLM_OK) {
		tt_transfer_free(t);
		return TT_ENOMEM;
	}
	t->owner = slot;
	t->on_request = on_request;
	t->on_request_ctx = f;
	slot->transfer = t;
	f->n_active++;
	return TT_OK;
}

/* A redirect led to a host whose turn it is now. */
static int resume(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	tt_transfer_unpark(slot->transfer, tt_mono_ns(f->clock));
	if (curl_multi_add_handle(f->multi, slot->transfer->easy) != CURLM_OK)
		return TT_ENOMEM;
	f->n_active++;
	return TT_OK;
}

/* Answers that wait for a batch count as connections: they hold memory. */
static bool has_room(const struct tt_fetcher *f)
{
	return f->n_active + f->n_ended < (size_t)f->conf->max_connections;
}

static bool is_leased(const struct tt_fetcher *f)
{
	return tt_mono_ns(f->clock) < atomic_load(&f->leased_until_ns) &&
	       tt_wall_ms(f->clock) < atomic_load(&f->leased_until_ms);
}

static void start_due(struct tt_fetcher *f)
{
	struct tt_feed_slot *slot;
	while (has_room(f) && is_leased(f) &&
		(slot = tt_lineup_take(&f->lineup, tt_wall_ms(f->clock), mono_ms(f)))) {
		if ((slot->transfer ? resume(f, slot) : start(f, slot)) == TT_OK)
			continue;
		tt_lineup_finished(&f->lineup, slot);
		postpone(f, slot);
	}
}

/* ---- end ---- */

static void end(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	struct tt_transfer *t = slot->transfer;
	f->n_active--;
	tt_lineup_finished(&f->lineup, slot);
	tt_histogram_add(TT_H_fetch, tt_mono_ns(f->clock) - t->started_ns);
	if (t->excused && (t->reply.code == TT_EAGAIN || t->reply.code == TT_EPEER)) {
		postpone(f, slot);
		return;
	}
	t->ended_ms = tt_wall_ms(f->clock);
	slot->next = NULL;
	if (f->ended_first)
		f->ended_last->next = slot;
	else
		f->ended_first = slot;
	f->ended_last = slot;
	f->n_ended++;
}

static void collect(struct tt_fetcher *f)
{
	CURLMsg *msg;
	int left;
	while ((msg = curl_multi_info_read(f->multi, &left))) {
		struct tt_transfer *t;
		CURLcode result = msg->data.result; /* msg goes with the handle */
		CURL *easy = msg->easy_handle;
		if (msg->msg != CURLMSG_DONE)
			continue;
		curl_easy_getinfo(easy, CURLINFO_PRIVATE, &t);
		curl_multi_remove_handle(f->multi, easy);
		bool again = tt_transfer_next(t, result, tt_mono_ns(f->clock));
		if (again && !t->is_form && tt_lineup_hop(&f->lineup, t->owner, t->reply.url)) {
			t->parked_ns = tt_mono_ns(f->clock);
			f->n_active--;
			continue;
		}
		if (again && curl_multi_add_handle(f->multi, easy) == CURLM_OK)
			continue;
		if (again)
			t->reply.code = tt_err_set(&t->reply.err, TT_ENOMEM, "out of memory");
		if (t->is_form)
			tt_websub_ended(f->websub, t);
		else
			end(f, t->owner);
	}
}

/* ---- batch ---- */

static bool is_full(const struct tt_batch *b, size_t max_items)
{
	return b->n_items >= max_items || b->n_feeds >= max_items ||
	       (!tt_batch_is_empty(b) && b->arena.used_bytes > b->arena.max_bytes / 2);
}

/* Puts one finished poll into the batch. False: it must wait for another batch. */
static bool deliver(struct tt_fetcher *f, struct tt_feed_slot *slot, struct tt_batch *b)
{
	struct tt_transfer *t = slot->transfer;
	bool was_failing = slot->state.failures > 0;
	int rc = tt_poll_finish(slot, &t->reply, f->conf, t->ended_ms, b);
	if (rc < 0 && !tt_batch_is_empty(b))
		return false;
	if (rc == TT_ELIMIT || (rc == TT_ENOMEM && b->arena.used_bytes > b->arena.max_bytes / 2))
		rc = tt_poll_fail(slot, t->reply.status,
			"items do not fit into a batch (pipeline.batch_bytes)", f->conf, t->ended_ms, b);
	if (rc == TT_OK && f->websub && slot->links.self.n)
		tt_websub_found(f->websub, slot);
	if (rc < 0) {
		postpone(f, slot);
		return true;
	}
	drop_transfer(slot);
	f->n_failing = f->n_failing - was_failing + (slot->state.failures > 0);
	(void)tt_lineup_add(&f->lineup, slot, slot->state.next_fetch_ms); /* it has a host */
	if (f->websub) /* a hub that the document names no more pushes no more */
		tt_fetcher_replan_feed(f, slot);
	return true;
}

/* True when the batch is full. */
static bool fill(struct tt_fetcher *f, struct tt_batch *b, size_t max_items)
{
	int64_t end_ns = tt_mono_ns(f->clock) + SLICE_MS * 1000000LL;
	while (f->ended_first && tt_mono_ns(f->clock) < end_ns) {
		struct tt_feed_slot *slot = f->ended_first, *rest = slot->next;
		if (is_full(b, max_items))
			return true;
		if (!b->born_ns)
			b->born_ns = tt_mono_ns(f->clock);
		if (!deliver(f, slot, b))
			return true;
		f->ended_first = rest;
		f->n_ended--;
	}
	return is_full(b, max_items);
}

/* ---- the source ---- */

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
	if (has_room(f) && is_leased(f)) {
		int64_t start_ms = tt_lineup_wait_ms(&f->lineup, tt_wall_ms(f->clock), mono_ms(f));
		if (start_ms >= 0 && start_ms < wait)
			wait = start_ms;
	}
	if (f->websub && is_leased(f)) {
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
		start_due(f);
		if (f->websub && is_leased(f))
			tt_websub_run(f->websub);
		CURLMcode code = curl_multi_perform(f->multi, &running);
		if (code != CURLM_OK) {
			rc = tt_err_set(err, TT_EIO, "fetch: libcurl: %s", curl_multi_strerror(code));
			break;
		}
		collect(f);
		f->left_ns = tt_mono_ns(f->clock);
		if (fill(f, b, max_items) || (f->websub && tt_websub_fill(f->websub, b, max_items)) ||
			atomic_exchange(&f->woken, false) ||
			tt_mono_ns(f->clock) >= deadline_ns)
			break;
		listen_again(f);
		wait_for_something(f, deadline_ns);
	}
	tt_metric_set(TT_M_feeds_failing, f->n_failing);
	return rc;
}

static void wake(void *self)
{
	struct tt_fetcher *f = self;
	atomic_store(&f->woken, true);
	curl_multi_wakeup(f->multi);
}

void tt_fetcher_forget(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	if (f->websub)
		tt_websub_leave(f->websub, slot);
	struct tt_feed_slot *before = NULL, *s = f->ended_first;
	for (; s && s != slot; s = s->next)
		before = s;
	if (s) {
		*(before ? &before->next : &f->ended_first) = slot->next;
		if (f->ended_last == slot)
			f->ended_last = before;
		f->n_ended--;
	} else if (slot->transfer && !slot->transfer->parked_ns) {
		curl_multi_remove_handle(f->multi, slot->transfer->easy);
		tt_lineup_finished(&f->lineup, slot);
		f->n_active--;
	}
	drop_transfer(slot);
	tt_lineup_forget(&f->lineup, slot);
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
	f->user_agent = tt_user_agent(conf);
	f->multi = curl_multi_init();
	if (!f->user_agent || !f->multi) {
		tt_err_set(err, rc, "fetch: out of memory");
		goto out;
	}
	curl_multi_setopt(f->multi, CURLMOPT_MAXCONNECTS, (long)conf->max_connections);
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
	bool was_leased = is_leased(f);
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
