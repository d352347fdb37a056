/* order.c - see order.h. */
#include "app/run/order.h"

#include <string.h>

void tt_order_init(struct tt_order *o)
{
	memset(o, 0, sizeof(*o));
	pthread_mutex_init(&o->lock, NULL);
	pthread_cond_init(&o->moved, NULL);
}

size_t tt_order_done(struct tt_order *o)
{
	size_t items = 0;
	for (size_t i = 0; i < TT_ORDER_MAX; i++) {
		items += o->held[i] ? o->held[i]->n_items : 0;
		tt_batch_free(o->held[i]);
	}
	pthread_cond_destroy(&o->moved);
	pthread_mutex_destroy(&o->lock);
	return items;
}

void tt_order_number(struct tt_order *o, struct tt_batch *b)
{
	if (!b->n_progress)
		return;
	pthread_mutex_lock(&o->lock);
	while (o->given - o->taken >= TT_ORDER_MAX)
		pthread_cond_wait(&o->moved, &o->lock);
	b->number = ++o->given;
	pthread_mutex_unlock(&o->lock);
}

void tt_order_put(struct tt_order *o, struct tt_batch *b)
{
	pthread_mutex_lock(&o->lock);
	o->held[b->number % TT_ORDER_MAX] = b;
	pthread_mutex_unlock(&o->lock);
}

struct tt_batch *tt_order_next(struct tt_order *o)
{
	pthread_mutex_lock(&o->lock);
	struct tt_batch **at = &o->held[(o->taken + 1) % TT_ORDER_MAX], *b = *at;
	if (b) {
		*at = NULL;
		o->taken++;
		pthread_cond_signal(&o->moved);
	}
	pthread_mutex_unlock(&o->lock);
	return b;
}
