/* subscriber.c - see subscriber.h. */
#include "ingest/websub/subscriber.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/metrics.h"
#include "ingest/websub/feed.h"

enum { STORED_BYTES = 256 << 20 }; /* far above what 100,000 subscriptions take */

static int64_t wall_ms(const struct tt_websub *w)
{
	return tt_wall_ms(w->fetcher->clock);
}

static struct tt_websub_feed *feed_of(struct tt_heap_node *due)
{
	return (struct tt_websub_feed *)((char *)due - offsetof(struct tt_websub_feed, due));
}

/* ---- following a subscription ---- */

/* The door knows the token the sub has now, and no other. */
static void follow_token(struct tt_websub *w, struct tt_websub_feed *f)
{
	bool open = tt_websub_sub_open(&f->sub);
	if (f->token[0] && open && strcmp(f->token, f->sub.token) == 0)
		return;
	tt_websub_cut(w, f);
	if (f->token[0])
		tt_websub_part(w, f);
	/* without memory the verification will be turned away, and the request repeated */
	if (open && tt_websub_door_open(w->door, f->sub.token, f->sub.state.topic, f) == TT_OK)
		memcpy(f->token, f->sub.token, sizeof(f->token));
}

static void follow_polling(struct tt_websub *w, struct tt_websub_feed *f)
{
	int64_t calm_ms = tt_websub_sub_active(&f->sub) ? w->conf->poll_interval_ms : 0;
	if (!f->slot || f->slot->calm_ms == calm_ms)
		return;
	f->slot->calm_ms = calm_ms;
	if (!calm_ms) /* as often as before, from the last poll on */
		tt_fetcher_replan_feed(w->fetcher, f->slot);
}

static void follow_time(struct tt_websub *w, struct tt_websub_feed *f)
{
	int64_t due_ms = tt_websub_sub_due(&f->sub);
	tt_heap_remove(&w->due, &f->due);
	if (f->slot && due_ms != TT_TIME_NONE)
		tt_heap_push(&w->due, &f->due, due_ms);
}

static void follow_gauges(struct tt_websub *w, struct tt_websub_feed *f)
{
	static const enum tt_metric gauges[TT_WEBSUB_STATUSES] = {
		[TT_WEBSUB_PENDING] = TT_M_websub_pending,
		[TT_WEBSUB_ACTIVE] = TT_M_websub_active,
		[TT_WEBSUB_DENIED] = TT_M_websub_denied,
		[TT_WEBSUB_FAILED] = TT_M_websub_failed,
	};
	enum tt_websub_status was = f->counted, is = f->sub.state.status;
	if (was == is)
		return;
	w->counts[was]--;
	w->counts[is]++;
	f->counted = is;
	if (was != TT_WEBSUB_NONE)
		tt_metric_set(gauges[was], (uint64_t)w->counts[was]);
	if (is != TT_WEBSUB_NONE)
		tt_metric_set(gauges[is], (uint64_t)w->counts[is]);
}

void tt_websub_settle(struct tt_websub *w, struct tt_websub_feed *f)
{
	follow_token(w, f);
	follow_polling(w, f);
	follow_time(w, f);
	follow_gauges(w, f);
	if (!f->sub.changed || f->listed)
		return;
	f->listed = true;
	f->next = NULL;
	*(w->changed_last ? &w->changed_last->next : &w->changed_first) = f;
	w->changed_last = f;
}

/* ---- feeds ---- */

static void feed_free(struct tt_websub *w, struct tt_websub_feed *f)
{
	tt_websub_cut(w, f);
	tt_heap_remove(&w->due, &f->due);
	if (f->slot)
		f->slot->websub = NULL;
	if (f->token[0])
		tt_websub_door_shut(w->door, f->token);
	tt_websub_sub_done(&f->sub);
	free(f->url);
	free(f->leave_hub);
	free(f->leave_form);
	free(f);
	w->n_feeds--;
}

static struct tt_websub_feed *feed_new(struct tt_websub *w, struct tt_feed_slot *slot)
{
	struct tt_websub_feed *f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->url = strdup(slot->url);
	if (!f->url || tt_heap_reserve(&w->due, w->n_feeds + 1) < 0) {
		free(f->url);
		free(f);
		return NULL;
	}
	tt_websub_sub_init(&f->sub, tt_str_c(f->url), tt_str_c(w->callback));
	f->slot = slot;
	slot->websub = f;
	w->n_feeds++;
	return f;
}

