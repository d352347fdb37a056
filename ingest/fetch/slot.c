/* slot.c - see slot.h. */
#include "ingest/fetch/slot.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"

/* The strings of a state but its key, for walking. */
static const size_t state_strings[] = {
	offsetof(struct tt_feed_state, moved_to),
	offsetof(struct tt_feed_state, moving_to),
	offsetof(struct tt_feed_state, title),
	offsetof(struct tt_feed_state, etag),
	offsetof(struct tt_feed_state, last_modified),
	offsetof(struct tt_feed_state, last_error),
};

static struct tt_str *string_of(struct tt_feed_state *state, size_t i)
{
	return (struct tt_str *)((char *)state + state_strings[i]);
}

static bool copy_c(char **ret, const char *s)
{
	*ret = s ? strdup(s) : NULL;
	return *ret || !s;
}

struct tt_feed_slot *tt_feed_slot_new(const struct tt_feed_conf *conf)
{
	struct tt_feed_slot *slot = calloc(1, sizeof(*slot));
	if (!slot)
		return NULL;
	if (!copy_c(&slot->url, conf->url) || !copy_c(&slot->name, conf->name) ||
		!copy_c(&slot->lang, conf->lang)) {
		tt_feed_slot_free(slot);
		return NULL;
	}
	slot->interval_ms = conf->interval_ms;
	slot->state.url = tt_str_c(slot->url);
	slot->state.last_fetch_ms = slot->state.last_success_ms = TT_TIME_NONE;
	slot->state.last_change_ms = slot->state.next_fetch_ms = TT_TIME_NONE;
	return slot;
}

void tt_feed_slot_free(struct tt_feed_slot *slot)
{
	if (!slot)
		return;
	free(slot->url);
	free(slot->name);
	free(slot->lang);
	free(slot->state_text);
	free(slot);
}

void tt_feed_slot_swap_conf(struct tt_feed_slot *a, struct tt_feed_slot *b)
{
	struct tt_feed_slot old = *a;
	a->name = b->name, a->lang = b->lang, a->interval_ms = b->interval_ms;
	b->name = old.name, b->lang = old.lang, b->interval_ms = old.interval_ms;
}

int tt_feed_slot_set(struct tt_feed_slot *slot, const struct tt_feed_state *state)
{
	struct tt_feed_state copy = *state;
	size_t n = 1;
	for (size_t i = 0; i < TT_LEN(state_strings); i++)
		n += string_of(&copy, i)->n;
	char *text = malloc(n), *p = text;
	if (!text)
		return TT_ENOMEM;
	for (size_t i = 0; i < TT_LEN(state_strings); i++) {
		struct tt_str *s = string_of(&copy, i);
		if (!s->p)
			continue;
		memcpy(p, s->p, s->n);
		s->p = p;
		p += s->n;
	}
	free(slot->state_text); /* only now: state may be the slot's own, changed in part */
	slot->state_text = text;
	slot->state = copy;
	slot->state.url = tt_str_c(slot->url);
	return TT_OK;
}

int64_t tt_feed_slot_interval(const struct tt_feed_slot *slot, const struct tt_fetch_conf *conf)
{
	int64_t usual_ms = slot->interval_ms > 0 ? slot->interval_ms : conf->interval_ms;
	return slot->calm_ms > usual_ms ? slot->calm_ms : slot->interval_ms;
}

uint64_t tt_feed_slot_seed(const struct tt_feed_slot *slot)
{
	struct tt_id id = tt_id_of(&slot->state.url, 1);
	uint64_t seed;
	memcpy(&seed, id.b, sizeof(seed));
	return seed;
}

struct tt_str tt_feed_slot_target(const struct tt_feed_slot *slot)
{
	return slot->state.moved_to.n ? slot->state.moved_to : slot->state.url;
}

int tt_feed_state_copy(struct tt_feed_state *dst, const struct tt_feed_state *src, struct tt_arena *arena)
{
	*dst = *src;
	dst->url = tt_arena_str(arena, src->url);
	if (!dst->url.p)
		return TT_ENOMEM;
	for (size_t i = 0; i < TT_LEN(state_strings); i++) {
		struct tt_str *s = string_of(dst, i);
		if (!s->p)
			continue;
		*s = tt_arena_str(arena, *s);
		if (!s->p)
			return TT_ENOMEM;
	}
	return TT_OK;
}
