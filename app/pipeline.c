/* pipeline.c - see pipeline.h. The threads and what each does in a loop; the writer's loop is writer.c. */
#include "app/pipeline.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "app/outage.h"
#include "app/writer.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/queue.h"

/* A call that main wants run on a source's thread. */
struct source_call {
	int (*fn)(void *self, void *ctx);
	void *ctx;
	int rc;
};

struct source_thread {
	struct tt_pipeline *p;
	struct tt_source source;
	pthread_t thread;
	bool started;
	struct source_call *call; /* under p->lock; taken and cleared by the source's thread */
	bool ended;               /* under p->lock */
};

struct tt_pipeline {
	struct tt_pipeline_conf conf;
	const struct tt_clock *clock;
	struct tt_queue *fetched, *to_score, *to_write;
	struct tt_outage outage;
	struct tt_sink filter;
	struct tt_writer writer;
	atomic_bool stopping;

	pthread_mutex_t lock; /* scorer, model_id, calls and ended flags */
	pthread_cond_t changed;
	struct tt_scorer *scorer;
	int model_id;

	struct source_thread *sources;
	size_t n_sources;
	pthread_t filter_thread, writer_thread, *score_threads;
	bool filter_started, writer_started;
	size_t n_score_threads;
	atomic_size_t sources_left, scorers_left;
	atomic_bool written; /* the writer has come to its end */
};

/* ---- hand-over ---- */

static void hand_over(struct tt_queue *q, struct tt_batch *b, enum tt_metric depth)
{
	int rc = tt_queue_push(q, b, 0);
	if (rc == TT_EAGAIN) {
		tt_metric_add(TT_M_queue_full, 1);
		rc = tt_queue_push(q, b, -1);
	}
	tt_metric_set(depth, tt_queue_depth(q));
	if (rc < 0)
		tt_batch_free(b); /* queues close only after the stage before them has ended */
}

/* ---- sources ---- */