static int copy_state(struct tt_websub_state *dst, const struct tt_websub_state *src, struct tt_arena *arena)
{
	*dst = *src;
	struct tt_str *const strings[] = {&dst->url, &dst->hub, &dst->topic, &dst->callback, &dst->token,
		&dst->secret, &dst->last_error};
	for (size_t i = 0; i < TT_LEN(strings); i++) {
		if (!strings[i]->p)
			continue;
		*strings[i] = tt_arena_str(arena, *strings[i]);
		if (!strings[i]->p)
			return TT_ENOMEM;
	}
	return TT_OK;
}

static int adopt(struct tt_websub *w, struct tt_feed_slot *slot, const struct tt_websub_state *stored)
{
	struct tt_websub_feed *f = feed_new(w, slot);
	if (!f)
		return TT_ENOMEM;
	if (tt_websub_sub_adopt(&f->sub, stored, wall_ms(w)) < 0) {
		feed_free(w, f);
		return TT_ENOMEM;
	}
	tt_websub_settle(w, f);
	if (tt_websub_sub_active(&f->sub))
		tt_websub_note_parting(f);
	return TT_OK;
}

void tt_websub_welcome(struct tt_websub *w)
{
	size_t kept = 0;
	for (size_t i = 0; i < w->n_stored; i++) {
		struct tt_feed_slot *slot = tt_fetcher_find(w->fetcher, w->stored[i].url);
		bool done = slot && (slot->websub || adopt(w, slot, &w->stored[i]) == TT_OK);
		if (!done)
			w->stored[kept++] = w->stored[i];
	}
	w->n_stored = kept;
}

void tt_websub_found(struct tt_websub *w, struct tt_feed_slot *slot)
{
	struct tt_websub_feed *f = slot->websub;
	if (!f && !slot->links.n_hubs)
		return;
	if (!f)
		f = feed_new(w, slot);
	if (!f || tt_websub_sub_found(&f->sub, &slot->links, slot->links.self, wall_ms(w)) < 0)
		return;
	tt_websub_settle(w, f);
}

void tt_websub_leave(struct tt_websub *w, struct tt_feed_slot *slot)
{
	struct tt_websub_feed *f = slot->websub;
	if (!f)
		return;
	tt_websub_sub_leave(&f->sub, wall_ms(w));
	tt_websub_settle(w, f);
	slot->calm_ms = 0;
	slot->websub = NULL;
	f->slot = NULL;
	tt_heap_remove(&w->due, &f->due);
	if (!f->listed)
		feed_free(w, f);
}

/* ---- time ---- */

void tt_websub_run(struct tt_websub *w)
{
	struct tt_heap_node *min;
	while ((min = tt_heap_min(&w->due)) && min->key <= wall_ms(w)) {
		struct tt_websub_feed *f = feed_of(min);
		bool due = tt_websub_sub_tick(&f->sub, w->conf, wall_ms(w));
		tt_websub_settle(w, f); /* the hub may be another */
		if (!due)
			continue;
		if (!tt_websub_may_send(w))
			break; /* first in line, until there is room */
		tt_websub_send(w, f);
		tt_websub_settle(w, f);
	}
	tt_websub_send_errands(w);
}

int64_t tt_websub_wait_ms(const struct tt_websub *w)
{
	const struct tt_heap_node *min = tt_heap_min(&w->due);
	int64_t wait = min ? min->key - wall_ms(w) : -1;
	if (min && wait < 0)
		wait = 0;
	if (tt_websub_has_errand(w))
		wait = 0;
	if (wait < 0 || tt_websub_may_send(w))
		return wait;
	int64_t start = (w->next_start_ns - tt_mono_ns(w->fetcher->clock) + 999999) / 1000000;
	if (start <= 0)
		return wait ? wait : -1; /* no room: the end of a request is waited for */
	return wait > start ? wait : start;
}

/* ---- batches ---- */

static bool is_full(const struct tt_batch *b, size_t max_items)
{
	return b->n_items >= max_items || b->n_feeds >= max_items || b->n_websubs >= max_items ||
	       (!tt_batch_is_empty(b) && b->arena.used_bytes > b->arena.max_bytes / 2);
}

