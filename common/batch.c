/* batch.c - see batch.h. */
#include "common/batch.h"

#include <stdlib.h>
#include <string.h>

struct tt_batch *tt_batch_new(size_t max_bytes)
{
	struct tt_batch *b = calloc(1, sizeof(*b));
	if (b)
		tt_arena_init(&b->arena, max_bytes);
	return b;
}

void tt_batch_free(struct tt_batch *b)
{
	if (!b)
		return;
	tt_arena_done(&b->arena);
	free(b);
}

void tt_batch_reset(struct tt_batch *b)
{
	struct tt_arena arena = b->arena;
	tt_arena_reset(&arena);
	*b = (struct tt_batch){.arena = arena};
}

struct tt_scored *tt_batch_add_item(struct tt_batch *b)
{
	struct tt_scored *v = tt_arena_grow(&b->arena, b->items, b->n_items, sizeof(*v));
	if (!v)
		return NULL;
	b->items = v;
	v += b->n_items++;
	*v = (struct tt_scored){.scored_ms = TT_TIME_NONE};
	v->item.published_ms = v->item.updated_ms = v->item.fetched_ms = TT_TIME_NONE;
	return v;
}

struct tt_alias *tt_batch_add_alias(struct tt_batch *b)
{
	struct tt_alias *v = tt_arena_grow(&b->arena, b->aliases, b->n_aliases, sizeof(*v));
	if (!v)
		return NULL;
	b->aliases = v;
	v += b->n_aliases++;
	*v = (struct tt_alias){.event_ms = TT_TIME_NONE};
	return v;
}

struct tt_feed_state *tt_batch_add_feed(struct tt_batch *b)
{
	struct tt_feed_state *v = tt_arena_grow(&b->arena, b->feeds, b->n_feeds, sizeof(*v));
	if (!v)
		return NULL;
	b->feeds = v;
	v += b->n_feeds++;
	*v = (struct tt_feed_state){0};
	v->last_fetch_ms = v->last_success_ms = v->last_change_ms = v->next_fetch_ms = TT_TIME_NONE;
	return v;
}

struct tt_websub_state *tt_batch_add_websub(struct tt_batch *b)
{
	struct tt_websub_state *v = tt_arena_grow(&b->arena, b->websubs, b->n_websubs, sizeof(*v));
	if (!v)
		return NULL;
	b->websubs = v;
	v += b->n_websubs++;
	*v = (struct tt_websub_state){0};
	v->lease_until_ms = v->next_ms = v->last_push_ms = v->changed_ms = TT_TIME_NONE;
	return v;
}

struct tt_dead_letter *tt_batch_add_dead(struct tt_batch *b)
{
	struct tt_dead_letter *v = tt_arena_grow(&b->arena, b->dead, b->n_dead, sizeof(*v));
	if (!v)
		return NULL;
	b->dead = v;
	v += b->n_dead++;
	*v = (struct tt_dead_letter){.at_ms = TT_TIME_NONE};
	return v;
}

struct tt_progress *tt_batch_add_progress(struct tt_batch *b)
{
	struct tt_progress *v = tt_arena_grow(&b->arena, b->progress, b->n_progress, sizeof(*v));
	if (!v)
		return NULL;
	b->progress = v;
	v += b->n_progress++;
	*v = (struct tt_progress){.newest_ms = TT_TIME_NONE};
	return v;
}
