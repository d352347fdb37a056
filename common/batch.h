/* batch.h - the unit of work and of life: some items, and the state of the feeds they came from.
 * Source fills it, nlp scores it in place, the sink writes it in one transaction; then it is freed or reset whole.
 * Owner: whoever holds the pointer; a queue hands it over complete. Threads: one at a time. */
#ifndef TT_COMMON_BATCH_H
#define TT_COMMON_BATCH_H

#include "common/arena.h"
#include "common/feed_state.h"
#include "common/progress.h"
#include "common/scored.h"
#include "common/websub_state.h"

/* The record of a log that a dead letter was: what its map may ask for beside the value. */
struct tt_dead_record {
	struct tt_str topic, key;
	struct tt_str headers; /* a JSON object of texts; absent: it has none */
	int32_t partition;
	int64_t offset, timestamp_ms; /* TT_TIME_NONE: it has none */
};

/* An input that could not become an item, or an item that could not be scored: goes to table dead_letter. */
struct tt_dead_letter {
	struct tt_str source;  /* feed URL, file name, kafka:TOPIC */
	struct tt_str where;   /* position in it: "line 17", "item 3" */
	const char *stage;     /* "parse", "score", "store", ...: a constant */
	struct tt_str reason;
	struct tt_str payload; /* what came in, cut to a limit; any bytes */
	size_t whole_bytes;    /* of the payload before it was cut; 0: it was not */
	const struct tt_dead_record *record; /* NULL: it was no record of a log */
	int64_t at_ms;
	uint32_t origin; /* as struct tt_item */
	bool published;  /* delivered to the topic of dead letters; set by sink/kafka */
};

/* A further key that a stored item was met under: guid or URL have changed. */
struct tt_alias {
	struct tt_id key;
	struct tt_id item_id; /* with event_ms the stored item */
	int64_t event_ms;
};

struct tt_batch {
	struct tt_arena arena; /* every string below lives here */
	struct tt_scored *items;
	size_t n_items;
	struct tt_alias *aliases; /* to be learnt */
	size_t n_aliases;
	struct tt_feed_state *feeds; /* to be stored with the items */
	size_t n_feeds;
	struct tt_websub_state *websubs; /* likewise; secrets are in it */
	size_t n_websubs;
	struct tt_dead_letter *dead;
	size_t n_dead;
	struct tt_progress *progress; /* to be stored with the items; batches that have some are written in order */
	size_t n_progress;
	int source;            /* which of the pipeline's sources filled it; set by app/ */
	uint64_t number;       /* among the batches with progress, from 1; set by app/ */
	int model_id;          /* what the sink knows the scoring model by; set by app/ when it was scored, 0: none */
	int64_t born_ns; /* monotonic: when the first item came in, for latency */
};

/* max_bytes caps the arena. NULL when memory is out. */
struct tt_batch *tt_batch_new(size_t max_bytes);
void tt_batch_free(struct tt_batch *b); /* NULL is fine */
void tt_batch_reset(struct tt_batch *b);

/* Each appends a zeroed element (times TT_TIME_NONE) and returns it, NULL when the arena is out. The pointer is valid
 * until the next append of its kind. Strings are NOT copied: put them into b->arena first. */
struct tt_scored *tt_batch_add_item(struct tt_batch *b);
struct tt_feed_state *tt_batch_add_feed(struct tt_batch *b);
struct tt_websub_state *tt_batch_add_websub(struct tt_batch *b);
struct tt_dead_letter *tt_batch_add_dead(struct tt_batch *b);
struct tt_alias *tt_batch_add_alias(struct tt_batch *b);
struct tt_progress *tt_batch_add_progress(struct tt_batch *b);

/* Nothing to hand on? */
static inline bool tt_batch_is_empty(const struct tt_batch *b)
{
	return !b->n_items && !b->n_feeds && !b->n_websubs && !b->n_dead && !b->n_progress;
}

#endif