/* Copies the state into the batch; false: it is full. */
static bool put_state(const struct tt_websub_state *state, struct tt_batch *b)
{
	struct tt_websub_state *row = tt_batch_add_websub(b);
	if (!row)
		return false;
	if (copy_state(row, state, &b->arena) == TT_OK)
		return true;
	b->n_websubs--;
	return false;
}

static bool put_changed(struct tt_websub *w, struct tt_batch *b, size_t max_items)
{
	while (w->changed_first) {
		struct tt_websub_feed *f = w->changed_first;
		if (is_full(b, max_items) || !put_state(&f->sub.state, b))
			return true;
		w->changed_first = f->next;
		if (!w->changed_first)
			w->changed_last = NULL;
		f->listed = f->sub.changed = false;
		if (!f->slot)
			feed_free(w, f);
	}
	return false;
}

bool tt_websub_fill(struct tt_websub *w, struct tt_batch *b, size_t max_items)
{
	struct tt_websub_note *n;
	while ((n = w->held ? w->held : tt_websub_door_take(w->door))) {
		w->held = n;
		if (is_full(b, max_items) || !tt_websub_take_note(w, n, b))
			return true;
		w->held = NULL;
		tt_websub_door_done(w->door, n);
	}
	return put_changed(w, b, max_items);
}

/* ---- life ---- */

int tt_fetch_set_websub(struct tt_source *source, const struct tt_websub_conf *conf,
	struct tt_websub_door *door, const struct tt_websub_state *states, size_t n_states,
	struct tt_err *err)
{
	struct tt_fetcher *f = source->self;
	int rc = tt_websub_conf_check(conf, err);
	if (rc < 0 || !tt_websub_wanted(conf))
		return rc;
	rc = tt_websub_new(&f->websub, f, conf, door, states, n_states, err);
	if (rc == TT_OK)
		tt_websub_welcome(f->websub);
	return rc;
}

static void ring(void *fetcher)
{
	curl_multi_wakeup(((struct tt_fetcher *)fetcher)->multi);
}

static int keep_stored(struct tt_websub *w, const struct tt_websub_state *states, size_t n)
{
	int rc = TT_OK;
	w->stored = tt_arena_zalloc(&w->stored_arena, n + 1, sizeof(*w->stored));
	if (!w->stored)
		return TT_ENOMEM;
	for (size_t i = 0; i < n && rc == TT_OK; i++)
		if (states[i].url.n)
			rc = copy_state(&w->stored[w->n_stored++], &states[i], &w->stored_arena);
	return rc;
}

int tt_websub_new(struct tt_websub **ret, struct tt_fetcher *fetcher, const struct tt_websub_conf *conf,
	struct tt_websub_door *door, const struct tt_websub_state *states, size_t n_states,
	struct tt_err *err)
{
	struct tt_websub *w = calloc(1, sizeof(*w));
	size_t n = strlen(conf->callback_url);
	if (!w)
		return tt_err_set(err, TT_ENOMEM, "websub: %s", tt_err_text(TT_ENOMEM));
	while (n && conf->callback_url[n - 1] == '/')
		n--;
	w->fetcher = fetcher;
	w->conf = conf;
	w->door = door;
	tt_arena_init(&w->stored_arena, STORED_BYTES);
	if (asprintf(&w->callback, "%.*s/websub/", (int)n, conf->callback_url) < 0)
		w->callback = NULL;
	if (!w->callback || keep_stored(w, states, n_states) < 0) {
		tt_websub_free(w);
		return tt_err_set(err, TT_ENOMEM, "websub: %s", tt_err_text(TT_ENOMEM));
	}
	tt_websub_door_bell(door, ring, fetcher);
	*ret = w;
	return TT_OK;
}

void tt_websub_free(struct tt_websub *w)
{
	if (!w)
		return;
	tt_websub_door_bell(w->door, NULL, NULL);
	for (size_t i = 0; i < w->fetcher->n_slots; i++)
		if (w->fetcher->slots[i]->websub && !w->fetcher->slots[i]->websub->listed)
			feed_free(w, w->fetcher->slots[i]->websub);
	for (struct tt_websub_feed *f = w->changed_first, *next; f; f = next) {
		next = f->next;
		feed_free(w, f);
	}
	tt_websub_requests_done(w);
	if (w->held)
		tt_websub_door_done(w->door, w->held);
	tt_heap_done(&w->due);
	tt_arena_done(&w->stored_arena);
	free(w->callback);
	free(w);
}
