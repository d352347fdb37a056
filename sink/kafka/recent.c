/* recent.c - see recent.h: two open-addressing tables, the younger one is filled; when it is full it becomes
 * the older one. */
#include "sink/kafka/recent.h"

#include <stdlib.h>
#include <string.h>

struct slot {
	struct tt_id item, text; /* item zero: free */
};

struct table {
	struct slot *slots;
	size_t n;
};

struct tt_recent {
	struct table younger, older;
	size_t mask; /* slots of each - 1: a power of two, at least twice as many as are filled */
	size_t most; /* in each */
};

struct tt_recent *tt_recent_new(size_t limit)
{
	struct tt_recent *r = calloc(1, sizeof(*r));
	size_t slots = 2;
	if (!r)
		return NULL;
	r->most = limit / 2;
	while (slots < 2 * r->most)
		slots *= 2;
	r->mask = slots - 1;
	r->younger.slots = calloc(slots, sizeof(struct slot));
	r->older.slots = calloc(slots, sizeof(struct slot));
	if (r->younger.slots && r->older.slots)
		return r;
	tt_recent_free(r);
	return NULL;
}

void tt_recent_free(struct tt_recent *r)
{
	if (!r)
		return;
	free(r->younger.slots);
	free(r->older.slots);
	free(r);
}

/* The item's slot, or the free one it would take. Ids are hashes already. */
static struct slot *find(const struct tt_recent *r, const struct table *t, struct tt_id item)
{
	size_t at;
	memcpy(&at, item.b, sizeof(at));
	for (;; at++) {
		struct slot *s = &t->slots[at & r->mask];
		if (tt_id_is_zero(s->item) || tt_id_eq(s->item, item))
			return s;
	}
}

bool tt_recent_has(const struct tt_recent *r, struct tt_id item, struct tt_id text)
{
	const struct slot *s = find(r, &r->younger, item);
	if (tt_id_is_zero(s->item))
		s = find(r, &r->older, item);
	return !tt_id_is_zero(s->item) && tt_id_eq(s->text, text);
}

void tt_recent_add(struct tt_recent *r, struct tt_id item, struct tt_id text)
{
	struct slot *s = find(r, &r->younger, item);
	if (!r->most || tt_id_is_zero(item))
		return;
	if (tt_id_is_zero(s->item) && r->younger.n == r->most) {
		struct table oldest = r->older;
		r->older = r->younger;
		memset(oldest.slots, 0, (r->mask + 1) * sizeof(struct slot));
		r->younger = (struct table){oldest.slots, 0};
		s = find(r, &r->younger, item);
	}
	r->younger.n += tt_id_is_zero(s->item);
	*s = (struct slot){item, text};
}
