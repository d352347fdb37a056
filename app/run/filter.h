/* filter.h - what of a batch is news: asks the sink what it has stored under the items' keys and lets ingest/
 * judge (ingest/revision.h). What is stored already is dropped, a new text of a stored item becomes a
 * revision of it, a new item that came under a used guid gets an id of its own; other keys that stored items
 * came under are noted in the batch as aliases. Counted and, at level debug, logged. Threads: one at a time
 * for each sink. */
#ifndef TT_APP_FILTER_H
#define TT_APP_FILTER_H

#include "sink/sink.h"

/* Errors of the lookup, TT_ENOMEM: no item is dropped, the batch may be written as it is: write() knows
 * repeats. */
int tt_filter_batch(struct tt_sink *sink, struct tt_batch *b, struct tt_err *err);

#endif
