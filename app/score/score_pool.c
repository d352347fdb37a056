/* score_pool.c - see score_pool.h. The chunks are a ring; three counters that only grow say where each
 * stands: released <= (scored, in any order) <= taken <= submitted <= released + n. */
#include "app/score/score_pool.h"

#include <pthread.h>
#include <stdlib.h>

enum { CHUNKS_PER_THREAD = 2, CHUNKS_MORE = 2 };

struct slot {
	struct tt_score_chunk chunk;
	bool scored;
};

struct tt_score_pool {
	const struct tt_text_engine *engine;
	struct slot *slots;
	size_t n, submitted, taken, released;
	pthread_t *threads;
	struct tt_text_scorer **scorers;
	int n_threads;
	bool closed;
	pthread_mutex_t lock;
	pthread_cond_t work, done;
};

struct worker_start {
	struct tt_score_pool *pool;
	struct tt_text_scorer *scorer;
};

static void score(struct tt_text_scorer *scorer, struct tt_score_chunk *c)
{
	c->rc = tt_text_scorer_run(scorer, c->rows, c->n, &c->arena, &c->err);
}

static void *work(void *arg)
{
	struct worker_start start = *(struct worker_start *)arg;
	struct tt_score_pool *p = start.pool;
	free(arg);
	pthread_mutex_lock(&p->lock);
	for (;;) {
		while (p->taken == p->submitted && !p->closed)
			pthread_cond_wait(&p->work, &p->lock);
		if (p->taken == p->submitted)
			break;
		struct slot *s = &p->slots[p->taken++ % p->n];
		pthread_mutex_unlock(&p->lock);
		score(start.scorer, &s->chunk);
		pthread_mutex_lock(&p->lock);
		s->scored = true;
		pthread_cond_signal(&p->done);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static int start_thread(struct tt_score_pool *p, struct tt_err *err)
{
	int i = p->n_threads;
	int rc = tt_text_scorer_new(&p->scorers[i], p->engine, err);
	if (rc < 0)
		return rc;
	struct worker_start *start = malloc(sizeof(*start));
	if (start)
		*start = (struct worker_start){p, p->scorers[i]};
	if (!start || pthread_create(&p->threads[i], NULL, work, start) != 0) {
		free(start);
		tt_text_scorer_free(p->scorers[i]);
		return tt_err_set(err, TT_ENOMEM, "cannot start thread %d of scoring", i + 1);
	}
	p->n_threads++;
	return TT_OK;
}

int tt_score_pool_new(
	struct tt_score_pool **ret, const struct tt_text_engine *engine, int threads, struct tt_err *err)
{
	int rc = TT_OK;
	struct tt_score_pool *p = calloc(1, sizeof(*p));
	if (!p)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	pthread_cond_init(&p->done, NULL);
	p->engine = engine;
	p->n = (size_t)threads * CHUNKS_PER_THREAD + CHUNKS_MORE;
	p->slots = calloc(p->n, sizeof(*p->slots));
	p->threads = calloc((size_t)threads, sizeof(*p->threads));
	p->scorers = calloc((size_t)threads, sizeof(struct tt_text_scorer *));
	if (!p->slots || !p->threads || !p->scorers)
		rc = tt_err_set(err, TT_ENOMEM, "out of memory");
	for (size_t i = 0; p->slots && i < p->n; i++)
		tt_arena_init(&p->slots[i].chunk.arena, TT_CHUNK_MEMORY);
	while (rc == TT_OK && p->n_threads < threads)
		rc = start_thread(p, err);
	if (rc < 0) {
		tt_score_pool_free(p);
		return rc;
	}
	*ret = p;
	return TT_OK;
}

void tt_score_pool_free(struct tt_score_pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->closed = true;
	p->taken = p->submitted; /* what nobody began is not begun any more */
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (int i = 0; i < p->n_threads; i++) {
		pthread_join(p->threads[i], NULL);
		tt_text_scorer_free(p->scorers[i]);
	}
	for (size_t i = 0; p->slots && i < p->n; i++)
		tt_arena_done(&p->slots[i].chunk.arena);
	pthread_cond_destroy(&p->work);
	pthread_cond_destroy(&p->done);
	pthread_mutex_destroy(&p->lock);
	free(p->slots);
	free(p->threads);
	free(p->scorers);
	free(p);
}

struct tt_score_chunk *tt_score_pool_idle(struct tt_score_pool *p)
{
	if (p->submitted - p->released == p->n)
		return NULL;
	return &p->slots[p->submitted % p->n].chunk;
}

void tt_score_pool_submit(struct tt_score_pool *p)
{
	pthread_mutex_lock(&p->lock);
	p->slots[p->submitted++ % p->n].scored = false;
	pthread_cond_signal(&p->work);
	pthread_mutex_unlock(&p->lock);
}

struct tt_score_chunk *tt_score_pool_oldest(struct tt_score_pool *p, bool wait)
{
	struct tt_score_chunk *ret = NULL;
	pthread_mutex_lock(&p->lock);
	if (p->released < p->submitted) {
		struct slot *s = &p->slots[p->released % p->n];
		while (wait && !s->scored)
			pthread_cond_wait(&p->done, &p->lock);
		ret = s->scored ? &s->chunk : NULL;
	}
	pthread_mutex_unlock(&p->lock);
	return ret;
}

void tt_score_pool_release(struct tt_score_pool *p)
{
	struct tt_score_chunk *c = &p->slots[p->released++ % p->n].chunk;
	tt_arena_reset(&c->arena);
	c->n = 0;
}
