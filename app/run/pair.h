/* pair.h - a sink of two: what is published (sink/kafka/publish.h), and after it what is kept (PostgreSQL,
 * standard output). In this order, because what is kept says how far we are: a crash between the two
 * publishes once more after the restart, with the same ids, where the other order would lose what was not
 * published yet.
 *
 * items_kept false: items are only published, kept are feed states and dead letters (tickertone ingest).
 * Threads and blocking: as of the two sinks. */
#ifndef TT_APP_PAIR_H
#define TT_APP_PAIR_H

#include "sink/sink.h"

/* Both sinks are closed with the new one, also when this fails. TT_ENOMEM. */
int tt_pair_open(struct tt_sink *ret, struct tt_sink published, struct tt_sink kept, bool items_kept,
	struct tt_err *err);

#endif
