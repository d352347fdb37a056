/* deliver.c - polls that have ended, into batches. See fetcher.h. */
#include "common/metrics.h"
#include "ingest/fetch/fetcher.h"
#include "ingest/fetch/poll.h"

/* Documents are taken for so long (one may take longer) before the network has its turn. */
enum { SLICE_MS = 50 };

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
	tt_transfer_unpack(t);
	int rc = tt_poll_finish(slot, &t->reply, f->conf, t->ended_ms, b);
	if (rc < 0 && !tt_batch_is_empty(b))
		return false;
	if (rc == TT_ELIMIT || (rc == TT_ENOMEM && b->arena.used_bytes > b->arena.max_bytes / 2))
		rc = tt_poll_fail(slot, t->reply.status,
			"items do not fit into a batch (pipeline.batch_bytes)", f->conf, t->ended_ms, b);
	if (rc == TT_OK && f->websub && slot->links.self.n)
		tt_websub_found(f->websub, slot);
	if (rc < 0) {
		tt_fetcher_postpone(f, slot);
		return true;
	}
	tt_fetcher_drop(slot);
	f->n_failing = f->n_failing - was_failing + (slot->state.failures > 0);
	(void)tt_lineup_add(&f->lineup, slot, slot->state.next_fetch_ms); /* it has a host */
	if (f->websub) /* a hub that the document names no more pushes no more */
		tt_fetcher_replan_feed(f, slot);
	return true;
}

bool tt_fetcher_fill(struct tt_fetcher *f, struct tt_batch *b, size_t max_items)
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
