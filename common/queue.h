/* queue.h - bounded hand-off of batches between two stages.
 * Owner:   a pushed batch belongs to the queue, a popped one to the caller.
 * Threads: many pushers, many poppers. Push blocks while full, pop while empty.
 * Errors:  TT_OK, TT_EAGAIN (timed out; a batch to push is still the caller's) or TT_ECLOSED: for push at once after
 *          close, for pop when closed and empty. Units: timeout_ms, < 0 = for ever. */
#ifndef TT_COMMON_QUEUE_H
#define TT_COMMON_QUEUE_H

#include <stddef.h>

struct tt_batch;
struct tt_queue;

struct tt_queue *tt_queue_new(size_t capacity); /* NULL when memory is out */
void tt_queue_free(struct tt_queue *q);         /* frees what is still in it; nobody may wait on it */
int tt_queue_push(struct tt_queue *q, struct tt_batch *b, int timeout_ms);
int tt_queue_pop(struct tt_queue *q, struct tt_batch **ret, int timeout_ms);
void tt_queue_close(struct tt_queue *q); /* wakes all; what is in it can still be popped */
size_t tt_queue_depth(struct tt_queue *q);

#endif
