/* roster.c - the fetching source's list of feeds: made at the start, replaced by a reload. A new list is put
 * together whole beside the old one, so that an error changes nothing; only then are kept feeds moved over
 * and the others forgotten. */
#include <stdlib.h>
#include <string.h>

#include "common/metrics.h"
#include "ingest/fetch/fetcher.h"
#include "ingest/fetch/schedule.h"

static int by_url(const void *a, const void *b)
{
	const struct tt_feed_slot *const *x = a, *const *y = b;
	return strcmp((*x)->url, (*y)->url);
}

static struct tt_feed_slot **find(struct tt_feed_slot **slots, size_t n, const struct tt_feed_slot *like)
{
	return n ? bsearch(&like, slots, n, sizeof(struct tt_feed_slot *), by_url) : NULL;
}

static bool is_http(struct tt_str url)
{
	return tt_str_starts_ci(url, TT_STR("http://")) || tt_str_starts_ci(url, TT_STR("https://"));
}

/* ---- the new list ---- */

struct roster {
	struct tt_feed_slot **v; /* sorted by URL */
	size_t n;
};

static void roster_free(struct tt_fetcher *f, struct roster *r)
{
	for (size_t i = 0; i < r->n; i++) {
		tt_lineup_forget(&f->lineup, r->v[i]);
		tt_feed_slot_free(r->v[i]);
	}
	free(r->v);
}

static int roster_fill(struct roster *r, const struct tt_feed_conf *feeds, size_t n_feeds, struct tt_err *err)
{
	r->v = calloc(n_feeds + 1, sizeof(struct tt_feed_slot *));
	if (!r->v)
		return tt_err_set(err, TT_ENOMEM, "feeds: out of memory");
	for (size_t i = 0; i < n_feeds; i++) {
		if (!feeds[i].url || !is_http(tt_str_c(feeds[i].url)))
			return tt_err_set(err, TT_ECONF, "feeds[%zu].url: '%s' is neither http nor https", i,
				feeds[i].url ? feeds[i].url : "");
		if (!feeds[i].enabled)
			continue;
		r->v[r->n] = tt_feed_slot_new(&feeds[i]);
		if (!r->v[r->n])
			return tt_err_set(err, TT_ENOMEM, "feeds: out of memory");
		r->n++;
	}
	qsort(r->v, r->n, sizeof(struct tt_feed_slot *), by_url);
	for (size_t i = 1; i < r->n; i++)
		if (by_url(&r->v[i - 1], &r->v[i]) == 0)
			return tt_err_set(err, TT_ECONF, "feeds: '%s' is there twice", r->v[i]->url);
	return TT_OK;
}

int tt_fetch_check_feeds(const struct tt_feed_conf *feeds, size_t n_feeds, struct tt_err *err)
{
	struct roster r = {NULL, 0};
	int rc = roster_fill(&r, feeds, n_feeds, err);
	for (size_t i = 0; i < r.n; i++)
		tt_feed_slot_free(r.v[i]);
	free(r.v);
	return rc;
}

static struct tt_feed_slot *find_state_url(const struct roster *r, struct tt_str url)
{
	size_t lo = 0, hi = r->n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2, n = strlen(r->v[mid]->url);
		int c = memcmp(url.p, r->v[mid]->url, url.n < n ? url.n : n);
		if (c == 0 && url.n == n)
			return r->v[mid];
		if (c < 0 || (c == 0 && url.n < n))
			hi = mid;
		else
			lo = mid + 1;
	}
	return NULL;
}

struct tt_feed_slot *tt_fetcher_find(const struct tt_fetcher *f, struct tt_str url)
{
	return find_state_url(&(struct roster){f->slots, f->n_slots}, url);
}

static int adopt_states(struct roster *r, const struct tt_feed_state *states, size_t n)
{
	int rc = TT_OK;
	for (size_t i = 0; i < n && rc == TT_OK; i++) {
		struct tt_feed_slot *slot = states[i].url.n ? find_state_url(r, states[i].url) : NULL;
		struct tt_feed_state state = states[i];
		if (!is_http(state.moved_to))
			state.moved_to = (struct tt_str){NULL, 0};
		if (slot)
			rc = tt_feed_slot_set(slot, &state);
	}
	return rc;
}

static int64_t next_of(const struct tt_fetcher *f, const struct tt_feed_slot *slot, int64_t now_ms)
{
	return tt_schedule_again(
		&slot->state, f->conf, tt_feed_slot_interval(slot, f->conf), tt_feed_slot_seed(slot), now_ms);
}

/* Plans those that are not in the old list. */
static int plan_new(struct tt_fetcher *f, const struct roster *r)
{
	int64_t now_ms = tt_wall_ms(f->clock);
	int rc = tt_lineup_reserve(&f->lineup, f->n_slots + r->n);
	for (size_t i = 0; i < r->n && rc == TT_OK; i++)
		if (!find(f->slots, f->n_slots, r->v[i]))
			rc = tt_lineup_add(&f->lineup, r->v[i], next_of(f, r->v[i], now_ms));
	return rc;
}

/* ---- the change-over; nothing in it can fail ---- */

static void keep_old(struct tt_fetcher *f, struct roster *r)
{
	for (size_t i = 0; i < r->n; i++) {
		struct tt_feed_slot **old = find(f->slots, f->n_slots, r->v[i]);
		if (!old)
			continue;
		tt_feed_slot_swap_conf(*old, r->v[i]);
		tt_feed_slot_free(r->v[i]);
		r->v[i] = *old;
	}
}

static void forget_gone(struct tt_fetcher *f, struct roster *r)
{
	for (size_t i = 0; i < f->n_slots; i++)
		if (!find(r->v, r->n, f->slots[i])) {
			tt_fetcher_forget(f, f->slots[i]);
			tt_feed_slot_free(f->slots[i]);
		}
	free(f->slots);
}

void tt_fetcher_replan_feed(struct tt_fetcher *f, struct tt_feed_slot *slot)
{
	tt_lineup_sooner(&f->lineup, slot, next_of(f, slot, tt_wall_ms(f->clock)));
}

void tt_fetcher_replan(struct tt_fetcher *f)
{
	for (size_t i = 0; i < f->n_slots; i++)
		tt_fetcher_replan_feed(f, f->slots[i]);
}

int tt_fetcher_set_feeds(struct tt_fetcher *f, const struct tt_feed_conf *feeds, size_t n_feeds,
	const struct tt_feed_state *states, size_t n_states, struct tt_err *err)
{
	struct roster r = {NULL, 0};
	int rc = roster_fill(&r, feeds, n_feeds, err);
	if (rc < 0)
		goto fail;
	rc = adopt_states(&r, states, n_states);
	if (rc == TT_OK)
		rc = plan_new(f, &r);
	if (rc < 0) {
		tt_err_set(err, rc, "feeds: out of memory");
		goto fail;
	}
	keep_old(f, &r);
	forget_gone(f, &r);
	f->slots = r.v;
	f->n_slots = r.n;
	f->n_failing = 0;
	for (size_t i = 0; i < r.n; i++)
		f->n_failing += r.v[i]->state.failures > 0;
	if (f->websub)
		tt_websub_welcome(f->websub);
	tt_fetcher_replan(f);
	tt_metric_set(TT_M_feeds, f->n_slots);
	tt_metric_set(TT_M_feeds_failing, f->n_failing);
	return TT_OK;
fail:
	roster_free(f, &r);
	return rc;
}
