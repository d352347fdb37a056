/* arena.c - see arena.h. Blocks double from 4 KiB to 1 MiB; a larger request gets a block of its own. */
#include "common/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct tt_arena_block {
	struct tt_arena_block *next;
	size_t cap, used;
	alignas(max_align_t) char data[];
};

enum { FIRST_BLOCK = 4096, LAST_BLOCK = 1 << 20 };

void tt_arena_init(struct tt_arena *a, size_t max_bytes)
{
	*a = (struct tt_arena){.max_bytes = max_bytes};
}

static void free_blocks(struct tt_arena_block *b)
{
	while (b) {
		struct tt_arena_block *next = b->next;
		free(b);
		b = next;
	}
}

void tt_arena_done(struct tt_arena *a)
{
	free_blocks(a->head);
	*a = (struct tt_arena){.max_bytes = a->max_bytes};
}

void tt_arena_reset(struct tt_arena *a)
{
	a->used_bytes = 0;
	if (!a->head)
		return;
	free_blocks(a->head->next); /* the head is the newest, and but for odd sizes the largest */
	a->head->next = NULL;
	a->head->used = 0;
}

static struct tt_arena_block *add_block(struct tt_arena *a, size_t bytes)
{
	size_t cap = a->head ? a->head->cap * 2 : FIRST_BLOCK;
	if (cap > LAST_BLOCK)
		cap = LAST_BLOCK;
	if (cap < bytes)
		cap = bytes;
	struct tt_arena_block *b = malloc(sizeof(*b) + cap);
	if (!b)
		return NULL;
	b->cap = cap;
	b->used = 0;
	b->next = a->head;
	a->head = b;
	return b;
}

void *tt_arena_alloc(struct tt_arena *a, size_t bytes)
{
	const size_t align = alignof(max_align_t);
	if (bytes > SIZE_MAX - align)
		return NULL;
	bytes = (bytes + align - 1) & ~(align - 1);
	if (bytes > a->max_bytes - a->used_bytes)
		return NULL;
	struct tt_arena_block *b = a->head;
	if (!b || b->cap - b->used < bytes)
		b = add_block(a, bytes);
	if (!b)
		return NULL;
	void *p = b->data + b->used;
	b->used += bytes;
	a->used_bytes += bytes;
	return p;
}

void *tt_arena_zalloc(struct tt_arena *a, size_t n, size_t size)
{
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	void *p = tt_arena_alloc(a, bytes);
	return p ? memset(p, 0, bytes) : NULL;
}

struct tt_str tt_arena_str(struct tt_arena *a, struct tt_str s)
{
	if (!s.p)
		return s;
	char *p = tt_arena_alloc(a, s.n + 1);
	if (!p)
		return (struct tt_str){NULL, 0};
	memcpy(p, s.p, s.n);
	p[s.n] = '\0';
	return (struct tt_str){p, s.n};
}

char *tt_arena_printf(struct tt_arena *a, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	int n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	char *p = n < 0 ? NULL : tt_arena_alloc(a, (size_t)n + 1);
	if (!p)
		return NULL;
	va_start(ap, fmt);
	vsnprintf(p, (size_t)n + 1, fmt, ap);
	va_end(ap);
	return p;
}

void *tt_arena_grow(struct tt_arena *a, void *array, size_t n, size_t size)
{
	if (n && (n < 4 || (n & (n - 1)))) /* capacities are 4, 8, 16, ... */
		return array;
	size_t cap = n ? n * 2 : 4, bytes;
	if (__builtin_mul_overflow(cap, size, &bytes))
		return NULL;
	void *p = tt_arena_alloc(a, bytes);
	if (p && n)
		memcpy(p, array, n * size);
	return p;
}
