/* slot.h - one feed in memory: its configuration, its state with the strings it owns, its place in the
 * line-up. Owner: the fetcher. Threads: the one that drives the source. */
#ifndef TT_INGEST_FETCH_SLOT_H
#define TT_INGEST_FETCH_SLOT_H

#include "common/arena.h"
#include "common/feed_state.h"
#include "ingest/conf.h"
#include "ingest/fetch/heap.h"
#include "ingest/websub/links.h"

struct tt_host;
struct tt_transfer;
struct tt_websub_feed;

struct tt_feed_slot {
	char *url, *name, *lang; /* own copies; name and lang may be NULL */
	int64_t interval_ms;     /* of its own; 0: none */
	struct tt_feed_state state;
	char *state_text; /* one block that all strings of state live in, but url */

	struct tt_heap_node due;   /* lineup.c: in the heap of feeds that wait for their time */
	struct tt_feed_slot *prev, *next; /* lineup.c: in its host's queue; next: of underway.c's ended ones, too */
	struct tt_host *host;
	struct tt_websub_feed *websub; /* websub/subscriber.c: its subscription; NULL: none */
	struct tt_websub_links links;  /* poll.c: what the document just taken named; lives in its batch and reply */
	int64_t calm_ms;               /* while a hub pushes it: polled no more often than this; 0: nobody does */
	struct tt_transfer *transfer; /* fetch.c: its poll under way or finished, not yet in a batch */
};

/* A feed never asked before. NULL when memory is out. */
struct tt_feed_slot *tt_feed_slot_new(const struct tt_feed_conf *conf);
void tt_feed_slot_free(struct tt_feed_slot *slot);

/* Swaps what was configured (but the URL) with another slot of the same URL. */
void tt_feed_slot_swap_conf(struct tt_feed_slot *a, struct tt_feed_slot *b);

/* Copies state, strings included; its url is replaced by the slot's. TT_ENOMEM: nothing changed. */
int tt_feed_slot_set(struct tt_feed_slot *slot, const struct tt_feed_state *state);

/* The interval the feed is polled in when it differs from fetch.interval: its own, or longer while a hub pushes it; 0:
 * it does not. */
int64_t tt_feed_slot_interval(const struct tt_feed_slot *slot, const struct tt_fetch_conf *conf);

/* A number of its own, the same at every start: it spreads what would come together. */
uint64_t tt_feed_slot_seed(const struct tt_feed_slot *slot);

/* Where it is fetched: moved_to, else url. */
struct tt_str tt_feed_slot_target(const struct tt_feed_slot *slot);

/* *dst becomes a copy of src whose strings live in the arena. TT_ENOMEM: *dst is not to be used. */
int tt_feed_state_copy(struct tt_feed_state *dst, const struct tt_feed_state *src, struct tt_arena *arena);

#endif
