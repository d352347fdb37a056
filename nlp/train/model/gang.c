/* gang.c - see gang.h. Threads wait for the next call a while before they sleep: calls follow each other
 * within microseconds. */
#include "nlp/train/model/gang.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "common/cores.h"

enum { SPINS = 1 << 8 /* sched_yield() is in each */ };

struct tt_gang {
	pthread_mutex_t lock;
	pthread_cond_t called, done;
	atomic_uint calls; /* so many so far; changes under the lock */
	atomic_size_t next, n, left;
	void (*task)(void *ctx, size_t i);
	void *ctx;
	bool closed;   /* under the lock */
	size_t inside; /* threads that may still look at task and ctx; under the lock */
	pthread_t *threads;
	size_t n_threads;
};

static void work_off(struct tt_gang *g)
{
	const size_t n = atomic_load(&g->n);
	for (size_t i; (i = atomic_fetch_add(&g->next, 1)) < n; atomic_fetch_sub(&g->left, 1))
		g->task(g->ctx, i);
}

static void *follow(void *arg)
{
	struct tt_gang *g = arg;
	unsigned seen = 0;
	for (;;) {
		for (int i = 0; i < SPINS && atomic_load(&g->calls) == seen; i++)
			sched_yield();
		pthread_mutex_lock(&g->lock);
		while (atomic_load(&g->calls) == seen && !g->closed)
			pthread_cond_wait(&g->called, &g->lock);
		const bool closed = g->closed;
		seen = atomic_load(&g->calls);
		g->inside += !closed;
		pthread_mutex_unlock(&g->lock);
		if (closed)
			return NULL;
		work_off(g);
		pthread_mutex_lock(&g->lock);
		if (--g->inside == 0)
			pthread_cond_signal(&g->done);
		pthread_mutex_unlock(&g->lock);
	}
}

void tt_gang_run(struct tt_gang *g, void (*task)(void *ctx, size_t i), void *ctx, size_t n)
{
	pthread_mutex_lock(&g->lock);
	while (g->inside) /* of the call before: one that woke up late */
		pthread_cond_wait(&g->done, &g->lock);
	g->task = task;
	g->ctx = ctx;
	atomic_store(&g->n, n);
	atomic_store(&g->left, n);
	atomic_store(&g->next, 0);
	if (n > 1 && g->n_threads) {
		atomic_fetch_add(&g->calls, 1);
		pthread_cond_broadcast(&g->called);
	}
	pthread_mutex_unlock(&g->lock);
	work_off(g);
	for (int i = 0; i < SPINS && atomic_load(&g->left); i++)
		sched_yield();
	pthread_mutex_lock(&g->lock);
	while (atomic_load(&g->left))
		pthread_cond_wait(&g->done, &g->lock);
	pthread_mutex_unlock(&g->lock);
}

int tt_gang_new(struct tt_gang **ret, int threads, struct tt_err *err)
{
	const size_t more = (size_t)(threads ? threads : tt_cores()) - 1;
	struct tt_gang *g = calloc(1, sizeof(*g));
	if (!g || !(g->threads = calloc(more + 1, sizeof(*g->threads)))) {
		free(g);
		return tt_err_set(err, TT_ENOMEM, "out of memory for threads");
	}
	pthread_mutex_init(&g->lock, NULL);
	pthread_cond_init(&g->called, NULL);
	pthread_cond_init(&g->done, NULL);
	while (g->n_threads < more) {
		const int e = pthread_create(&g->threads[g->n_threads], NULL, follow, g);
		if (e) {
			tt_gang_free(g);
			return tt_err_set(err, TT_ENOMEM, "cannot start a thread: %s", strerror(e));
		}
		g->n_threads++;
	}
	*ret = g;
	return TT_OK;
}

void tt_gang_free(struct tt_gang *g)
{
	if (!g)
		return;
	pthread_mutex_lock(&g->lock);
	g->closed = true;
	pthread_cond_broadcast(&g->called);
	pthread_mutex_unlock(&g->lock);
	for (size_t i = 0; i < g->n_threads; i++)
		pthread_join(g->threads[i], NULL);
	pthread_cond_destroy(&g->done);
	pthread_cond_destroy(&g->called);
	pthread_mutex_destroy(&g->lock);
	free(g->threads);
	free(g);
}

struct tt_part tt_part_of(size_t n, size_t parts, size_t unit, size_t i)
{
	const size_t units = (n + unit - 1) / unit;
	const size_t begin = units * i / parts * unit, end = units * (i + 1) / parts * unit;
	return (struct tt_part){begin < n ? begin : n, end < n ? end : n};
}
