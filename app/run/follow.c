/* follow.c - see follow.h. */
#include "app/run/follow.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/run/parts.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/retry.h"
#include "sink/pg/models.h"

enum {
	LOOK_MS = 5000,       /* between two looks when no notification comes */
	SLICE_MS = 100,       /* until a stop is seen */
	RETRY_CAP_MS = 60000, /* between two tries to open a model that cannot be opened */
	LOOK_BYTES = 1 << 20
};

struct tt_follow {
	const struct tt_app_conf *conf;
	tt_follow_use *use;
	void *ctx;
	struct tt_pg_conn *conn; /* NULL: nothing to follow */
	unsigned generation;     /* of the session that listens; of the thread, as the next */
	struct tt_backoff backoff;
	int64_t failed,
		retry_ms; /* the promotion that could not be obeyed, 0: none; when to try again, monotonic */
	pthread_t thread;
	bool started;
	atomic_bool stopping;

	pthread_mutex_t opening; /* guards what follows; held while a model is opened, so that a reload and a
				    promotion take turns */
	struct tt_nlp_conf nlp;  /* as loaded last; its model and entities are ours */
	struct tt_scorer *scorer;
	int64_t change;          /* the promotion that was obeyed, 0: none */
	char *path;              /* of the model in use, as it was promoted; NULL: it is the configured one */
	struct tt_id configured; /* identity of that */

	pthread_mutex_t lock; /* guards the one below, for the HTTP threads */
	struct tt_err behind; /* why the promoted one is not in use; code 0: it is */
};

/* ---- opening ---- */

/* What conf says, with the model at path (NULL: with the configured one). */
static int open_scorer(const struct tt_follow *f, const struct tt_nlp_conf *nlp, char *path,
	struct tt_scorer **ret, struct tt_err *err)
{
	struct tt_app_conf conf = *f->conf; /* a view */
	struct tt_parts parts = {0};
	conf.model = *nlp;
	if (path)
		conf.model.model = path;
	int rc = tt_parts_open_scorer(&parts, &conf, err);
	*ret = rc == TT_OK ? parts.scorer : NULL;
	return rc;
}

/* Puts it to work. The database is told of it first, as scores refer to its number. Takes the reference on
 * success. */
static int put_to_work(
	struct tt_follow *f, const struct tt_nlp_conf *nlp, struct tt_scorer *scorer, struct tt_err *err)
{
	struct tt_app_conf conf = *f->conf; /* a view */
	const struct tt_model_info *m = tt_scorer_model(scorer);
	int model_id = 0;
	conf.model = *nlp;
	int rc = tt_parts_register(&conf, scorer, &model_id, err);
	if (rc < 0)
		return rc;
	f->use(f->ctx, scorer, model_id);
	tt_scorer_unref(f->scorer);
	f->scorer = scorer;
	tt_metric_set(TT_M_model_id, (uint64_t)model_id);
	tt_log(TT_LOG_INFO, "model in use", TT_F_STR("model", m->name), TT_F_INT("model_id", model_id),
		TT_F_C("precision", m->precision), TT_F_C("kernel", m->kernel), TT_F_C("why", m->why));
	return TT_OK;
}

static void note_behind(struct tt_follow *f, int rc, const struct tt_err *err)
{
	pthread_mutex_lock(&f->lock);
	f->behind = rc < 0 ? *err : (struct tt_err){0};
	f->behind.code = rc;
	pthread_mutex_unlock(&f->lock);
	tt_metric_set(TT_M_model_behind, rc < 0);
}

/* ---- a promotion ---- */

/* What is promoted, or what is configured when that is it; the files must be those that were promoted. */
static int open_wanted(
	struct tt_follow *f, const struct tt_pg_found_model *m, struct tt_scorer **ret, struct tt_err *err)
{
	bool is_configured = !m->model_id || tt_id_eq(m->hash, f->configured);
	char *path = !is_configured && m->path.p ? strndup(m->path.p, m->path.n) : NULL;
	int rc = is_configured || path ? open_scorer(f, &f->nlp, path, ret, err)
		 : m->path.p           ? tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM))
				       : tt_err_set(err, TT_ENOENT, "its folder is not known");
	if (rc == TT_OK && m->model_id && !tt_id_eq(tt_scorer_model(*ret)->hash, m->hash)) {
		rc = tt_err_set(err, TT_EDATA, "%s: the files are not those of the model that was promoted",
			tt_scorer_model(*ret)->folder);
		tt_scorer_unref(*ret);
		*ret = NULL;
	}
	free(path);
	return rc;
}

