/* lease_book.c - see lease_book.h: what is wanted, held and leaving. What the source is told is
 * lease_apply.c. */
#include "app/run/lease_book.h"

#include <stdlib.h>
#include <string.h>

#include "app/run/lease_parts.h"
#include "common/metrics.h"
#include "ingest/fetch/slot.h"

enum { WANTED_BYTES = 256 << 20, FRESH_BYTES = 1 << 30 };

void tt_lease_book_init(struct tt_lease_book *b)
{
	*b = (struct tt_lease_book){0};
	tt_arena_init(&b->wanted_arena, WANTED_BYTES);
	tt_arena_init(&b->fresh_arena, FRESH_BYTES);
}

static void lease_free(struct tt_lease *l)
{
	if (!l)
		return;
	free(l->url);
	free(l->name);
	free(l->lang);
	free(l);
}

void tt_lease_book_done(struct tt_lease_book *b)
{
	for (size_t i = 0; i < b->n_held; i++)
		lease_free(b->held[i]);
	for (size_t i = 0; i < b->n_leaving; i++)
		lease_free(b->leaving[i]);
	free(b->held);
	free(b->leaving);
	tt_arena_done(&b->wanted_arena);
	tt_arena_done(&b->fresh_arena);
	*b = (struct tt_lease_book){0};
}

size_t tt_lease_book_count(const struct tt_lease_book *b)
{
	return b->n_held + b->n_leaving;
}

/* ---- wanted ---- */

static int conf_by_url(const void *a, const void *b)
{
	return strcmp(((const struct tt_feed_conf *)a)->url, ((const struct tt_feed_conf *)b)->url);
}

const struct tt_feed_conf *tt_lease_book_wanted(const struct tt_lease_book *b, const struct tt_lease *l)
{
	const struct tt_feed_conf key = {.url = l->url};
	return b->n_wanted ? bsearch(&key, b->wanted, b->n_wanted, sizeof(key), conf_by_url) : NULL;
}

void tt_lease_book_tally(struct tt_lease_book *b)
{
	b->n_of[TT_LEASE_CONFIGURED] = b->n_of[TT_LEASE_ADDED] = b->n_unwanted = 0;
	for (size_t i = 0; i < b->n_held; i++) {
		const struct tt_lease *l = b->held[i];
		b->n_of[l->kind]++;
		b->n_unwanted += l->kind == TT_LEASE_CONFIGURED && !tt_lease_book_wanted(b, l);
	}
	tt_metric_set(TT_M_feeds_leased, tt_lease_book_count(b));
}

static bool copy_text(char **ret, const char *s, struct tt_arena *arena)
{
	*ret = s ? tt_arena_printf(arena, "%s", s) : NULL;
	return *ret || !s;
}

static int copy_wanted(struct tt_lease_book *next, const struct tt_feed_conf *feeds, size_t n)
{
	struct tt_arena *arena = &next->wanted_arena;
	struct tt_str *urls = tt_arena_zalloc(arena, n + 1, sizeof(*urls));
	next->wanted = tt_arena_zalloc(arena, n + 1, sizeof(*next->wanted));
	if (!urls || !next->wanted)
		return TT_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct tt_feed_conf *to = &next->wanted[next->n_wanted];
		if (!feeds[i].enabled)
			continue;
		*to = feeds[i];
		if (!copy_text(&to->url, feeds[i].url, arena) ||
			!copy_text(&to->name, feeds[i].name, arena) ||
			!copy_text(&to->lang, feeds[i].lang, arena))
			return TT_ENOMEM;
		next->n_wanted++;
	}
	qsort(next->wanted, next->n_wanted, sizeof(*next->wanted), conf_by_url);
	for (size_t i = 0; i < next->n_wanted; i++)
		urls[i] = tt_str_c(next->wanted[i].url);
	if (next->n_wanted)
		next->list = tt_id_of(urls, next->n_wanted);
	return TT_OK;
}

