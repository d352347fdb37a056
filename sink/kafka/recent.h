/* recent.h - what was published last, in memory: item id → hash of the text it was published with. Bounded:
 * when it is full the older half is forgotten. Being forgotten does no harm, the item is published once more.
 * Threads: one at a time. */
#ifndef TT_SINK_KAFKA_RECENT_H
#define TT_SINK_KAFKA_RECENT_H

#include "common/id.h"

struct tt_recent;

/* Keeps at least the last limit/2 items, and limit at most; 0: none. NULL when memory is out. */
struct tt_recent *tt_recent_new(size_t limit);
void tt_recent_free(struct tt_recent *r); /* NULL is fine */

bool tt_recent_has(const struct tt_recent *r, struct tt_id item, struct tt_id text);
void tt_recent_add(struct tt_recent *r, struct tt_id item, struct tt_id text);

#endif
