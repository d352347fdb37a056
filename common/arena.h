/* arena.h - memory that dies together. The unit of life is the batch: strings, tokens and scores of its items are
 * taken from one arena and given back at once; nothing in it is freed on its own.
 * Owner: struct by the caller (init/done). Threads: one at a time. Errors: NULL when memory is out or when max_bytes
 * (sum of all allocations) would be passed; the caller turns that into TT_ENOMEM or TT_ELIMIT. */
#ifndef TT_COMMON_ARENA_H
#define TT_COMMON_ARENA_H

#include "common/str.h"

struct tt_arena_block;
struct tt_arena {
	struct tt_arena_block *head;
	size_t used_bytes, max_bytes;
};

void tt_arena_init(struct tt_arena *a, size_t max_bytes);
void tt_arena_done(struct tt_arena *a);
void tt_arena_reset(struct tt_arena *a);                           /* empty; keeps its largest block */
void *tt_arena_alloc(struct tt_arena *a, size_t bytes);            /* aligned for any type, not zeroed */
void *tt_arena_zalloc(struct tt_arena *a, size_t n, size_t size); /* n × size, zeroed, overflow checked */
struct tt_str tt_arena_str(struct tt_arena *a, struct tt_str s);  /* copy, NUL-terminated; {NULL,0} stays so; .p NULL = out */
char *tt_arena_printf(struct tt_arena *a, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Grows an array of *n elements so that one more fits: returns the (moved) array, or NULL with the old one intact.
 * Capacity doubles by powers of two, so *n alone tells it: `if (!(v = tt_arena_grow(a, v, n, sizeof(*v)))) ...`. */
void *tt_arena_grow(struct tt_arena *a, void *array, size_t n, size_t size);

#endif
