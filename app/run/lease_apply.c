/* lease_apply.c - the lease book meets the source: what is held goes in, what is too much comes out. */
#include <stdlib.h>
#include <string.h>

#include "app/run/lease_parts.h"

bool tt_lease_book_pending(const struct tt_lease_book *b)
{
	bool too_many = b->n_unwanted > 0;
	for (int k = 0; k < TT_LEASE_KINDS; k++)
		too_many = too_many || b->n_of[k] > b->share[k];
	return b->changed || too_many;
}

/* ---- in ---- */

static struct tt_feed_conf conf_of(const struct tt_lease_book *b, const struct tt_lease *l)
{
	const struct tt_feed_conf *wanted = tt_lease_book_wanted(b, l);
	if (wanted)
		return *wanted;
	return (struct tt_feed_conf){.url = l->url,
		.name = l->name,
		.lang = l->lang,
		.interval_ms = l->interval_ms,
		.enabled = true};
}

/* The source gets the feeds held, but not those chosen to leave; with_fresh: also those it does not have yet.
 */
static int set_feeds(struct tt_lease_book *b, struct tt_source *source, bool with_fresh, struct tt_err *err)
{
	size_t n = 0, n_states = 0;
	struct tt_feed_conf *feeds = calloc(b->n_held + 1, sizeof(*feeds));
	struct tt_feed_state *states = calloc(b->n_held + 1, sizeof(*states));
	int rc = TT_ENOMEM;
	if (!feeds || !states) {
		tt_err_set(err, rc, "leases: %s", tt_err_text(rc));
		goto out;
	}
	for (size_t i = 0; i < b->n_held; i++) {
		const struct tt_lease *l = b->held[i];
		if (l->chosen || (l->fresh && !with_fresh))
			continue;
		feeds[n++] = conf_of(b, l);
		if (l->fresh)
			states[n_states++] = *l->fresh;
	}
	rc = tt_fetch_set_feeds(source, feeds, n, states, n_states, err);
out:
	free(feeds);
	free(states);
	return rc;
}

/* First without the fresh ones: one that was lost and taken again since must not keep its old state. */
static int give(struct tt_lease_book *b, struct tt_source *source, struct tt_err *err)
{
	int rc = set_feeds(b, source, false, err);
	if (rc == TT_OK)
		rc = set_feeds(b, source, true, err);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < b->n_held; i++)
		b->held[i]->fresh = NULL;
	tt_arena_reset(&b->fresh_arena);
	b->changed = false;
	return TT_OK;
}

/* ---- out ---- */

static void note(void *ctx, const struct tt_feed_state *state, bool idle)
{
	struct tt_lease *l = tt_lease_book_find(ctx, state->url.p); /* the source's URLs end with NUL */
	if (!l)
		return;
	l->idle = idle;
	l->next_fetch_ms = state->gone ? INT64_MAX : state->next_fetch_ms;
	l->last_fetch_ms = state->last_fetch_ms;
}

static int latest_first(const void *a, const void *b)
{
	const struct tt_lease *const *x = a, *const *y = b;
	return ((*x)->next_fetch_ms < (*y)->next_fetch_ms) - ((*x)->next_fetch_ms > (*y)->next_fetch_ms);
}

/* A quarter and some of what is too much: the others take it up before the next part follows. */
static size_t portion(const struct tt_lease_book *b, enum tt_lease_kind kind)
{
	size_t surplus = b->n_of[kind] > b->share[kind] ? b->n_of[kind] - b->share[kind] : 0;
	size_t part = surplus / 4 + 4;
	return part < surplus ? part : surplus;
}

/* Marks those to leave; by_due is scratch for all that are held. Returns how many. */
static size_t choose(struct tt_lease_book *b, struct tt_lease **by_due)
{
	size_t left[TT_LEASE_KINDS], chosen = 0;
	for (int k = 0; k < TT_LEASE_KINDS; k++)
		left[k] = portion(b, k);
	memcpy(by_due, b->held, b->n_held * sizeof(struct tt_lease *));
	qsort(by_due, b->n_held, sizeof(struct tt_lease *), latest_first);
	for (size_t i = 0; i < b->n_held; i++) {
		struct tt_lease *l = by_due[i];
		bool unwanted = l->kind == TT_LEASE_CONFIGURED && !tt_lease_book_wanted(b, l);
		l->chosen = l->idle && (unwanted || left[l->kind] > 0);
		left[l->kind] -= l->chosen && left[l->kind] > 0;
		chosen += l->chosen;
	}
	return chosen;
}

static void move_chosen(struct tt_lease_book *b)
{
	size_t kept = 0;
	for (size_t i = 0; i < b->n_held; i++) {
		struct tt_lease *l = b->held[i];
		if (l->chosen)
			b->leaving[b->n_leaving++] = l;
		else
			b->held[kept++] = l;
	}
	b->n_held = kept;
	tt_lease_book_tally(b);
}

static int take_back(struct tt_lease_book *b, struct tt_source *source, struct tt_err *err)
{
	size_t n = tt_lease_book_count(b);
	struct tt_lease **by_due = calloc(b->n_held, sizeof(struct tt_lease *));
	struct tt_lease **leaving = realloc(b->leaving, n * sizeof(struct tt_lease *));
	int rc = TT_ENOMEM;
	if (leaving)
		b->leaving = leaving;
	if (!leaving || !by_due) {
		tt_err_set(err, rc, "leases: %s", tt_err_text(rc));
		goto out;
	}
	tt_fetch_each(source, note, b);
	rc = choose(b, by_due) ? set_feeds(b, source, true, err) : TT_OK;
	if (rc == TT_OK)
		move_chosen(b);
out:
	for (size_t i = 0; i < b->n_held; i++)
		b->held[i]->chosen = false;
	free(by_due);
	return rc;
}

int tt_lease_book_apply(struct tt_lease_book *b, struct tt_source *source, struct tt_err *err)
{
	int rc = b->changed ? give(b, source, err) : TT_OK;
	if (rc == TT_OK && b->n_held && tt_lease_book_pending(b))
		rc = take_back(b, source, err);
	return rc;
}
