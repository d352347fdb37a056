/* queue.c - see queue.h. A ring under one mutex; waits use the monotonic clock. */
#include "common/queue.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "common/batch.h"
#include "common/err.h"

struct tt_queue {
	pthread_mutex_t lock;
	pthread_cond_t not_full, not_empty;
	bool closed;
	size_t cap, head, n;
	struct tt_batch *ring[];
};

struct tt_queue *tt_queue_new(size_t capacity)
{
	struct tt_queue *q = calloc(1, sizeof(*q) + capacity * sizeof(struct tt_batch *));
	if (!q)
		return NULL;
	pthread_condattr_t attr;
	q->cap = capacity;
	pthread_mutex_init(&q->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&q->not_full, &attr);
	pthread_cond_init(&q->not_empty, &attr);
	pthread_condattr_destroy(&attr);
	return q;
}

void tt_queue_free(struct tt_queue *q)
{
	if (!q)
		return;
	for (; q->n; q->n--, q->head = (q->head + 1) % q->cap)
		tt_batch_free(q->ring[q->head]);
	pthread_cond_destroy(&q->not_empty);
	pthread_cond_destroy(&q->not_full);
	pthread_mutex_destroy(&q->lock);
	free(q);
}

static struct timespec deadline_of(int timeout_ms)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	ts.tv_sec += timeout_ms / 1000;
	ts.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
	if (ts.tv_nsec >= 1000000000)
		ts.tv_sec++, ts.tv_nsec -= 1000000000;
	return ts;
}

/* Waits on cond, with the lock held, until *deadline (NULL: for ever); false when the time is over. */
static bool wait_until(pthread_cond_t *cond, pthread_mutex_t *lock, const struct timespec *deadline)
{
	return (deadline ? pthread_cond_timedwait(cond, lock, deadline) : pthread_cond_wait(cond, lock)) == 0;
}

int tt_queue_push(struct tt_queue *q, struct tt_batch *b, int timeout_ms)
{
	struct timespec deadline = deadline_of(timeout_ms < 0 ? 0 : timeout_ms);
	int rc = TT_OK;
	pthread_mutex_lock(&q->lock);
	while (!q->closed && q->n == q->cap)
		if (!wait_until(&q->not_full, &q->lock, timeout_ms < 0 ? NULL : &deadline))
			break;
	if (q->closed) {
		rc = TT_ECLOSED;
	} else if (q->n == q->cap) {
		rc = TT_EAGAIN;
	} else {
		q->ring[(q->head + q->n++) % q->cap] = b;
		pthread_cond_signal(&q->not_empty);
	}
	pthread_mutex_unlock(&q->lock);
	return rc;
}

int tt_queue_pop(struct tt_queue *q, struct tt_batch **ret, int timeout_ms)
{
	struct timespec deadline = deadline_of(timeout_ms < 0 ? 0 : timeout_ms);
	int rc = TT_OK;
	pthread_mutex_lock(&q->lock);
	while (!q->closed && q->n == 0)
		if (!wait_until(&q->not_empty, &q->lock, timeout_ms < 0 ? NULL : &deadline))
			break;
	if (q->n) {
		*ret = q->ring[q->head];
		q->head = (q->head + 1) % q->cap;
		q->n--;
		pthread_cond_signal(&q->not_full);
	} else {
		rc = q->closed ? TT_ECLOSED : TT_EAGAIN;
	}
	pthread_mutex_unlock(&q->lock);
	return rc;
}

void tt_queue_close(struct tt_queue *q)
{
	pthread_mutex_lock(&q->lock);
	q->closed = true;
	pthread_cond_broadcast(&q->not_full);
	pthread_cond_broadcast(&q->not_empty);
	pthread_mutex_unlock(&q->lock);
}

size_t tt_queue_depth(struct tt_queue *q)
{
	pthread_mutex_lock(&q->lock);
	size_t n = q->n;
	pthread_mutex_unlock(&q->lock);
	return n;
}
