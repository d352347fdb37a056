/* revision.h - an item whose keys are stored already: the same once more, a new text of it, or another one
 * that came under its key. docs/IDENTITY.md has the table of cases and the reasons. Pure. Threads: any. */
#ifndef TT_INGEST_REVISION_H
#define TT_INGEST_REVISION_H

#include "common/arena.h"
#include "common/stored.h"

enum tt_judgement {
	TT_NEW,     /* a story of its own */
	TT_RENAMED, /* likewise, under its other id: its guid has been used before */
	TT_UPDATED, /* a new text of a stored item */
	TT_SAME,    /* nothing new */
};

/* What the item is to one stored item: TT_SAME, TT_UPDATED, or TT_NEW. TT_ENOMEM. */
int tt_item_compare(const struct tt_item *item, const struct tt_stored *stored, struct tt_arena *scratch,
	enum tt_judgement *ret);

struct tt_settled {
	enum tt_judgement judgement;
	const struct tt_stored *story; /* what it is the same as or a new text of; NULL when none */
	struct tt_id aliases[2]; /* keys it came under that the story is to learn: other guid, other URL */
	size_t n_aliases;
};

/* What it is to all that its keys point to, and makes it so: renamed, it has the other id; updated, the id
 * and event time of the story; and it keeps no key that belongs to another item. Keys that may be made anew
 * for every request are not worth learning. TT_ENOMEM leaves the item as it was. */
int tt_item_settle(struct tt_item *item, const struct tt_stored *stored, size_t n, struct tt_arena *scratch,
	struct tt_settled *ret);

#endif
