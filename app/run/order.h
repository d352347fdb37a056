/* order.h - batches read from a log must be written in the order they were read, though they are scored side
 * by side: their progress says "everything before this is stored". Batches without progress pass at once.
 *
 *   filter ──tt_order_number──▶ scoring threads, any order ──▶ writer: tt_order_put, tt_order_next
 *
 * Owner: struct by the caller (init/done); a batch put is its own until it comes out. Threads: one numbers,
 * one puts and takes. Blocking: tt_order_number waits while TT_ORDER_MAX batches are under way, which bounds
 * what can wait behind a slow one. */
#ifndef TT_APP_ORDER_H
#define TT_APP_ORDER_H

#include <pthread.h>

#include "common/batch.h"

enum { TT_ORDER_MAX = 64 };

struct tt_order {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	uint64_t given, taken; /* numbers: the last given, the last that came out */
	struct tt_batch *held[TT_ORDER_MAX];
};

void tt_order_init(struct tt_order *o);
/* Frees what never had its turn; returns how many items that were. */
size_t tt_order_done(struct tt_order *o);

void tt_order_number(struct tt_order *o, struct tt_batch *b);
void tt_order_put(struct tt_order *o, struct tt_batch *b);
/* The next batch whose turn it is; NULL: one before it is not here yet. */
struct tt_batch *tt_order_next(struct tt_order *o);

#endif