int tt_lease_book_want(
	struct tt_lease_book *b, const struct tt_feed_conf *feeds, size_t n, struct tt_err *err)
{
	struct tt_lease_book next = {0};
	int rc = tt_fetch_check_feeds(feeds, n, err);
	if (rc < 0)
		return rc;
	tt_arena_init(&next.wanted_arena, WANTED_BYTES);
	rc = copy_wanted(&next, feeds, n);
	if (rc < 0) {
		tt_arena_done(&next.wanted_arena);
		return tt_err_set(err, rc, "feeds: %s", tt_err_text(rc));
	}
	tt_arena_done(&b->wanted_arena);
	b->wanted_arena = next.wanted_arena;
	b->wanted = next.wanted;
	b->n_wanted = next.n_wanted;
	b->list = next.list;
	b->changed = true;
	tt_lease_book_tally(b);
	return TT_OK;
}

/* ---- what the database says ---- */

static int str_by_value(const void *a, const void *b)
{
	const struct tt_str *x = a, *y = b;
	int order = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);
	return order ? order : (x->n > y->n) - (x->n < y->n);
}

static size_t place_of(const struct tt_pg_beat *beat, const char *url)
{
	const struct tt_str key = tt_str_c(url);
	const struct tt_str *found =
		beat->n_urls ? bsearch(&key, beat->urls, beat->n_urls, sizeof(key), str_by_value) : NULL;
	return found ? (size_t)(found - beat->urls) : beat->n_urls;
}

/* Frees those of v that the database does not list; marks in known those it does. */
static size_t keep_listed(struct tt_lease **v, size_t n, const struct tt_pg_beat *beat, bool *known)
{
	size_t kept = 0;
	for (size_t i = 0; i < n; i++) {
		size_t at = place_of(beat, v[i]->url);
		if (at == beat->n_urls) {
			lease_free(v[i]);
			continue;
		}
		if (known)
			known[at] = true;
		v[kept++] = v[i];
	}
	return kept;
}

static bool make_room(struct tt_lease ***v, size_t n)
{
	struct tt_lease **grown = realloc(*v, (n + 1) * sizeof(struct tt_lease *));
	if (grown)
		*v = grown;
	return grown;
}

static void give_back_unknown(struct tt_lease_book *b, const struct tt_pg_beat *beat, const bool *known)
{
	for (size_t i = 0; i < beat->n_urls; i++) {
		struct tt_lease *l = known[i] ? NULL : calloc(1, sizeof(*l));
		if (!l)
			continue;
		l->url = strndup(beat->urls[i].p, beat->urls[i].n);
		l->last_fetch_ms = TT_TIME_NONE;
		if (l->url && make_room(&b->leaving, b->n_leaving))
			b->leaving[b->n_leaving++] = l;
		else
			lease_free(l);
	}
}

size_t tt_lease_book_beat(struct tt_lease_book *b, const struct tt_pg_beat *beat)
{
	int64_t workers = beat->workers > 0 ? beat->workers : 1,
		same = beat->same_list > 0 ? beat->same_list : 1;
	b->share[TT_LEASE_CONFIGURED] = (b->n_wanted + (size_t)same - 1) / (size_t)same;
	b->share[TT_LEASE_ADDED] = (size_t)((beat->added + workers - 1) / workers);
	if (beat->counted)
		return 0;
	size_t before = b->n_held;
	bool *known = calloc(beat->n_urls + 1, sizeof(*known));
	if (beat->n_urls)
		qsort(beat->urls, beat->n_urls, sizeof(*beat->urls), str_by_value);
	b->n_held = keep_listed(b->held, b->n_held, beat, known);
	b->n_leaving = keep_listed(b->leaving, b->n_leaving, beat, known);
	if (known)
		give_back_unknown(b, beat, known);
	free(known);
	if (b->n_held < before)
		b->changed = true;
	tt_lease_book_tally(b);
	return before - b->n_held;
}

/* ---- taking ---- */

static size_t room(const struct tt_lease_book *b, enum tt_lease_kind kind)
{
	return b->share[kind] > b->n_of[kind] ? b->share[kind] - b->n_of[kind] : 0;
}

static int by_url(const void *a, const void *b)
{
	const struct tt_lease *const *x = a, *const *y = b;
	return strcmp((*x)->url, (*y)->url);
}

