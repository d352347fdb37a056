/* pipeline.c - see pipeline.h. Starting, stopping and steering; what the threads do is stages.c. */
#include "app/run/pipeline.h"

#include <stdlib.h>
#include <string.h>

#include "app/run/stages.h"

/* ---- start and stop ---- */

/* Ends what runs, front to back, and frees. Every thread sees its queue closed by the one before it; where
 * that one never started, it is closed here. */
size_t tt_pipeline_stop(struct tt_pipeline *p)
{
	if (!p)
		return 0;
	atomic_store(&p->stopping, true);
	tt_outage_stop(&p->outage, p->conf.drain_ms);
	for (size_t i = 0; i < p->n_sources; i++)
		if (p->sources[i].started)
			p->sources[i].source.ops->wake(p->sources[i].source.self);
	for (size_t i = 0; i < p->n_sources; i++)
		if (p->sources[i].started)
			pthread_join(p->sources[i].thread, NULL);
	tt_queue_close(p->fetched);
	if (p->filter_started)
		pthread_join(p->filter_thread, NULL);
	tt_queue_close(p->to_score);
	for (size_t i = 0; i < p->n_score_threads; i++)
		pthread_join(p->score_threads[i], NULL);
	tt_queue_close(p->to_write);
	if (p->writer_started)
		pthread_join(p->writer_thread, NULL);
	size_t given_up = p->writer.given_up + tt_order_done(&p->order);
	for (size_t i = 0; i < p->n_sources; i++) { /* not before all is stored that they were told of */
		p->sources[i].source.ops->close(p->sources[i].source.self);
		tt_redacted_done(&p->sources[i].private);
	}
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
	int rc = start_thread(&p->writer_thread, tt_writer_main, p, err);
	if (rc < 0)
		return rc;
	p->writer_started = true;
	atomic_store(&p->scorers_left, (size_t)score_threads);
	for (int i = 0; i < score_threads; i++) {
		if ((rc = start_thread(&p->score_threads[i], tt_score_main, p, err)) < 0)
			return rc;
		p->n_score_threads++;
	}
	if ((rc = start_thread(&p->filter_thread, tt_filter_main, p, err)) < 0)
		return rc;
	p->filter_started = true;
	atomic_store(&p->sources_left, p->n_sources);
	for (size_t i = 0; i < p->n_sources; i++) {
		if ((rc = start_thread(&p->sources[i].thread, tt_source_main, &p->sources[i], err)) < 0)
			return rc;
		p->sources[i].started = true;
	}
	return TT_OK;
}

/* On the writer's thread. */
static void tell_stored(void *ctx, const struct tt_batch *b)
{
	const struct tt_pipeline *p = ctx;
	const struct tt_source *s = &p->sources[b->source].source;
	if (b->n_progress && s->ops->stored)
		s->ops->stored(s->self, b->progress, b->n_progress);
	if (p->stored)
		p->stored(p->stored_ctx, b);
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
static struct tt_pipeline *pipeline_new(
	const struct tt_pipeline_conf *conf, const struct tt_pipeline_parts *parts)
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

int tt_pipeline_start(struct tt_pipeline **ret, const struct tt_pipeline_conf *conf,
	const struct tt_pipeline_parts *parts, struct tt_err *err)
{
	struct tt_pipeline *p = pipeline_new(conf, parts);
	if (!p) {
		close_parts(parts);
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	}
	p->conf = *conf;
	p->clock = parts->clock;
	p->stored = parts->stored;
	p->stored_ctx = parts->ctx;
	p->filter = parts->filter;
	p->scorer = parts->scorer ? tt_scorer_ref(parts->scorer) : NULL;
	p->filtered = p->scorer ? p->to_score : p->to_write;
	p->model_id = parts->model_id;
	p->n_sources = parts->n_sources;
	for (size_t i = 0; i < p->n_sources; i++) {
		p->sources[i] = (struct tt_source_thread){.p = p, .source = parts->sources[i]};
		tt_privacy_init(&p->sources[i].private, parts->redact);
	}
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->changed, NULL);
	tt_order_init(&p->order);
	tt_outage_init(&p->outage, conf->retry_base_ms, conf->retry_cap_ms);
	p->writer = (struct tt_writer){.sink = parts->sink,
		.in = p->to_write,
		.order = &p->order,
		.stored = tell_stored,
		.ctx = p,
		.outage = &p->outage,
		.pulse = &p->pulse,
		.clock = p->clock,
		.max_batches = (size_t)conf->write_batches};
	int rc = start_threads(p, p->scorer ? parts->score_threads : 0, err);
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

int tt_pipeline_call_source(
	struct tt_pipeline *p, size_t i, int (*fn)(struct tt_source *source, void *ctx), void *ctx)
{
	struct tt_source_thread *t = &p->sources[i];
	struct tt_source_call call = {fn, ctx, TT_ECLOSED};
	pthread_mutex_lock(&p->lock);
	t->call = &call;
	t->source.ops->wake(t->source.self);
	while (t->call && !t->ended)
		pthread_cond_wait(&p->changed, &p->lock);
	t->call = NULL;
	pthread_mutex_unlock(&p->lock);
	return call.rc;
}

int tt_pipeline_post_source(
	struct tt_pipeline *p, size_t i, int (*fn)(struct tt_source *source, void *ctx), void *ctx)
{
	struct tt_source_thread *t = &p->sources[i];
	pthread_mutex_lock(&p->lock);
	t->posted = (struct tt_source_call){fn, ctx, TT_OK};
	t->source.ops->wake(t->source.self);
	int rc = t->ended ? TT_ECLOSED : TT_OK;
	pthread_mutex_unlock(&p->lock);
	return rc;
}

bool tt_pipeline_ready(struct tt_pipeline *p, struct tt_buf *reason)
{
	if (atomic_load(&p->stopping)) {
		(void)tt_buf_str(reason, TT_STR("stopping"));
		return false;
	}
	bool flows = true;
	for (size_t i = 0; i < p->n_sources; i++) {
		const struct tt_source *s = &p->sources[i].source;
		if (s->ops->ready && !s->ops->ready(s->self, reason))
			flows = false;
	}
	if (!tt_outage_report(&p->outage, reason) || !flows)
		return false;
	int64_t stood_ms = tt_pulse_stood_ms(&p->pulse, p->clock);
	if (!p->conf.stall_ms || stood_ms < p->conf.stall_ms)
		return true;
	(void)tt_buf_printf(reason, "stalled: no batch has moved for %lld s", (long long)stood_ms / 1000);
	return false;
}

void tt_pipeline_metrics(struct tt_pipeline *p, struct tt_buf *out)
{
	for (size_t i = 0; i < p->n_sources; i++) {
		const struct tt_source *s = &p->sources[i].source;
		if (s->ops->metrics)
			s->ops->metrics(s->self, out);
	}
}

bool tt_pipeline_alive(struct tt_pipeline *p)
{
	struct tt_buf reason;
	tt_buf_init(&reason, 0); /* the answer alone */
	bool stalled = p->conf.stall_ms && tt_pulse_stood_ms(&p->pulse, p->clock) >= p->conf.stall_ms &&
		       tt_outage_report(&p->outage, &reason);
	tt_buf_done(&reason);
	return !stalled;
}

bool tt_pipeline_finished(struct tt_pipeline *p)
{
	return atomic_load(&p->written) || atomic_load(&p->writer.gone);
}
