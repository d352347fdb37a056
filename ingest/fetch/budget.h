/* budget.h - how much memory the bodies of all polls may take together, from the first byte that comes to the
 * moment their items are in a batch.
 *
 * Half of it is shared out beforehand: each of n holders may have its share at any time, so that the large
 * never hold up the small. What a holder needs beyond its share comes out of the other half; while that is
 * used up the holder waits in line. Those in line must not wait for each other only: when there is nothing
 * left, the first of them goes on whatever it takes, and the next one so when it has given its bytes back. At
 * most max_bytes and one body are held.
 *
 * Owner: holders are the caller's; they give back before they end. Threads: one at a time. Blocking: none. */
#ifndef TT_INGEST_FETCH_BUDGET_H
#define TT_INGEST_FETCH_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tt_budget_holder { /* zeroed: holds nothing */
	int64_t bytes;
	int64_t wanted_bytes; /* of what all have in common; 0: it is not in line */
	struct tt_budget_holder *prev, *next;
};

struct tt_budget {
	int64_t share_bytes, common_bytes;     /* what may be held by each; beyond that by all together */
	int64_t held_bytes, used_bytes;        /* by all; beyond their shares */
	struct tt_budget_holder *first, *last; /* in line */
	size_t n_waiting;
	struct tt_budget_holder *favoured; /* goes on whatever it takes */
};

void tt_budget_init(struct tt_budget *b, int64_t max_bytes, int64_t n_holders);

/* True: h holds so many more. False: it does not, and waits in line, until tt_budget_next() gives it. */
bool tt_budget_take(struct tt_budget *b, struct tt_budget_holder *h, size_t bytes);

/* h holds nothing any longer, nor waits. */
void tt_budget_give(struct tt_budget *b, struct tt_budget_holder *h);

/* Takes the first out of the line, when there is room for it or it is its turn to go on anyway. NULL:
 * neither. */
struct tt_budget_holder *tt_budget_next(struct tt_budget *b);

#endif