/* What is promoted takes the place of what is in use, unless it is that. */
static int swap(struct tt_follow *f, int64_t change, const struct tt_pg_found_model *m, struct tt_err *err)
{
	struct tt_scorer *scorer = NULL;
	int rc = TT_OK;
	if (!tt_id_eq(m->model_id ? m->hash : f->configured, tt_scorer_model(f->scorer)->hash))
		rc = open_wanted(f, m, &scorer, err);
	const char *folder = tt_scorer_model(scorer ? scorer : f->scorer)->folder;
	char *path = rc == TT_OK && m->model_id && folder ? strdup(folder) : NULL;
	if (rc == TT_OK && m->model_id && folder && !path)
		rc = tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	if (rc == TT_OK && scorer)
		rc = put_to_work(f, &f->nlp, scorer, err);
	if (rc < 0) {
		tt_scorer_unref(scorer);
		free(path);
		return rc;
	}
	tt_metric_add(TT_M_model_swaps, scorer != NULL);
	free(f->path);
	f->path = path;
	f->change = change;
	return TT_OK;
}

static void log_result(const struct tt_pg_found_model *m, int64_t change, int rc, const struct tt_err *err)
{
	if (rc < 0)
		tt_log(TT_LOG_ERROR, "the promoted model cannot be used here, going on with the old one",
			TT_F_STR("model", m->name), TT_F_STR("path", m->path), TT_F_INT("change", change),
			TT_F_C("error", err->msg));
	else if (m->model_id)
		tt_log(TT_LOG_INFO, "scoring with the promoted model", TT_F_STR("model", m->name),
			TT_F_STR("path", m->path), TT_F_INT("change", change));
	else
		tt_log(TT_LOG_INFO, "scoring with the configured model: the promotions were rolled back",
			TT_F_INT("change", change));
}

/* Does what the last change says, unless that is done. Errors are of the database alone. */
static int look(struct tt_follow *f, bool again, struct tt_err *err)
{
	struct tt_pg_found_model m;
	struct tt_arena arena;
	struct tt_err why = {0};
	int64_t change;
	tt_arena_init(&arena, LOOK_BYTES);
	int rc = tt_pg_model_promoted(f->conn, &arena, &change, &m, err);
	if (rc == TT_OK) {
		pthread_mutex_lock(&f->opening);
		if (change != f->change &&
			(again || change != f->failed || tt_mono_ms(&tt_clock_real) >= f->retry_ms)) {
			int done = swap(f, change, &m, &why);
			log_result(&m, change, done, &why);
			note_behind(f, done, &why);
			if (done == TT_OK || change != f->failed)
				tt_backoff_reset(&f->backoff);
			f->failed = done < 0 ? change : 0;
			f->retry_ms =
				done < 0 ? tt_mono_ms(&tt_clock_real) + tt_backoff_next_ms(&f->backoff) : 0;
		}
		pthread_mutex_unlock(&f->opening);
	}
	tt_arena_done(&arena);
	return rc;
}

/* ---- the thread ---- */

/* A session that is new listens before it looks, so that no promotion falls between. */
static int listen_and_look(struct tt_follow *f, bool told, struct tt_err *err)
{
	int rc = tt_pg_conn_ready(f->conn, err);
	if (rc == TT_OK && tt_pg_conn_generation(f->conn) != f->generation) {
		rc = tt_pg_query(f->conn, "LISTEN tickertone_model", NULL, NULL, err);
		f->generation = rc == TT_OK ? tt_pg_conn_generation(f->conn) : 0;
	}
	return rc < 0 ? rc : look(f, told, err);
}

/* Until a promotion is told, or it is time to look. */
static bool wait_to_look(struct tt_follow *f)
{
	for (int64_t waited = 0; waited < LOOK_MS && !atomic_load(&f->stopping); waited += SLICE_MS) {
		bool told = false;
		if (!f->generation || tt_pg_wait(f->conn, SLICE_MS, &told) < 0)
			usleep(SLICE_MS * 1000);
		if (told)
			return true;
	}
	return false;
}

static void *follow_main(void *arg)
{
	static struct tt_log_limit limit;
	struct tt_follow *f = arg;
	struct tt_err err = {0};
	bool told = false;
	while (!atomic_load(&f->stopping)) {
		if (listen_and_look(f, told, &err) < 0 && tt_log_allowed(&limit, 60000, NULL))
			tt_log(TT_LOG_WARN, "cannot tell which model is promoted, trying again",
				TT_F_C("error", err.msg));
		told = wait_to_look(f);
	}
	return NULL;
}

/* ---- start, reload, stop ---- */

