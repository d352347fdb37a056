/* shadow.c - see shadow.h. */
#include "app/run/shadow.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "app/conf.h"
#include "app/run/parts.h"
#include "common/log.h"
#include "common/metrics.h"
#include "nlp/load.h"
#include "sink/pg/shadow.h"

/* clang-format off */
#define OPT(name, field, type, def, lo, hi, unit, doc, choices) {name, type, offsetof(struct tt_shadow_conf, field), def, lo, hi, unit, 0, doc, choices}
const struct tt_opt tt_shadow_opts[] = {
	OPT("model", model, TT_OPT_PATH, NULL, 0, 0, "",
		"Folder of a model that reads a share of the items beside the one that serves, when a core is idle; view shadow_comparison compares them. Nothing "
		"else is made of what it says.", NULL),
	OPT("share", share, TT_OPT_REAL, "0.1", 0, 1, "",
		"Share of the items that it reads, chosen by their identity: the same ones in every process.", NULL),
	OPT("precision", precision, TT_OPT_ENUM, "auto", 0, 0, "", "As model.precision.", TT_PRECISION_CHOICES),
	OPT("threads", threads, TT_OPT_INT, "1", 1, 1024, "threads", "Threads that compute for it, at the lowest priority.", NULL),
	OPT("queue_batches", queue_batches, TT_OPT_INT, "16", 1, 1024, "batches",
		"So many batches wait for it, each of pipeline.batch_bytes at most; what comes when they do is dropped and counted (shadow_items).", NULL),
	OPT("keep", keep_ms, TT_OPT_DURATION, "30d", 0, 36500.0 * 86400000, "", "How long its answers are kept for comparing; 0s is for ever.", NULL),
	{0},
};
/* clang-format on */

/* A batch to be read, and what was stored of its items; both of one life. */
struct job {
	struct tt_batch *batch;
	struct tt_scored *served; /* (batch->n_items), in its arena */
	int served_model;
};

struct tt_shadow {
	const struct tt_app_conf *conf;
	pthread_t thread;
	struct tt_parts parts; /* of the thread, as the next two */
	struct tt_score_ctx *ctx;
	struct tt_pg_conn *conn;

	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	struct job *ring; /* (size) */
	size_t size, first, n;
	bool stopping;
};

static void drop(size_t n)
{
	tt_metric_add(TT_M_shadow_dropped, n);
}

/* ---- offering ---- */

bool tt_shadow_picks(struct tt_id item, double share)
{
	/* Hashed again: a publisher's own ids may begin with the time. */
	const struct tt_id h =
		TT_ID(TT_STR("shadow"), ((struct tt_str){(const char *)item.b, sizeof(item.b)}));
	uint32_t v;
	memcpy(&v, h.b, sizeof(v));
	return (double)v < share * 4294967296.0;
}

static bool is_picked(const struct tt_shadow *s, const struct tt_scored *item)
{
	return !item->unscored && tt_shadow_picks(item->item.id, s->conf->shadow.share);
}

static bool copy_text(struct tt_arena *arena, struct tt_str *text)
{
	if (text->p)
		*text = tt_arena_str(arena, *text);
	else
		return true;
	return text->p != NULL;
}

/* What a scorer reads of an item, and what the database knows it by. */
static bool copy_item(struct tt_arena *arena, const struct tt_item *from, struct tt_item *to)
{
	to->id = from->id;
	to->revises = from->revises;
	to->story_ms = from->story_ms;
	to->published_ms = from->published_ms;
	to->fetched_ms = from->fetched_ms;
	to->title = from->title;
	to->summary = from->summary;
	to->content = from->content;
	to->lang = from->lang;
	return copy_text(arena, &to->title) && copy_text(arena, &to->summary) &&
	       copy_text(arena, &to->content) && copy_text(arena, &to->lang);
}

static bool copy_served(struct tt_arena *arena, const struct tt_scored *from, struct tt_scored *to)
{
	to->sentiment = from->sentiment;
	to->entities = tt_arena_zalloc(arena, from->n_entities + 1, sizeof(*to->entities));
	for (size_t i = 0; to->entities && i < from->n_entities; i++) {
		to->entities[i].sentiment = from->entities[i].sentiment;
		to->entities[i].symbol = from->entities[i].symbol;
		if (!copy_text(arena, &to->entities[i].symbol))
			return false;
	}
	to->n_entities = from->n_entities;
	return to->entities != NULL;
}

/* False: memory is out. */
static bool make_job(const struct tt_shadow *s, const struct tt_batch *b, size_t n, struct job *ret)
{
	struct job job = {
		.batch = tt_batch_new((size_t)s->conf->pipeline.batch_bytes), .served_model = b->model_id};
	bool ok = job.batch && (job.served = tt_arena_zalloc(&job.batch->arena, n, sizeof(*job.served)));
	for (size_t i = 0; ok && i < b->n_items; i++) {
		if (!is_picked(s, &b->items[i]))
			continue;
		struct tt_scored *to = tt_batch_add_item(job.batch);
		ok = to && copy_item(&job.batch->arena, &b->items[i].item, &to->item) &&
		     copy_served(&job.batch->arena, &b->items[i], &job.served[job.batch->n_items - 1]);
	}
	if (!ok)
		tt_batch_free(job.batch);
	else
		*ret = job;
	return ok;
}

/* A thread that runs only when a core is idle may sleep with the lock: it is tried, not waited for. */
static bool put(struct tt_shadow *s, const struct job *job)
{
	if (pthread_mutex_trylock(&s->lock))
		return false;
	bool fits = s->n < s->size;
	if (fits) {
		s->ring[(s->first + s->n++) % s->size] = *job;
		pthread_cond_signal(&s->wake);
	}
	pthread_mutex_unlock(&s->lock);
	return fits;
}

