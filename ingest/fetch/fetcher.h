/* fetcher.h - the inside of the fetching source, shared by fetch.c (the source and its loop), roster.c (its list of
 * feeds), underway.c (its polls) and deliver.c (what they brought).
 *
 *   roster ──▶ lineup (planned, queued) ──start──▶ multi (active) ──end──▶ ended ──▶ batch, and lineup again
 *
 * A slot is in one of the three at any time; slot->transfer is set in the last two, and of a poll that was
 * redirected to another host and is back in the line-up for it (parked). Threads: the driving one,
 * but for what is atomic. */
#ifndef TT_INGEST_FETCH_FETCHER_H
#define TT_INGEST_FETCH_FETCHER_H

#include <stdatomic.h>

#include <curl/curl.h>

#include "ingest/fetch/budget.h"
#include "ingest/fetch/fetch.h"
#include "ingest/fetch/lineup.h"
#include "ingest/fetch/slot.h"
#include "ingest/fetch/transfer.h"
#include "ingest/websub/subscriber.h"

struct tt_fetcher {
	const struct tt_fetch_conf *conf; /* = &own_conf */
	struct tt_fetch_conf
		own_conf; /* a copy, so that the waits in it can change; strings are the caller's */
	const struct tt_clock *clock;
	char *user_agent;
	CURLM *multi;
	struct tt_feed_slot **slots; /* sorted by URL */
	size_t n_slots, n_failing;
	struct tt_lineup lineup;
	struct tt_budget budget; /* of the bodies of polls, active and ended */
	struct tt_feed_slot *ended_first, *ended_last; /* linked by slot->next */
	size_t n_active, n_ended;
	struct tt_websub *websub; /* NULL: hubs are not asked */
	int64_t left_ns; /* when the loop last turned to something else than the network; 0: never called */
	_Atomic int64_t leased_until_ns, leased_until_ms; /* monotonic and wall time of the same moment */
	atomic_bool woken;
};

/* ---- underway.c ---- */

/* Whether one more poll may begin: answers that wait for a batch count as connections. */
bool tt_fetcher_has_room(const struct tt_fetcher *f);
bool tt_fetcher_is_leased(const struct tt_fetcher *f);

/* Starts the polls whose turn it is. */
void tt_fetcher_start_due(struct tt_fetcher *f);

/* Lets polls go on that waited for memory, as far as there is some again. */
void tt_fetcher_resume(struct tt_fetcher *f);

/* Takes from libcurl what has ended: next hop, or into the list of ended ones. */
void tt_fetcher_collect(struct tt_fetcher *f);

/* Drops the poll and asks again in a while, as if nothing had happened: memory was out, or we did not listen. */
void tt_fetcher_postpone(struct tt_fetcher *f, struct tt_feed_slot *slot);

/* Gives back a poll that has ended. */
void tt_fetcher_drop(struct tt_feed_slot *slot);

/* Takes a slot out of wherever it is; a poll of it is cut off. */
void tt_fetcher_forget(struct tt_fetcher *f, struct tt_feed_slot *slot);

/* ---- deliver.c ---- */

/* Puts polls that have ended into the batch. True: it is full. */
bool tt_fetcher_fill(struct tt_fetcher *f, struct tt_batch *b, size_t max_items);

/* ---- roster.c ---- */

/* NULL: not in the list. */
struct tt_feed_slot *tt_fetcher_find(const struct tt_fetcher *f, struct tt_str url);

/* Moves planned polls forward that the present configuration, or the end of a hub's pushes, gives a shorter wait: of
 * all feeds, of one. */
void tt_fetcher_replan(struct tt_fetcher *f);
void tt_fetcher_replan_feed(struct tt_fetcher *f, struct tt_feed_slot *slot);

/* tt_fetch_set_feeds() of fetch.h. */
int tt_fetcher_set_feeds(struct tt_fetcher *f, const struct tt_feed_conf *feeds, size_t n_feeds,
	const struct tt_feed_state *states, size_t n_states, struct tt_err *err);

#endif