static void run_call(struct source_thread *t)
{
	struct tt_pipeline *p = t->p;
	pthread_mutex_lock(&p->lock);
	struct source_call *call = t->call;
	pthread_mutex_unlock(&p->lock);
	if (!call)
		return;
	call->rc = call->fn(t->source.self, call->ctx);
	pthread_mutex_lock(&p->lock);
	t->call = NULL;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

/* The edge's one line about what came in badly. */
static void log_arrivals(const struct tt_batch *b)
{
	for (size_t i = 0; i < b->n_feeds; i++) {
		const struct tt_feed_state *f = &b->feeds[i];
		if (f->last_error.p)
			tt_log(TT_LOG_WARN, "feed failed", TT_F_STR("url", f->url), TT_F_INT("status", f->last_status),
				TT_F_INT("failures", f->failures), TT_F_STR("error", f->last_error));
		else
			tt_log(TT_LOG_DEBUG, "feed polled", TT_F_STR("url", f->url), TT_F_INT("status", f->last_status));
	}
	for (size_t i = 0; i < b->n_dead; i++)
		tt_log(TT_LOG_WARN, "input refused, now a dead letter", TT_F_STR("source", b->dead[i].source),
			TT_F_STR("where", b->dead[i].where), TT_F_STR("reason", b->dead[i].reason));
}

static int pull(struct source_thread *t, struct tt_err *err)
{
	struct tt_pipeline *p = t->p;
	struct tt_batch *b = tt_batch_new((size_t)p->conf.batch_bytes);
	if (!b)
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	int rc = t->source.ops->next(t->source.self, b, (size_t)p->conf.max_items, (int)p->conf.max_wait_ms, err);
	if (!b->n_items && !b->n_feeds && !b->n_dead) {
		tt_batch_free(b);
		return rc;
	}
	if (!b->born_ns)
		b->born_ns = tt_mono_ns(p->clock);
	tt_metric_add(TT_M_items_in, b->n_items);
	log_arrivals(b);
	hand_over(p->fetched, b, TT_M_queue_fetched);
	return rc;
}

static void *source_main(void *arg)
{
	struct source_thread *t = arg;
	struct tt_pipeline *p = t->p;
	struct tt_err err = {0};
	int rc = TT_OK;
	while (rc == TT_OK && !atomic_load(&p->stopping)) {
		rc = pull(t, &err);
		run_call(t);
	}
	if (rc == TT_ECLOSED)
		tt_log(TT_LOG_INFO, "source at its end", TT_F_C("source", t->source.ops->name));
	else if (rc < 0)
		tt_log(TT_LOG_ERROR, "source ended", TT_F_C("source", t->source.ops->name), TT_F_C("error", err.msg));
	pthread_mutex_lock(&p->lock);
	t->ended = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	if (atomic_fetch_sub(&p->sources_left, 1) == 1)
		tt_queue_close(p->fetched);
	return NULL;
}

/* ---- filter ---- */

static void drop_known(struct tt_batch *b, const bool *known)
{
	size_t kept = 0;
	for (size_t i = 0; i < b->n_items; i++)
		if (!known[i])
			b->items[kept++] = b->items[i];
	tt_metric_add(TT_M_items_known, b->n_items - kept);
	b->n_items = kept;
}

/* Without an answer the batch goes on whole: write() knows repeats itself, scoring them is only wasted work. */
static void filter_batch(struct tt_pipeline *p, struct tt_batch *b)
{
	static struct tt_log_limit limit;
	struct tt_err err = {0};
	int rc;
	bool *known = tt_arena_zalloc(&b->arena, b->n_items, sizeof(*known));
	if (!known)
		return;
	while ((rc = p->filter.ops->known(p->filter.self, b, known, &err)) < 0 && tt_retriable(rc))
		if (!tt_outage_wait(&p->outage, TT_OUTAGE_FILTER, &err))
			return;
	tt_outage_over(&p->outage, TT_OUTAGE_FILTER);
	if (rc == TT_OK)
		drop_known(b, known);
	else if (tt_log_allowed(&limit, 10000, NULL))
		tt_log(TT_LOG_WARN, "cannot tell which items are stored already", TT_F_C("error", err.msg));
}

static void *filter_main(void *arg)
{
	struct tt_pipeline *p = arg;
	struct tt_batch *b;
	while (tt_queue_pop(p->fetched, &b, -1) == TT_OK) {
		tt_metric_set(TT_M_queue_fetched, tt_queue_depth(p->fetched));
		if (b->n_items && p->filter.ops && p->filter.ops->known)
			filter_batch(p, b);
		hand_over(p->to_score, b, TT_M_queue_score);
	}
	tt_queue_close(p->to_score);
	return NULL;
}

/* ---- scoring ---- */

/* One scoring thread's scorer and its scratch. */
struct score_state {
	struct tt_scorer *scorer;
	struct tt_score_ctx *ctx;
	int model_id;
};

/* Follows tt_pipeline_set_scorer; the old scorer stays in use when there is no memory for the new one's scratch. */
static void follow_scorer(struct tt_pipeline *p, struct score_state *s)
{
	struct tt_err err = {0};
	struct tt_score_ctx *ctx = NULL;
	pthread_mutex_lock(&p->lock);
	struct tt_scorer *scorer = p->scorer == s->scorer ? NULL : tt_scorer_ref(p->scorer);
	int model_id = p->model_id;
	pthread_mutex_unlock(&p->lock);
	if (!scorer)
		return;
	if (tt_score_ctx_new(&ctx, scorer, &err) < 0) {
		tt_log(TT_LOG_ERROR, "new model cannot be used", TT_F_C("error", err.msg));
		tt_scorer_unref(scorer);
		return;
	}
	tt_score_ctx_free(s->ctx);
	tt_scorer_unref(s->scorer);
	*s = (struct score_state){scorer, ctx, model_id};
}

static void score_batch(struct tt_pipeline *p, struct score_state *s, struct tt_batch *b)
{
	struct tt_err err = {0};
	int64_t begun = tt_mono_ns(p->clock);
	int rc = tt_scorer_score(s->scorer, s->ctx, b, p->clock, &err);
	if (rc < 0) { /* memory: what is not scored yet is stored without a score, and says so */
		tt_log(TT_LOG_ERROR, "batch could not be scored", TT_F_INT("items", (int64_t)b->n_items), TT_F_C("error", err.msg));
		for (size_t i = 0; i < b->n_items; i++)
			if (b->items[i].scored_ms == TT_TIME_NONE)
				b->items[i].unscored = tt_err_text(rc);
	}
	b->model_id = s->model_id;
	for (size_t i = 0; i < b->n_items; i++)
		tt_metric_add(TT_M_tokens, (uint64_t)b->items[i].n_tokens);
	tt_histogram_add(TT_H_score, tt_mono_ns(p->clock) - begun);
}

static void *score_main(void *arg)
{
	struct tt_pipeline *p = arg;
	struct score_state s = {0};
	struct tt_batch *b;
	while (tt_queue_pop(p->to_score, &b, -1) == TT_OK) {
		tt_metric_set(TT_M_queue_score, tt_queue_depth(p->to_score));
		follow_scorer(p, &s);
		if (b->n_items)
			score_batch(p, &s, b);
		hand_over(p->to_write, b, TT_M_queue_write);
	}
	tt_score_ctx_free(s.ctx);
	tt_scorer_unref(s.scorer);
	if (atomic_fetch_sub(&p->scorers_left, 1) == 1)
		tt_queue_close(p->to_write);
	return NULL;
}

static void *writer_main(void *arg)
{
	struct tt_pipeline *p = arg;
	tt_writer_run(&p->writer);
	atomic_store(&p->written, true);
	return NULL;
}

/* ---- start and stop ---- */

/* Ends what runs, front to back, and frees. Every thread sees its queue closed by the one before it; where that one never
 * started, it is closed here. */
size_t tt_pipeline_stop(struct tt_pipeline *p)
{
	if (!p)
		return 0;
	atomic_store(&p->stopping, true);
	tt_outage_stop(&p->outage, p->conf.drain_ms);
	for (size_t i = 0; i < p->n_sources; i++)
		if (p->sources[i].started)
			p->sources[i].source.ops->wake(p->sources[i].source.self);
	for (size_t i = 0; i < p->n_sources; i++) {
		if (p->sources[i].started)
			pthread_join(p->sources[i].thread, NULL);
		p->sources[i].source.ops->close(p->sources[i].source.self);
	}
	tt_queue_close(p->fetched);
	if (p->filter_started)
		pthread_join(p->filter_thread, NULL);
	tt_queue_close(p->to_score);
	for (size_t i = 0; i < p->n_score_threads; i++)
		pthread_join(p->score_threads[i], NULL);
	tt_queue_close(p->to_write);
	if (p->writer_started)
		pthread_join(p->writer_thread, NULL);
	size_t given_up = p->writer.given_up;
	if (p->filter.ops)
		p->filter.ops->close(p->filter.self);
	p->writer.sink.ops->close(p->writer.sink.self);
	tt_scorer_unref(p->scorer);
	tt_queue_free(p->fetched);
	tt_queue_free(p->to_score);
	tt_queue_free(p->to_write);
	tt_outage_done(&p->outage);
	pthread_cond_destroy(&p->changed);
	pthread_mutex_destroy(&p->lock);
	free(p->sources);
	free(p->score_threads);
	free(p);
	return given_up;
}

static int start_thread(pthread_t *thread, void *(*fn)(void *), void *arg, struct tt_err *err)
{
	int e = pthread_create(thread, NULL, fn, arg);
	return e ? tt_err_set(err, TT_ENOMEM, "cannot start a thread: %s", strerror(e)) : TT_OK;
}

/* Back to front, so that nobody hands over to a stage that is not there. */
static int start_threads(struct tt_pipeline *p, int score_threads, struct tt_err *err)
{
	int rc = start_thread(&p->writer_thread, writer_main, p, err);
	if (rc < 0)
		return rc;
	p->writer_started = true;
	atomic_store(&p->scorers_left, (size_t)score_threads);
	for (int i = 0; i < score_threads; i++) {
		if ((rc = start_thread(&p->score_threads[i], score_main, p, err)) < 0)
			return rc;
		p->n_score_threads++;
	}
	if ((rc = start_thread(&p->filter_thread, filter_main, p, err)) < 0)
		return rc;
	p->filter_started = true;
	atomic_store(&p->sources_left, p->n_sources);
	for (size_t i = 0; i < p->n_sources; i++) {
		if ((rc = start_thread(&p->sources[i].thread, source_main, &p->sources[i], err)) < 0)
			return rc;
		p->sources[i].started = true;
	}
	return TT_OK;
}

static void close_parts(const struct tt_pipeline_parts *parts)
{
	for (size_t i = 0; i < parts->n_sources; i++)
		parts->sources[i].ops->close(parts->sources[i].self);
	if (parts->filter.ops)
		parts->filter.ops->close(parts->filter.self);
	parts->sink.ops->close(parts->sink.self);
}

/* Memory only: from here on tt_pipeline_stop can take it down. */
static struct tt_pipeline *pipeline_new(const struct tt_pipeline_conf *conf, const struct tt_pipeline_parts *parts)
{
	struct tt_pipeline *p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->sources = calloc(parts->n_sources + 1, sizeof(*p->sources));
	p->score_threads = calloc((size_t)parts->score_threads, sizeof(*p->score_threads));
	p->fetched = tt_queue_new((size_t)conf->queue_batches);
	p->to_score = tt_queue_new((size_t)conf->queue_batches);
	p->to_write = tt_queue_new((size_t)conf->queue_batches);
	if (!p->sources || !p->score_threads || !p->fetched || !p->to_score || !p->to_write) {
		tt_queue_free(p->fetched);
		tt_queue_free(p->to_score);
		tt_queue_free(p->to_write);
		free(p->sources);
		free(p->score_threads);
		free(p);
		return NULL;
	}
	return p;
}

int tt_pipeline_start(struct tt_pipeline **ret, const struct tt_pipeline_conf *conf, const struct tt_pipeline_parts *parts,
	struct tt_err *err)
{
	struct tt_pipeline *p = pipeline_new(conf, parts);
	if (!p) {
		close_parts(parts);
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	}
	p->conf = *conf;
	p->clock = parts->clock;
	p->filter = parts->filter;
	p->scorer = tt_scorer_ref(parts->scorer);
	p->model_id = parts->model_id;
	p->n_sources = parts->n_sources;
	for (size_t i = 0; i < p->n_sources; i++)
		p->sources[i] = (struct source_thread){.p = p, .source = parts->sources[i]};
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	tt_outage_init(&p->outage, conf->retry_base_ms, conf->retry_cap_ms);
	p->writer = (struct tt_writer){.sink = parts->sink, .in = p->to_write, .outage = &p->outage, .clock = p->clock,
		.max_batches = (size_t)conf->write_batches};
	int rc = start_threads(p, parts->score_threads, err);
	if (rc < 0) {
		tt_pipeline_stop(p);
		return rc;
	}
	*ret = p;
	return TT_OK;
}

/* ---- while it runs ---- */

void tt_pipeline_set_scorer(struct tt_pipeline *p, struct tt_scorer *scorer, int model_id)
{
	pthread_mutex_lock(&p->lock);
	struct tt_scorer *old = p->scorer;
	p->scorer = tt_scorer_ref(scorer);
	p->model_id = model_id;
	pthread_mutex_unlock(&p->lock);
	tt_scorer_unref(old);
}

int tt_pipeline_call_source(struct tt_pipeline *p, size_t i, int (*fn)(void *self, void *ctx), void *ctx)
{
	struct source_thread *t = &p->sources[i];
	struct source_call call = {fn, ctx, TT_ECLOSED};
	pthread_mutex_lock(&p->lock);
	t->call = &call;
	t->source.ops->wake(t->source.self);
	while (t->call && !t->ended)
		pthread_cond_wait(&p->changed, &p->lock);
	t->call = NULL;
	pthread_mutex_unlock(&p->lock);
	return call.rc;
}

bool tt_pipeline_ready(struct tt_pipeline *p, struct tt_buf *reason)
{
	if (atomic_load(&p->stopping)) {
		(void)tt_buf_str(reason, TT_STR("stopping"));
		return false;
	}
	return tt_outage_report(&p->outage, reason);
}

bool tt_pipeline_finished(struct tt_pipeline *p)
{
	return atomic_load(&p->written) || atomic_load(&p->writer.gone);
}
