/* poll.c - see poll.h. */
#include "ingest/fetch/poll.h"

#include <stdio.h>
#include <string.h>

#include "common/metrics.h"
#include "ingest/fetch/document.h"
#include "ingest/fetch/schedule.h"

enum { FAILURES_UNDO_MOVE = 3 };

/* A poll on its way: the new state is put together here, with borrowed strings, and taken over at the end. */
struct finish {
	struct tt_feed_slot *slot;
	const struct tt_reply *reply;
	const struct tt_fetch_conf *conf;
	struct tt_batch *b;
	struct tt_feed_state state;
	struct tt_poll poll;
	struct tt_err why; /* of a failed poll */
};

static const struct tt_str absent = {NULL, 0};

static struct tt_id hash_of(struct tt_str body)
{
	return tt_id_of(&body, 1);
}

static int fail(struct finish *f)
{
	f->poll.kind = TT_POLL_FAILED;
	return TT_OK;
}

/* ---- a document ---- */

static void take_hints(struct tt_feed_state *state, const struct tt_feed *feed)
{
	int64_t ttl_ms =
		feed->ttl_minutes > 0 && feed->ttl_minutes < INT32_MAX ? feed->ttl_minutes * 60000 : 0;
	state->hint_ms = ttl_ms > feed->update_ms ? ttl_ms : feed->update_ms;
	state->skip_hours = feed->skip_hours;
	state->skip_days = feed->skip_days;
}

/* The Link headers come before the document (section 4 of WebSub); without a self URL the topic is where the document
 * came from. */
static int take_links(struct finish *f, const struct tt_feed *feed)
{
	const struct tt_reply *r = f->reply;
	struct tt_websub_links in_document = {.self = feed->self_url};
	for (; in_document.n_hubs < feed->n_hubs && in_document.n_hubs < TT_WEBSUB_HUBS; in_document.n_hubs++)
		in_document.hubs[in_document.n_hubs] = feed->hubs[in_document.n_hubs];
	const struct tt_websub_links *from[] = {&r->headers.links, &in_document};
	f->slot->links = (struct tt_websub_links){.self = r->url};
	return tt_websub_links_choose(&f->slot->links, from, TT_LEN(from), r->url, &f->b->arena);
}

static int take_document(struct finish *f)
{
	const struct tt_reply *r = f->reply;
	const struct tt_document doc = {r->body, r->headers.content_type, r->url, f->poll.now_ms};
	struct tt_feed feed = {0};
	int rc = tt_document_take(f->slot, &doc, f->conf, f->b, &feed, &f->why);
	if (rc == TT_EPARSE)
		return fail(f);
	if (rc == TT_OK)
		rc = take_links(f, &feed);
	if (rc < 0)
		return rc;
	take_hints(&f->state, &feed);
	f->state.title = f->slot->name ? tt_str_c(f->slot->name) : feed.title;
	f->poll.kind = TT_POLL_NEW;
	return TT_OK;
}

/* ---- an answer ---- */

static int take_ok(struct finish *f)
{
	const struct tt_reply *r = f->reply;
	struct tt_id hash = hash_of(r->body);
	if (tt_str_trim(r->body).n == 0) {
		tt_err_set(&f->why, TT_EPARSE, "HTTP %d with an empty body", r->status);
		return fail(f);
	}
	f->poll.kind = TT_POLL_SAME;
	if (!tt_id_eq(hash, f->state.body_hash)) {
		int rc = take_document(f);
		if (rc < 0 || f->poll.kind == TT_POLL_FAILED)
			return rc; /* and the old validators stand: they are of the last good document */
	}
	f->state.body_hash = hash;
	f->state.etag = r->headers.etag;
	f->state.last_modified = r->headers.last_modified;
	return TT_OK;
}

static int take_not_modified(struct finish *f)
{
	const struct tt_headers *h = &f->reply->headers;
	if (!f->state.etag.n && !f->state.last_modified.n) {
		tt_err_set(&f->why, TT_EPEER, "HTTP 304, though nothing was there to compare with");
		return fail(f);
	}
	if (h->etag.n)
		f->state.etag = h->etag;
	if (h->last_modified.n)
		f->state.last_modified = h->last_modified;
	f->poll.kind = TT_POLL_SAME;
	return TT_OK;
}

static int take_error(struct finish *f)
{
	const struct tt_reply *r = f->reply;
	bool moved_for_now = r->hops && !tt_str_eq(r->permanent, r->url);
	if (r->status == 410 && !moved_for_now) {
		tt_err_set(&f->why, TT_EPEER, "HTTP 410: removed by its publisher, not asked again");
		f->poll.kind = TT_POLL_GONE;
		return TT_OK;
	}
	if ((r->status == 429 || r->status == 503) && f->poll.retry_after_ms > 0)
		tt_err_set(&f->why, TT_EPEER, "HTTP %d, asked to wait %lld s", r->status,
			(long long)(f->poll.retry_after_ms / 1000));
	else
		tt_err_set(&f->why, TT_EPEER, "HTTP %d", r->status);
	if (r->hops) {
		struct tt_err at = f->why;
		tt_err_set(&f->why, at.code, "%s at %.*s", at.msg, TT_FMT(r->url));
	}
	return fail(f);
}