struct tt_lease *tt_lease_book_find(const struct tt_lease_book *b, const char *url)
{
	const struct tt_lease like = {.url = (char *)(uintptr_t)url}, *key = &like;
	struct tt_lease **found =
		b->n_held ? bsearch(&key, b->held, b->n_held, sizeof(struct tt_lease *), by_url) : NULL;
	return found ? *found : NULL;
}

bool tt_lease_book_wish(const struct tt_lease_book *b, struct tt_arena *arena, struct tt_pg_lease_wish *ret)
{
	size_t n = 0, most = room(b, TT_LEASE_CONFIGURED) ? b->n_wanted : 0;
	struct tt_str *urls = tt_arena_zalloc(arena, most + 1, sizeof(*urls));
	if (!urls)
		return false;
	for (size_t i = 0; i < most; i++) {
		if (tt_lease_book_find(b, b->wanted[i].url))
			continue;
		urls[n] = tt_arena_str(arena, tt_str_c(b->wanted[i].url)); /* a reload may come meanwhile */
		n += urls[n].p != NULL;
	}
	*ret = (struct tt_pg_lease_wish){
		urls, n, n ? room(b, TT_LEASE_CONFIGURED) : 0, room(b, TT_LEASE_ADDED)};
	return ret->max_configured || ret->max_added;
}

static bool copy_c(char **ret, struct tt_str s)
{
	*ret = s.p ? strndup(s.p, s.n) : NULL;
	return *ret || !s.p;
}

static struct tt_lease *lease_new(const struct tt_pg_feed *feed, struct tt_arena *arena)
{
	struct tt_lease *l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->kind = feed->enabled && feed->added_ms != TT_TIME_NONE ? TT_LEASE_ADDED : TT_LEASE_CONFIGURED;
	l->interval_ms = feed->interval_ms;
	l->fresh = tt_arena_alloc(arena, sizeof(*l->fresh));
	if (l->fresh && tt_feed_state_copy(l->fresh, &feed->state, arena) == TT_OK &&
		copy_c(&l->url, feed->state.url) && copy_c(&l->name, feed->name) &&
		copy_c(&l->lang, feed->lang))
		return l;
	lease_free(l);
	return NULL;
}

int tt_lease_book_take(struct tt_lease_book *b, const struct tt_pg_feed *feeds, size_t n)
{
	struct tt_lease **held = realloc(b->held, (b->n_held + n + 1) * sizeof(struct tt_lease *));
	int rc = held ? TT_OK : TT_ENOMEM;
	if (held)
		b->held = held;
	for (size_t i = 0; i < n && rc == TT_OK; i++) {
		struct tt_lease *l = lease_new(&feeds[i], &b->fresh_arena);
		if (l)
			b->held[b->n_held++] = l;
		else
			rc = TT_ENOMEM;
	}
	if (b->n_held)
		qsort(b->held, b->n_held, sizeof(struct tt_lease *), by_url);
	b->changed = true;
	tt_lease_book_tally(b);
	return rc;
}

/* ---- leaving ---- */

struct tt_pg_lease_return *tt_lease_book_leaving(const struct tt_lease_book *b, struct tt_arena *arena)
{
	struct tt_pg_lease_return *v = tt_arena_zalloc(arena, b->n_leaving + 1, sizeof(*v));
	for (size_t i = 0; v && i < b->n_leaving; i++) {
		v[i] = (struct tt_pg_lease_return){
			tt_arena_str(arena, tt_str_c(b->leaving[i]->url)), b->leaving[i]->last_fetch_ms};
		if (!v[i].url.p)
			return NULL;
	}
	return v;
}

void tt_lease_book_given(struct tt_lease_book *b, const bool *given, size_t n)
{
	size_t kept = 0;
	for (size_t i = 0; i < b->n_leaving; i++) {
		if (i < n && given[i])
			lease_free(b->leaving[i]);
		else
			b->leaving[kept++] = b->leaving[i];
	}
	b->n_leaving = kept;
	tt_lease_book_tally(b);
}
