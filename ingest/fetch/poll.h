/* poll.h - what a finished poll means: reply and feed in, items and feed state into the batch.
 * No network and no waiting: the reply may as well be made by a test. Threads: the one that drives the
 * source. */
#ifndef TT_INGEST_FETCH_POLL_H
#define TT_INGEST_FETCH_POLL_H

#include "common/batch.h"
#include "common/err.h"
#include "ingest/fetch/slot.h"
#include "ingest/fetch/transfer.h"

/* Appends to b, then takes the new state into the slot; next_fetch_ms in it says when to ask again.
 * TT_ENOMEM, TT_ELIMIT (the batch's arena is full): b has what it had before (its arena may have grown), the
 * slot is unchanged, and the same reply may be given again with another batch. */
int tt_poll_finish(struct tt_feed_slot *slot, const struct tt_reply *reply, const struct tt_fetch_conf *conf,
	int64_t now_ms, struct tt_batch *b);

/* The same without a batch of its own to put items in: the poll counts as failed with this message. For a
 * feed whose items do not fit into any batch. */
int tt_poll_fail(struct tt_feed_slot *slot, int status, const char *why, const struct tt_fetch_conf *conf,
	int64_t now_ms, struct tt_batch *b);

#endif
