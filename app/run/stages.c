/* stages.c - see stages.h. What each thread of the pipeline does in a loop. */
#include "app/run/stages.h"

#include "app/run/filter.h"
#include "common/log.h"
#include "common/metrics.h"

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

enum { HOLD_MS = 100 };

/* As hand_over, but a source that must not be left alone is kept busy while the line is full. */
static void hand_on(struct tt_source_thread *t, struct tt_batch *b)
{
	struct tt_queue *q = t->p->fetched;
	const struct tt_source *s = &t->source;
	if (!s->ops->hold) {
		hand_over(q, b, TT_M_queue_fetched);
		return;
	}
	int rc = tt_queue_push(q, b, 0);
	if (rc == TT_EAGAIN)
		tt_metric_add(TT_M_queue_full, 1);
	for (; rc == TT_EAGAIN; rc = tt_queue_push(q, b, 0))
		s->ops->hold(s->self, HOLD_MS);
	tt_metric_set(TT_M_queue_fetched, tt_queue_depth(q));
	if (rc < 0)
		tt_batch_free(b);
}

static void run_calls(struct tt_source_thread *t)
{
	struct tt_pipeline *p = t->p;
	pthread_mutex_lock(&p->lock);
	struct tt_source_call *call = t->call, posted = t->posted;
	t->posted.fn = NULL;
	pthread_mutex_unlock(&p->lock);
	if (posted.fn)
		posted.fn(&t->source, posted.ctx);
	if (!call)
		return;
	call->rc = call->fn(&t->source, call->ctx);
	pthread_mutex_lock(&p->lock);
	t->call = NULL;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
}

/* A change of a subscription; its token and secret are nobody's business. */
static void log_subscription(const struct tt_websub_state *w)
{
	if (w->last_error.p)
		tt_log(TT_LOG_WARN, "websub", TT_F_STR("url", w->url),
			TT_F_C("status", tt_websub_status_name(w->status)), TT_F_STR("hub", w->hub),
			TT_F_STR("error", w->last_error));
	else
		tt_log(TT_LOG_DEBUG, "websub", TT_F_STR("url", w->url),
			TT_F_C("status", tt_websub_status_name(w->status)), TT_F_STR("hub", w->hub));
}

/* The edge's one line about what came in badly. */
static void log_arrivals(const struct tt_batch *b)
{
	for (size_t i = 0; i < b->n_feeds; i++) {
		const struct tt_feed_state *f = &b->feeds[i];
		if (f->last_error.p)
			tt_log(TT_LOG_WARN, "feed failed", TT_F_STR("url", f->url),
				TT_F_INT("status", f->last_status), TT_F_INT("failures", f->failures),
				TT_F_STR("error", f->last_error));
		else
			tt_log(TT_LOG_DEBUG, "feed polled", TT_F_STR("url", f->url),
				TT_F_INT("status", f->last_status));
	}
	for (size_t i = 0; i < b->n_websubs; i++)
		log_subscription(&b->websubs[i]);
	for (size_t i = 0; i < b->n_dead; i++)
		tt_log(TT_LOG_WARN, "input refused, now a dead letter", TT_F_STR("source", b->dead[i].source),
			TT_F_STR("where", b->dead[i].where), TT_F_STR("reason", b->dead[i].reason));
}

static int pull(struct tt_source_thread *t, struct tt_err *err)
{
	struct tt_pipeline *p = t->p;
	struct tt_batch *b = tt_batch_new((size_t)p->conf.batch_bytes);
	if (!b)
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	int rc = t->source.ops->next(
		t->source.self, b, (size_t)p->conf.max_items, (int)p->conf.max_wait_ms, err);
	if (tt_batch_is_empty(b)) {
		tt_batch_free(b);
		return rc;
	}
	tt_privacy_batch(&t->private, b);
	if (!b->born_ns)
		b->born_ns = tt_mono_ns(p->clock);
	tt_metric_add(TT_M_items_in, b->n_items);
	b->source = (int)(t - p->sources);
	log_arrivals(b);
	tt_pulse_in(&p->pulse, p->clock);
	hand_on(t, b);
	return rc;
}

