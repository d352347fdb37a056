/* push.c - what comes in at the door: verifications, denials, and pushes, which become items like a poll's.
 * A push does not touch validators, the body's hash or the time of the next poll: those are the polls'. One
 * that is signed well and cannot be read makes the feed be polled soon: something is new. */
#include "common/metrics.h"
#include "ingest/fetch/document.h"
#include "ingest/websub/feed.h"
#include "ingest/websub/signature.h"

static bool is_believed(struct tt_websub_feed *f, const struct tt_websub_note *n)
{
	static const struct {
		enum tt_metric metric;
		const char *error;
	} bad[] = {
		[TT_WEBSUB_UNSIGNED] = {TT_M_websub_unsigned, "a push without signature was ignored"},
		[TT_WEBSUB_UNREADABLE] = {TT_M_websub_forged,
			"a push whose signature cannot be read was ignored"},
		[TT_WEBSUB_FORGED] = {TT_M_websub_forged, "a push with a wrong signature was ignored"},
	};
	enum tt_websub_signature is =
		tt_websub_signature_check(tt_str_c(n->signature), f->sub.state.secret, tt_buf_view(&n->body));
	if (is == TT_WEBSUB_SIGNED)
		return true;
	tt_metric_add(bad[is].metric, 1);
	tt_websub_sub_pushed(&f->sub, bad[is].error, n->at_ms);
	return false;
}

static void poll_soon(struct tt_websub *w, struct tt_feed_slot *slot)
{
	const struct tt_fetch_conf *conf = w->fetcher->conf;
	int64_t at_ms = tt_wall_ms(w->fetcher->clock);
	if (slot->state.gone)
		return;
	if (slot->state.last_fetch_ms != TT_TIME_NONE &&
		at_ms < slot->state.last_fetch_ms + conf->min_interval_ms)
		at_ms = slot->state.last_fetch_ms + conf->min_interval_ms;
	tt_lineup_sooner(&w->fetcher->lineup, slot, at_ms);
}

/* Items and feed state: both or none. */
static int put(struct tt_websub *w, struct tt_websub_feed *f, const struct tt_websub_note *n,
	struct tt_batch *b, struct tt_err *err)
{
	const struct tt_document doc = {
		tt_buf_view(&n->body), tt_str_c(n->content_type), f->sub.state.topic, n->at_ms};
	size_t items = b->n_items, feeds = b->n_feeds;
	struct tt_feed feed = {0};
	int rc = tt_document_take(f->slot, &doc, w->fetcher->conf, b, &feed, err);
	if (rc == TT_OK) {
		struct tt_feed_state *row = tt_batch_add_feed(b);
		rc = row ? tt_feed_state_copy(row, &f->slot->state, &b->arena) : TT_ENOMEM;
		if (rc == TT_OK)
			row->last_change_ms = f->slot->state.last_change_ms = n->at_ms;
	}
	if (rc < 0) {
		b->n_items = items;
		b->n_feeds = feeds;
	}
	return rc;
}

static bool take_push(
	struct tt_websub *w, struct tt_websub_feed *f, const struct tt_websub_note *n, struct tt_batch *b)
{
	struct tt_err err = {0}, why = {0};
	bool was_empty = tt_batch_is_empty(b);
	if (!is_believed(f, n))
		return true;
	int rc = put(w, f, n, b, &err);
	if (rc < 0 && rc != TT_EPARSE && !was_empty)
		return false;
	if (rc == TT_OK) {
		if (!b->born_ns || n->at_ns < b->born_ns)
			b->born_ns = n->at_ns;
		tt_metric_add(TT_M_websub_taken, 1);
		tt_websub_sub_pushed(&f->sub, NULL, n->at_ms);
		return true;
	}
	if (rc != TT_EPARSE)
		tt_err_set(&err, rc, "items do not fit into a batch (pipeline.batch_bytes)");
	tt_err_set(&why, rc, "a push could not be read, so the feed is polled: %.100s", err.msg);
	tt_metric_add(TT_M_websub_unreadable, 1);
	tt_websub_sub_pushed(&f->sub, why.msg, n->at_ms);
	poll_soon(w, f->slot);
	return true;
}

bool tt_websub_take_note(struct tt_websub *w, struct tt_websub_note *n, struct tt_batch *b)
{
	struct tt_websub_feed *f = tt_websub_door_owner(w->door, n->token);
	if (!f) /* unsubscribed meanwhile */
		return true;
	switch (n->kind) {
	case TT_WEBSUB_VERIFIED:
		tt_websub_sub_verified(&f->sub, w->conf, n->lease_ms, n->at_ms);
		tt_websub_note_parting(f);
		break;
	case TT_WEBSUB_DENIAL:
		tt_websub_sub_denied(&f->sub, tt_str_c(n->reason), n->at_ms);
		break;
	case TT_WEBSUB_PUSH:
		if (!take_push(w, f, n, b))
			return false;
		break;
	}
	tt_websub_settle(w, f);
	return true;
}
