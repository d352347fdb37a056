/* subscriber.h - the fetching source's subscriptions at WebSub hubs: one struct tt_websub_sub a feed, the
 * requests to hubs on the fetcher's libcurl handle, the notes of the door, pushes into batches.
 *
 * Inside of the fetching source (fetch.c calls it). Threads: the driving one. The Recommendation:
 * w3.org/TR/websub. */
#ifndef TT_INGEST_WEBSUB_SUBSCRIBER_H
#define TT_INGEST_WEBSUB_SUBSCRIBER_H

#include "common/batch.h"
#include "ingest/websub/conf.h"
#include "ingest/websub/door.h"

struct tt_fetcher;
struct tt_feed_slot;
struct tt_transfer;
struct tt_websub;

/* fetcher, conf and door must outlive it; the states are copied: they wait until their feed is in the list. */
int tt_websub_new(struct tt_websub **ret, struct tt_fetcher *fetcher, const struct tt_websub_conf *conf,
	struct tt_websub_door *door, const struct tt_websub_state *states, size_t n_states, struct tt_err *err);
void tt_websub_free(struct tt_websub *w); /* hubs are not told: what is stored goes on after a restart */

/* The list of feeds has changed: goes on with what was stored of feeds that are new in it. Without memory: next time. */
void tt_websub_welcome(struct tt_websub *w);

/* The slot's document was taken into a batch; slot->links says what it named. Without memory: at the next
 * one. */
void tt_websub_found(struct tt_websub *w, struct tt_feed_slot *slot);

/* The slot goes: its hub is told, its row deleted (unless another process has it already). */
void tt_websub_leave(struct tt_websub *w, struct tt_feed_slot *slot);

/* Leases, patience, requests that are due. */
void tt_websub_run(struct tt_websub *w);
/* A request (transfer->is_form) has ended; it is out of the multi handle, and freed here. */
void tt_websub_ended(struct tt_websub *w, struct tt_transfer *t);

/* Takes pushes and changed states into the batch. True: there is more, for another batch. */
bool tt_websub_fill(struct tt_websub *w, struct tt_batch *b, size_t max_items);

/* Milliseconds until tt_websub_run() has something to do; -1: not before an event. */
int64_t tt_websub_wait_ms(const struct tt_websub *w);

#endif