void *tt_source_main(void *arg)
{
	struct tt_source_thread *t = arg;
	struct tt_pipeline *p = t->p;
	struct tt_err err = {0};
	int rc = TT_OK;
	while (rc == TT_OK && !atomic_load(&p->stopping)) {
		rc = pull(t, &err);
		run_calls(t);
	}
	if (rc == TT_ECLOSED)
		tt_log(TT_LOG_INFO, "source at its end", TT_F_C("source", t->source.ops->name));
	else if (rc < 0)
		tt_log(TT_LOG_ERROR, "source ended", TT_F_C("source", t->source.ops->name),
			TT_F_C("error", err.msg));
	pthread_mutex_lock(&p->lock);
	t->ended = true;
	pthread_cond_broadcast(&p->changed);
	pthread_mutex_unlock(&p->lock);
	if (atomic_fetch_sub(&p->sources_left, 1) == 1)
		tt_queue_close(p->fetched);
	return NULL;
}

/* ---- filter ---- */

/* Without an answer the batch goes on whole: write() knows repeats itself, scoring them is only wasted work.
 */
static void filter_batch(struct tt_pipeline *p, struct tt_batch *b)
{
	static struct tt_log_limit limit;
	struct tt_err err = {0};
	int rc;
	while ((rc = tt_filter_batch(&p->filter, b, &err)) < 0 && tt_retriable(rc))
		if (!tt_outage_wait(&p->outage, TT_OUTAGE_FILTER, &err))
			return;
	tt_outage_over(&p->outage, TT_OUTAGE_FILTER);
	if (rc < 0 && tt_log_allowed(&limit, 10000, NULL))
		tt_log(TT_LOG_WARN, "cannot tell which items are stored already", TT_F_C("error", err.msg));
}

void *tt_filter_main(void *arg)
{
	struct tt_pipeline *p = arg;
	struct tt_batch *b;
	while (tt_queue_pop(p->fetched, &b, -1) == TT_OK) {
		tt_metric_set(TT_M_queue_fetched, tt_queue_depth(p->fetched));
		tt_pulse_moved(&p->pulse, p->clock);
		if (b->n_items && p->filter.ops && p->filter.ops->lookup)
			filter_batch(p, b);
		tt_order_number(&p->order, b);
		hand_over(p->filtered, b, p->filtered == p->to_score ? TT_M_queue_score : TT_M_queue_write);
	}
	tt_queue_close(p->filtered);
	return NULL;
}

/* ---- scoring ---- */

/* By one scorer from the first item to the last, whatever is set meanwhile; it is held no longer than that, so that an idle thread does
 * not keep an old model. ctx NULL: there is no memory for one. */
static void score_batch(struct tt_pipeline *p, struct tt_score_ctx *ctx, struct tt_batch *b)
{
	struct tt_err err = {.msg = "out of memory"};
	int64_t begun = tt_mono_ns(p->clock);
	pthread_mutex_lock(&p->lock);
	struct tt_scorer *scorer = tt_scorer_ref(p->scorer);
	b->model_id = p->model_id;
	pthread_mutex_unlock(&p->lock);
	int rc = ctx ? tt_scorer_score(scorer, ctx, b, p->clock, &err) : TT_ENOMEM;
	tt_scorer_unref(scorer);
	if (rc < 0) { /* memory: what is not scored yet is stored without a score, and says so */
		tt_log(TT_LOG_ERROR, "batch could not be scored", TT_F_INT("items", (int64_t)b->n_items),
			TT_F_C("error", err.msg));
		for (size_t i = 0; i < b->n_items; i++)
			if (b->items[i].scored_ms == TT_TIME_NONE)
				b->items[i].unscored = tt_err_text(rc);
	}
	tt_histogram_add(TT_H_score, tt_mono_ns(p->clock) - begun);
}

void *tt_score_main(void *arg)
{
	struct tt_pipeline *p = arg;
	struct tt_score_ctx *ctx = NULL;
	struct tt_batch *b;
	while (tt_queue_pop(p->to_score, &b, -1) == TT_OK) {
		tt_metric_set(TT_M_queue_score, tt_queue_depth(p->to_score));
		tt_pulse_moved(&p->pulse, p->clock);
		if (!ctx)
			(void)tt_score_ctx_new(&ctx, NULL); /* failed: said with the batch, tried again with the next */
		if (b->n_items && !atomic_load(&p->writer.gone)) /* nobody would see the scores */
			score_batch(p, ctx, b);
		hand_over(p->to_write, b, TT_M_queue_write);
	}
	tt_score_ctx_free(ctx);
	if (atomic_fetch_sub(&p->scorers_left, 1) == 1)
		tt_queue_close(p->to_write);
	return NULL;
}

void *tt_writer_main(void *arg)
{
	struct tt_pipeline *p = arg;
	tt_writer_run(&p->writer);
	atomic_store(&p->written, true);
	return NULL;
}
