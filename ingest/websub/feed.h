/* feed.h - one feed's subscription within the subscriber: shared by subscriber.c (its life), request.c (what
 * is sent) and push.c (what comes in). Private to them. Threads: the driving one. */
#ifndef TT_INGEST_WEBSUB_FEED_H
#define TT_INGEST_WEBSUB_FEED_H

#include "ingest/fetch/fetcher.h"
#include "ingest/websub/sub.h"
#include "ingest/websub/subscriber.h"

struct tt_websub_feed {
	struct tt_websub_sub sub;
	struct tt_feed_slot *slot; /* NULL: the feed has left, the row is still to be deleted */
	char *url;
	struct tt_heap_node due;
	struct tt_transfer *transfer;        /* its request under way */
	char token[TT_WEBSUB_TOKEN_HEX + 1]; /* known at the door; "": none */
	char *leave_hub,
		*leave_form; /* how to unsubscribe what this token was given out for; NULL: nothing */
	enum tt_websub_status counted; /* in which gauge */
	bool listed;                   /* among the changed ones */
	struct tt_websub_feed *next;   /* there */
};

/* A request to unsubscribe that waits for its turn. */
struct tt_websub_errand {
	struct tt_websub_errand *next;
	char *hub, *form;
};

struct tt_websub {
	struct tt_fetcher *fetcher;
	const struct tt_websub_conf *conf;
	struct tt_websub_door *door;
	char *callback; /* callback_url without its last slash, and "/websub/" */
	struct tt_arena stored_arena;
	struct tt_websub_state *stored; /* of feeds that are not in the list yet */
	size_t n_stored;
	struct tt_heap due;
	size_t n_feeds;
	struct tt_websub_feed *changed_first, *changed_last;
	struct tt_websub_errand *errands_first, *errands_last;
	struct tt_transfer *partings[8]; /* requests to unsubscribe, under way */
	size_t n_requests;               /* under way, these included */
	int64_t counts[TT_WEBSUB_STATUSES];
	int64_t next_start_ns;       /* monotonic: no request before */
	struct tt_websub_note *held; /* did not fit into the last batch */
};

/* After any event of a feed's sub: door, time, gauges, polling and the list of changed ones follow it. */
void tt_websub_settle(struct tt_websub *w, struct tt_websub_feed *f);

/* request.c: sends the request that is due; what fails at once is told to the sub. */
void tt_websub_send(struct tt_websub *w, struct tt_websub_feed *f);
/* Breaks the feed's request off, if there is one. */
void tt_websub_cut(struct tt_websub *w, struct tt_websub_feed *f);
/* The hub took the request: remembers how to unsubscribe. Without memory the lease will end it. */
void tt_websub_note_parting(struct tt_websub_feed *f);
/* The feed's token at the door is to be given up: hubs that took it are told, later. Forgets it. */
void tt_websub_part(struct tt_websub *w, struct tt_websub_feed *f);
/* Room for, and time for, one more request? */
bool tt_websub_may_send(const struct tt_websub *w);
bool tt_websub_has_errand(const struct tt_websub *w); /* that a request could be made of */
void tt_websub_send_errands(struct tt_websub *w);
void tt_websub_requests_done(struct tt_websub *w);

/* push.c: takes one note. False: it must wait for another batch. */
bool tt_websub_take_note(struct tt_websub *w, struct tt_websub_note *n, struct tt_batch *b);

#endif