static void free_nlp(struct tt_nlp_conf *c)
{
	free(c->model);
	free(c->entities);
}

static int copy_nlp(struct tt_nlp_conf *ret, const struct tt_nlp_conf *from, struct tt_err *err)
{
	struct tt_nlp_conf c = *from;
	c.model = from->model ? strdup(from->model) : NULL;
	c.entities = from->entities ? strdup(from->entities) : NULL;
	if ((from->model && !c.model) || (from->entities && !c.entities)) {
		free_nlp(&c);
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	}
	*ret = c;
	return TT_OK;
}

int tt_follow_new(struct tt_follow **ret, const struct tt_app_conf *conf, tt_follow_use *use, void *ctx,
	struct tt_err *err)
{
	struct tt_follow *f = calloc(1, sizeof(*f));
	if (!f)
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	f->conf = conf;
	f->use = use;
	f->ctx = ctx;
	pthread_mutex_init(&f->opening, NULL);
	pthread_mutex_init(&f->lock, NULL);
	tt_backoff_init(&f->backoff, LOOK_MS, RETRY_CAP_MS, (uint64_t)tt_mono_ns(&tt_clock_real));
	int rc = copy_nlp(&f->nlp, &conf->model, err);
	if (rc == TT_OK)
		rc = open_scorer(f, &f->nlp, NULL, &f->scorer, err);
	if (rc == TT_OK)
		f->configured = tt_scorer_model(f->scorer)->hash;
	if (rc == TT_OK && conf->pipeline.sink == TT_SINK_POSTGRES &&
		conf->model.follow == TT_FOLLOW_PROMOTED && conf->model.scores == TT_SCORES_MODEL)
		rc = tt_pg_conn_new(&f->conn, &conf->postgres, err);
	if (rc < 0) {
		tt_follow_free(f);
		return rc;
	}
	*ret = f;
	return TT_OK;
}

int tt_follow_begin(struct tt_follow *f, struct tt_err *err)
{
	pthread_mutex_lock(&f->opening);
	int rc = put_to_work(f, &f->nlp, tt_scorer_ref(f->scorer), err);
	if (rc < 0)
		tt_scorer_unref(f->scorer);
	pthread_mutex_unlock(&f->opening);
	return rc < 0 || !f->conn ? rc : listen_and_look(f, true, err);
}

int tt_follow_start(struct tt_follow *f, struct tt_err *err)
{
	if (!f->conn)
		return TT_OK;
	if (pthread_create(&f->thread, NULL, follow_main, f))
		return tt_err_set(err, TT_ENOMEM, "model: cannot start a thread");
	f->started = true;
	return TT_OK;
}

int tt_follow_reload(struct tt_follow *f, const struct tt_nlp_conf *conf, struct tt_err *err)
{
	struct tt_scorer *scorer = NULL;
	struct tt_nlp_conf nlp;
	int rc = copy_nlp(&nlp, conf, err);
	if (rc < 0)
		return rc;
	pthread_mutex_lock(&f->opening);
	rc = open_scorer(f, &nlp, f->path, &scorer, err);
	if (rc == TT_OK)
		rc = put_to_work(f, &nlp, scorer, err);
	if (rc == TT_OK && !f->path)
		f->configured = tt_scorer_model(scorer)->hash;
	if (rc == TT_OK && f->path)
		tt_log(TT_LOG_INFO, "the promoted model stays in use, not the configured one",
			TT_F_C("path", f->path));
	if (rc < 0)
		tt_scorer_unref(scorer);
	free_nlp(rc == TT_OK ? &f->nlp : &nlp);
	if (rc == TT_OK)
		f->nlp = nlp;
	pthread_mutex_unlock(&f->opening);
	return rc;
}

void tt_follow_report(struct tt_follow *f, struct tt_buf *note)
{
	pthread_mutex_lock(&f->lock);
	if (f->behind.code < 0) /* what does not fit is only text */
		(void)tt_buf_printf(note, "model: the promoted one is not in use: %s", f->behind.msg);
	pthread_mutex_unlock(&f->lock);
}

void tt_follow_stop(struct tt_follow *f)
{
	if (!f || !f->started)
		return;
	atomic_store(&f->stopping, true);
	pthread_join(f->thread, NULL);
	f->started = false;
}

void tt_follow_free(struct tt_follow *f)
{
	if (!f)
		return;
	tt_pg_conn_free(f->conn);
	tt_scorer_unref(f->scorer);
	free(f->path);
	free_nlp(&f->nlp);
	pthread_mutex_destroy(&f->lock);
	pthread_mutex_destroy(&f->opening);
	free(f);
}
