/* writer.h - the last stage: takes what waits, writes it in one transaction, and never loses an item over a
 * bad one. An outage is waited out (outage.h). Content the sink refuses (TT_EDATA and other final codes) is
 * halved until the item that is to blame stands alone; that one goes to the dead letters with the reason, all
 * others are stored. What belongs to a partition that another worker has claimed (TT_ESTALE) is left to that
 * one. Batches with progress are written in order (order.h). Threads: one drives tt_writer_run. */
#ifndef TT_APP_WRITER_H
#define TT_APP_WRITER_H

#include <stdatomic.h>

#include "app/run/order.h"
#include "app/run/outage.h"
#include "app/run/pulse.h"
#include "common/clock.h"
#include "common/queue.h"
#include "sink/sink.h"

struct tt_writer {
	struct tt_sink sink;
	struct tt_queue *in;
	struct tt_order *order;
	struct tt_outage *outage;
	struct tt_pulse *pulse; /* told when something is stored, and when a batch is done with */
	void (*stored)(void *ctx, const struct tt_batch *b); /* b is stored for good */
	void *ctx;
	const struct tt_clock *clock;
	size_t max_batches; /* written in one transaction */
	size_t missed;      /* items of the last writes that were known after all */
	size_t given_up;    /* out: items that could not be stored before the patience ended */
	atomic_bool gone;   /* out, any thread: the sink has closed for good (its reader went away) */
};

/* Until the queue is closed and empty. Frees every batch it pops. */
void tt_writer_run(struct tt_writer *w);

#endif
