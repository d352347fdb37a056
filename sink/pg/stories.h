/* stories.h - the places of items in their stories, as all writers of a database know them (migration 0017).
 *
 * Placing is one transaction between tt_pg_stories_begin and tt_pg_stories_end, and one writer's turn at a
 * time: the lock is held between the two, for as long as it takes to place some items in memory; a writer
 * that stops there loses its turn after 10 s. It is committed before the items are stored, so that others
 * need not wait for those; a place that is not used because the process died meanwhile is found again by the
 * item's id. It is not waited for the disk: the commit that stores the items takes the places along. After
 * any error nothing of the transaction has happened. Errors as tt_pg_open (pg.h). */
#ifndef TT_SINK_PG_STORIES_H
#define TT_SINK_PG_STORIES_H

#include "common/arena.h"
#include "common/scored.h"
#include "sink/pg/conn.h"

struct tt_pg_place {
	struct tt_id item;
	int64_t event_ms;
	struct tt_place place;
	struct tt_str sketch; /* packed, of the first item of a story; absent else */
};

struct tt_pg_places {
	struct tt_pg_place *v; /* in the arena */
	size_t n;
};

/* Takes the turn. *since: the last number known, < 0: none; it is moved on. *others: what was placed since;
 * when none is known, all there is to know about the max latest stories; *known: places that the items have
 * already. */
int tt_pg_stories_begin(struct tt_pg_conn *c, int64_t *since, int64_t max_stories, const struct tt_id *items,
	size_t n, struct tt_arena *arena, struct tt_pg_places *others, struct tt_pg_places *known,
	struct tt_err *err);

/* Ends it with new places; *since is moved on past them. */
int tt_pg_stories_end(
	struct tt_pg_conn *c, const struct tt_pg_places *placed, int64_t *since, struct tt_err *err);

/* Ends it with nothing. */
void tt_pg_stories_undo(struct tt_pg_conn *c);

/* Forgets places given before then. */
int tt_pg_stories_prune(struct tt_pg_conn *c, int64_t before_ms, struct tt_err *err);

#endif
