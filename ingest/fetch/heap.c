/* heap.c - see heap.h. */
#include "ingest/fetch/heap.h"

#include <stdlib.h>

#include "common/err.h"

int tt_heap_reserve(struct tt_heap *h, size_t n)
{
	if (n <= h->cap)
		return TT_OK;
	struct tt_heap_node **v = n <= SIZE_MAX / sizeof(*v) ? realloc(h->v, n * sizeof(*v)) : NULL;
	if (!v)
		return TT_ENOMEM;
	h->v = v;
	h->cap = n;
	return TT_OK;
}

void tt_heap_done(struct tt_heap *h)
{
	free(h->v);
	*h = (struct tt_heap){0};
}

static void put(struct tt_heap *h, size_t i, struct tt_heap_node *node)
{
	h->v[i] = node;
	node->at = i + 1;
}

static void sift_up(struct tt_heap *h, size_t i, struct tt_heap_node *node)
{
	for (; i && h->v[(i - 1) / 2]->key > node->key; i = (i - 1) / 2)
		put(h, i, h->v[(i - 1) / 2]);
	put(h, i, node);
}

static void sift_down(struct tt_heap *h, size_t i, struct tt_heap_node *node)
{
	for (;;) {
		size_t child = 2 * i + 1;
		if (child + 1 < h->n && h->v[child + 1]->key < h->v[child]->key)
			child++;
		if (child >= h->n || h->v[child]->key >= node->key)
			break;
		put(h, i, h->v[child]);
		i = child;
	}
	put(h, i, node);
}

void tt_heap_push(struct tt_heap *h, struct tt_heap_node *node, int64_t key)
{
	node->key = key;
	sift_up(h, h->n++, node);
}

void tt_heap_remove(struct tt_heap *h, struct tt_heap_node *node)
{
	if (!node->at)
		return;
	size_t i = node->at - 1;
	struct tt_heap_node *last = h->v[--h->n];
	node->at = 0;
	if (last == node)
		return;
	if (i && h->v[(i - 1) / 2]->key > last->key)
		sift_up(h, i, last);
	else
		sift_down(h, i, last);
}

struct tt_heap_node *tt_heap_min(const struct tt_heap *h)
{
	return h->n ? h->v[0] : NULL;
}
