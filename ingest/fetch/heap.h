/* heap.h - a binary min-heap of nodes that live inside the caller's structs and know their place, so that one
 * can be taken out or moved. Owner: heap by the caller (init by {0}, done), nodes by theirs. Threads: one at
 * a time. */
#ifndef TT_INGEST_FETCH_HEAP_H
#define TT_INGEST_FETCH_HEAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct tt_heap_node {
	int64_t key;
	size_t at; /* place in the heap + 1; 0: in none. A zeroed node is in none */
};

struct tt_heap {
	struct tt_heap_node **v;
	size_t n, cap;
};

int tt_heap_reserve(struct tt_heap *h, size_t n); /* room for n nodes in all. TT_ENOMEM */
void tt_heap_done(struct tt_heap *h);
void tt_heap_push(struct tt_heap *h, struct tt_heap_node *node,
	int64_t key); /* room must be reserved; not in a heap yet */
void tt_heap_remove(struct tt_heap *h, struct tt_heap_node *node); /* nothing when it is in none */
struct tt_heap_node *tt_heap_min(const struct tt_heap *h);         /* NULL when empty */

#endif