static int judge(struct finish *f)
{
	const struct tt_reply *r = f->reply;
	if (r->code < 0) {
		f->why = r->err;
		return fail(f);
	}
	if (r->status == 304)
		return take_not_modified(f);
	if (r->status >= 200 && r->status < 300)
		return take_ok(f);
	return take_error(f);
}

/* A permanent redirect is believed when it is seen a second time in a row; a move that stops working is
 * undone. */
static void take_move(struct finish *f)
{
	struct tt_feed_state *s = &f->state;
	if (f->poll.kind == TT_POLL_FAILED) {
		if (s->failures >= FAILURES_UNDO_MOVE) {
			if (s->moved_to.n) /* the validators are those of the place that is left */
				s->etag = s->last_modified = absent;
			s->moved_to = s->moving_to = absent;
		}
		return;
	}
	if (f->poll.kind == TT_POLL_GONE)
		return;
	struct tt_str to = f->reply->permanent;
	if (!to.n || !tt_str_eq(to, s->moving_to)) {
		s->moving_to = to;
		return;
	}
	s->moved_to = tt_str_eq(to, s->url) ? absent : to;
	s->moving_to = absent;
}

/* Appends the state to the batch and takes it into the slot: both or none. */
static int take_state(struct finish *f)
{
	struct tt_feed_state *row = tt_batch_add_feed(f->b);
	int rc = row ? tt_feed_state_copy(row, &f->state, &f->b->arena) : TT_ENOMEM;
	return rc < 0 ? rc : tt_feed_slot_set(f->slot, &f->state);
}

static enum tt_metric reason_of(const struct finish *f)
{
	switch (f->why.code) {
	case TT_ELIMIT:
		return TT_M_failed_limit;
	case TT_EAGAIN:
		return TT_M_failed_time;
	case TT_EREFUSED:
		return TT_M_failed_refused;
	case TT_EPARSE:
		return TT_M_failed_document;
	default:
		if (f->reply->code == TT_OK)
			return TT_M_failed_status;
		return f->reply->tls ? TT_M_failed_tls : TT_M_failed_network;
	}
}

static void count(const struct finish *f)
{
	switch (f->poll.kind) {
	case TT_POLL_NEW:
		tt_metric_add(TT_M_fetch_ok, 1);
		break;
	case TT_POLL_SAME:
		tt_metric_add(TT_M_fetch_not_modified, 1);
		break;
	default:
		tt_metric_add(TT_M_fetch_error, 1);
		tt_metric_add(reason_of(f), 1);
		break;
	}
}

static int conclude(struct finish *f)
{
	bool bad = f->poll.kind == TT_POLL_FAILED || f->poll.kind == TT_POLL_GONE;
	f->state.last_error = bad ? tt_str_c(f->why.msg) : absent;
	tt_schedule_poll(&f->state, &f->poll, f->conf, tt_feed_slot_interval(f->slot, f->conf), tt_feed_slot_seed(f->slot));
	take_move(f);
	return take_state(f);
}

int tt_poll_finish(struct tt_feed_slot *slot, const struct tt_reply *reply, const struct tt_fetch_conf *conf,
	int64_t now_ms, struct tt_batch *b)
{
	struct finish f = {slot, reply, conf, b, slot->state, {0}, {0}};
	size_t items = b->n_items, feeds = b->n_feeds;
	f.poll = (struct tt_poll){
		.status = reply->status,
		.now_ms = now_ms,
		.fresh_ms = tt_headers_fresh_ms(&reply->headers, now_ms),
		.retry_after_ms = reply->headers.retry_after_ms,
	};
	slot->links = (struct tt_websub_links){0};
	int rc = judge(&f);
	if (rc == TT_OK)
		rc = conclude(&f);
	if (rc < 0) {
		b->n_items = items;
		b->n_feeds = feeds;
		return rc;
	}
	count(&f);
	return TT_OK;
}

int tt_poll_fail(struct tt_feed_slot *slot, int status, const char *why, const struct tt_fetch_conf *conf,
	int64_t now_ms, struct tt_batch *b)
{
	struct tt_reply reply = {.code = TT_ELIMIT, .status = status};
	tt_headers_init(&reply.headers);
	tt_err_set(&reply.err, TT_ELIMIT, "%s", why);
	return tt_poll_finish(slot, &reply, conf, now_ms, b);
}