void tt_shadow_offer(struct tt_shadow *s, const struct tt_batch *b)
{
	struct job job;
	size_t n = 0;
	for (size_t i = 0; b->model_id && i < b->n_items; i++)
		n += is_picked(s, &b->items[i]);
	if (!n)
		return;
	if (!make_job(s, b, n, &job)) {
		drop(n);
	} else if (!put(s, &job)) {
		drop(n);
		tt_batch_free(job.batch);
	}
}

/* ---- the thread ---- */

static bool take(struct tt_shadow *s, struct job *ret)
{
	pthread_mutex_lock(&s->lock);
	while (!s->n && !s->stopping)
		pthread_cond_wait(&s->wake, &s->lock);
	bool any = s->n && !s->stopping;
	if (any) {
		*ret = s->ring[s->first];
		s->first = (s->first + 1) % s->size;
		s->n--;
	}
	pthread_mutex_unlock(&s->lock);
	return any;
}

static int open_scorer(struct tt_shadow *s, struct tt_err *err)
{
	struct tt_app_conf conf = *s->conf; /* a view */
	conf.model.model = s->conf->shadow.model;
	conf.model.scores = TT_SCORES_MODEL;
	conf.model.precision = s->conf->shadow.precision;
	conf.model.threads = s->conf->shadow.threads;
	conf.model.cache_texts = 0; /* what is read costs nobody anything */
	int rc = tt_parts_open_scorer(&s->parts, &conf, err);
	return rc < 0 ? rc : tt_score_ctx_new(&s->ctx, err);
}

/* Scored by the other model, and stored beside what was stored of it. */
static int do_job(struct tt_shadow *s, const struct job *job, struct tt_err *err)
{
	int rc = tt_scorer_score(s->parts.scorer, s->ctx, job->batch, &tt_clock_real, err);
	if (rc == TT_OK && !s->parts.model_id)
		rc = tt_parts_register_model(s->conn, s->parts.scorer, &s->parts.model_id, err);
	job->batch->model_id = s->parts.model_id;
	return rc < 0 ? rc : tt_pg_shadow_store(s->conn, job->batch, job->served, job->served_model, err);
}

/* Threads inherit how they are scheduled: so do those of the crew. */
static void *shadow_main(void *arg)
{
	static struct tt_log_limit limit;
	const struct sched_param lowest = {0};
	struct tt_shadow *s = arg;
	struct tt_err err = {0};
	struct job job;
	int e = pthread_setschedparam(pthread_self(), SCHED_IDLE, &lowest);
	if (e)
		tt_log(TT_LOG_WARN, "the shadow model does not run at the lowest priority",
			TT_F_C("error", strerror(e)));
	int opened = open_scorer(s, &err);
	if (opened < 0)
		tt_log(TT_LOG_ERROR, "the shadow model cannot be opened, nothing is compared",
			TT_F_C("error", err.msg));
	else
		tt_log(TT_LOG_INFO, "shadow model opened",
			TT_F_STR("model", tt_scorer_model(s->parts.scorer)->name),
			TT_F_C("precision", tt_scorer_model(s->parts.scorer)->precision));
	while (take(s, &job)) {
		int rc = opened < 0 ? opened : do_job(s, &job, &err);
		tt_metric_add(rc < 0 ? TT_M_shadow_dropped : TT_M_shadow_scored, job.batch->n_items);
		if (rc < 0 && tt_log_allowed(&limit, 60000, NULL))
			tt_log(TT_LOG_WARN, "what the shadow model says is not stored",
				TT_F_C("error", err.msg));
		tt_batch_free(job.batch);
	}
	return NULL;
}

/* ---- start and stop ---- */

static void shadow_free(struct tt_shadow *s)
{
	for (; s->n; s->n--, s->first = (s->first + 1) % s->size) {
		drop(s->ring[s->first].batch->n_items);
		tt_batch_free(s->ring[s->first].batch);
	}
	tt_score_ctx_free(s->ctx);
	tt_parts_done(&s->parts);
	tt_pg_conn_free(s->conn);
	pthread_cond_destroy(&s->wake);
	pthread_mutex_destroy(&s->lock);
	free(s->ring);
	free(s);
}

int tt_shadow_start(struct tt_shadow **ret, const struct tt_app_conf *conf, struct tt_err *err)
{
	struct tt_shadow *s = calloc(1, sizeof(*s));
	if (!s)
		return tt_err_set(err, TT_ENOMEM, "shadow model: %s", tt_err_text(TT_ENOMEM));
	s->conf = conf;
	s->size = (size_t)conf->shadow.queue_batches;
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->wake, NULL);
	s->ring = calloc(s->size, sizeof(*s->ring));
	int rc = s->ring ? tt_pg_conn_new(&s->conn, &conf->postgres, err)
			 : tt_err_set(err, TT_ENOMEM, "shadow model: %s", tt_err_text(TT_ENOMEM));
	if (rc == TT_OK && pthread_create(&s->thread, NULL, shadow_main, s))
		rc = tt_err_set(err, TT_ENOMEM, "shadow model: cannot start a thread");
	if (rc < 0) {
		shadow_free(s);
		return rc;
	}
	*ret = s;
	return TT_OK;
}

void tt_shadow_stop(struct tt_shadow *s)
{
	if (!s)
		return;
	pthread_mutex_lock(&s->lock);
	s->stopping = true;
	pthread_cond_signal(&s->wake);
	pthread_mutex_unlock(&s->lock);
	pthread_join(s->thread, NULL);
	shadow_free(s);
}
