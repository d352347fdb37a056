/* underway.c - the polls under way: begun when their turn comes, held back while memory is short, collected
 * when they end. See fetcher.h. */
#include "common/metrics.h"
#include "ingest/fetch/fetcher.h"
#include "ingest/fetch/schedule.h"

void tt_fetcher_drop(struct tt_feed_slot *slot)
{
	tt_transfer_free(slot->transfer);
	slot->transfer = NULL;
}

void tt_fetcher_postpone(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	int status = slot->transfer ? slot->transfer->reply.status : 0;
	int64_t wait_ms = tt_schedule_excused(f->conf, tt_feed_slot_interval(slot, f->conf), status);
	tt_fetcher_drop(slot);
	(void)tt_lineup_add(&f->lineup, slot, tt_wall_ms(f->clock) + wait_ms); /* it has a host */
}

/* ---- begin ---- */

static void on_request(void *ctx, const struct tt_transfer *t)
{
	struct tt_fetcher *f = ctx;
	tt_lineup_sent(&f->lineup, t->owner, tt_mono_ms(f->clock));
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
	t->budget = &f->budget;
	t->on_request = on_request;
	t->on_request_ctx = f;
	slot->transfer = t;
	f->n_active++;
	return TT_OK;
}

/* A redirect led to a host whose turn it is now. */
static int start_hop(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	if (tt_transfer_unpark(slot->transfer, tt_mono_ns(f->clock)) < 0 ||
		curl_multi_add_handle(f->multi, slot->transfer->easy) != CURLM_OK)
		return TT_ENOMEM;
	f->n_active++;
	return TT_OK;
}

bool tt_fetcher_has_room(const struct tt_fetcher *f)
{
	return f->n_active + f->n_ended < (size_t)f->conf->max_connections;
}

bool tt_fetcher_is_leased(const struct tt_fetcher *f)
{
	return tt_mono_ns(f->clock) < atomic_load(&f->leased_until_ns) &&
	       tt_wall_ms(f->clock) < atomic_load(&f->leased_until_ms);
}

void tt_fetcher_start_due(struct tt_fetcher *f)
{
	struct tt_feed_slot *slot;
	while (tt_fetcher_has_room(f) && tt_fetcher_is_leased(f) &&
		(slot = tt_lineup_take(&f->lineup, tt_wall_ms(f->clock), tt_mono_ms(f->clock)))) {
		if ((slot->transfer ? start_hop(f, slot) : start(f, slot)) == TT_OK)
			continue;
		tt_lineup_finished(&f->lineup, slot);
		tt_fetcher_postpone(f, slot);
	}
}

/* ---- hold back ---- */

void tt_fetcher_resume(struct tt_fetcher *f)
{
	struct tt_budget_holder *h;
	for (size_t n = f->budget.n_waiting; n > 0 && (h = tt_budget_next(&f->budget)); n--)
		tt_transfer_resume(tt_transfer_of(h));
}

/* ---- end ---- */

static void append_ended(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	slot->next = NULL;
	if (f->ended_first)
		f->ended_last->next = slot;
	else
		f->ended_first = slot;
	f->ended_last = slot;
	f->n_ended++;
}

static bool remove_ended(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	struct tt_feed_slot *before = NULL, *s = f->ended_first;
	for (; s && s != slot; s = s->next)
		before = s;
	if (!s)
		return false;
	*(before ? &before->next : &f->ended_first) = slot->next;
	if (f->ended_last == slot)
		f->ended_last = before;
	f->n_ended--;
	return true;
}

static void end(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	struct tt_transfer *t = slot->transfer;
	f->n_active--;
	tt_lineup_finished(&f->lineup, slot);
	tt_histogram_add(TT_H_fetch, tt_mono_ns(f->clock) - t->started_ns);
	if (t->excused && (t->reply.code == TT_EAGAIN || t->reply.code == TT_EPEER)) {
		tt_fetcher_postpone(f, slot);
		return;
	}
	t->ended_ms = tt_wall_ms(f->clock);
	append_ended(f, slot);
}

void tt_fetcher_collect(struct tt_fetcher *f)
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
			tt_transfer_park(t, tt_mono_ns(f->clock));
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

void tt_fetcher_forget(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	if (f->websub)
		tt_websub_leave(f->websub, slot);
	if (slot->transfer && !slot->transfer->parked_ns && !remove_ended(f, slot)) {
		curl_multi_remove_handle(f->multi, slot->transfer->easy);
		tt_lineup_finished(&f->lineup, slot);
		f->n_active--;
	}
	tt_fetcher_drop(slot);
	tt_lineup_forget(&f->lineup, slot);
}
