/* serve.c - see serve.h. */
#include "app/run/serve.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "app/run/alerts.h"
#include "app/run/callback.h"
#include "app/run/couriers.h"
#include "app/run/events.h"
#include "app/run/follow.h"
#include "app/run/leases.h"
#include "app/run/notify.h"
#include "app/run/parts.h"
#include "app/run/pipeline.h"
#include "app/run/service.h"
#include "common/cores.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/retry.h"
#include "ingest/fetch/fetch.h"

enum { TICK_MS = 200, PRUNE_EVERY_MS = 6 * 3600 * 1000, GRACE_MS = 60 * 1000 };

/* The running service, as main and the HTTP threads see it. */
struct run {
	const char *config_path;
	struct tt_app_conf conf; /* as started: what is open refers to it; a reload changes what is
				    reloadable, not this */
	struct tt_parts parts;
	struct tt_service *service;
	struct tt_notify notify; /* main's */
	sigset_t signals;
	struct tt_leases
		*leases; /* NULL: none. For the HTTP threads while there is a pipeline, as the next */
	struct tt_events *events;
	struct tt_alerts *alerts;
	struct tt_couriers *couriers;
	struct tt_follow *follow; /* NULL: nothing is scored */
	struct tt_shadow *shadow;
	pthread_mutex_t lock; /* guards the two below, for the HTTP threads */
	struct tt_pipeline *pipeline;
	struct tt_err waiting; /* why there is no pipeline yet */
};

static void end_line(struct tt_buf *text)
{
	if (text->n && text->p[text->n - 1] != '\n')
		(void)tt_buf_str(text, TT_STR("\n"));
}

/* Adds what stands in the way, one a line. */
static bool flows(struct run *r, struct tt_buf *reason)
{
	bool ready = tt_pipeline_ready(r->pipeline, reason);
	if (r->leases) {
		end_line(reason);
		ready &= tt_leases_report(r->leases, reason);
	}
	if (r->events) {
		end_line(reason);
		ready &= tt_events_report(r->events, reason);
	}
	if (r->alerts) {
		end_line(reason);
		ready &= tt_alerts_report(r->alerts, reason);
	}
	if (r->follow) { /* a note: it scores, with another model than is wanted */
		end_line(reason);
		tt_follow_report(r->follow, reason);
	}
	return ready;
}

static bool is_ready(void *ctx, struct tt_buf *reason)
{
	struct run *r = ctx;
	bool ready = false;
	pthread_mutex_lock(&r->lock);
	if (r->pipeline)
		ready = flows(r, reason);
	else
		(void)tt_buf_str(reason, tt_str_c(r->waiting.msg)); /* what does not fit is only text */
	pthread_mutex_unlock(&r->lock);
	return ready;
}

static void add_metrics(void *ctx, struct tt_buf *out)
{
	struct run *r = ctx;
	pthread_mutex_lock(&r->lock);
	if (r->pipeline)
		tt_pipeline_metrics(r->pipeline, out);
	pthread_mutex_unlock(&r->lock);
}

static void set_pipeline(struct run *r, struct tt_pipeline *p, const char *why_not)
{
	pthread_mutex_lock(&r->lock);
	r->pipeline = p;
	tt_err_set(&r->waiting, TT_EAGAIN, "%s", why_not);
	pthread_mutex_unlock(&r->lock);
}

/* What /ready would say now, as a metric and to the service manager. */
static void report_readiness(struct run *r)
{
	struct tt_buf reason;
	tt_buf_init(&reason, TT_NOTIFY_STATUS_MAX);
	bool ready = is_ready(r, &reason);
	tt_metric_set(TT_M_ready, ready);
	tt_notify_tick(
		&r->notify, tt_pipeline_alive(r->pipeline), ready ? TT_STR("running") : tt_buf_view(&reason));
	tt_buf_done(&reason);
}

/* Some threads may be older than our mask: libraries start their own when they are loaded. When one of those
 * is given a signal, it hands it to the main thread, which has it blocked until it looks. */
static void to_main_thread(int sig)
{
	int saved = errno;
	(void)syscall(SYS_tgkill, getpid(), getpid(), sig);
	errno = saved;
}

static void take_signals(sigset_t *set)
{
	static const int ours[] = {SIGTERM, SIGINT, SIGHUP};
	struct sigaction action = {.sa_handler = to_main_thread, .sa_flags = SA_RESTART};
	sigemptyset(set);
	for (size_t i = 0; i < TT_LEN(ours); i++)
		sigaddset(set, ours[i]);
	pthread_sigmask(SIG_BLOCK, set, NULL); /* before our first thread, so that all of ours inherit it */
	for (size_t i = 0; i < TT_LEN(ours); i++)
		sigaction(ours[i], &action, NULL);
}

/* The next of our signals, or 0 when none came for wait_ms. */
static int next_signal(const struct run *r, int64_t wait_ms)
{
	struct timespec ts = {.tv_sec = wait_ms / 1000, .tv_nsec = wait_ms % 1000 * 1000000};
	int sig = sigtimedwait(&r->signals, NULL, &ts);
	return sig > 0 ? sig : 0;
}

static bool ends(int sig)
{
	return sig == SIGTERM || sig == SIGINT;
}

/* ---- start ---- */

/* The line, and what is to score in it. */
static int open_line(struct run *r, struct tt_err *err)
{
	int rc = TT_OK;
	if (!r->parts.sink.ops) /* else an earlier try got so far */
		rc = tt_parts_open_line(&r->parts, &r->conf, &tt_clock_real, err);
	return rc == TT_OK && r->follow ? tt_follow_begin(r->follow, err) : rc;
}

/* A database that is away is waited for. TT_ECLOSED: told to stop meanwhile. */
static int open_line_patiently(struct run *r, struct tt_err *err)
{
	struct tt_backoff backoff;
	int rc;
	tt_backoff_init(&backoff, r->conf.pipeline.retry_base_ms, r->conf.pipeline.retry_cap_ms,
		(uint64_t)tt_mono_ns(&tt_clock_real));
	while ((rc = open_line(r, err)) < 0 && tt_retriable(rc)) {
		int64_t wait_ms = tt_backoff_next_ms(&backoff);
		set_pipeline(r, NULL, err->msg);
		tt_notify_waiting(&r->notify, tt_str_c(err->msg), wait_ms + GRACE_MS);
		tt_log(TT_LOG_WARN, "cannot start yet, waiting", TT_F_C("error", err->msg),
			TT_F_INT("wait_ms", wait_ms));
		if (ends(next_signal(r, wait_ms)))
			return TT_ECLOSED;
	}
	return rc;
}

static void offer_to_shadow(void *ctx, const struct tt_batch *b)
{
	tt_shadow_offer(ctx, b);
}

static int start_pipeline(struct run *r, struct tt_err *err)
{
	struct tt_pipeline *p = NULL;
	struct tt_pipeline_parts parts = {.sources = r->parts.sources,
		.n_sources = r->parts.n_sources,
		.filter = r->parts.filter,
		.sink = r->parts.sink,
		.scorer = r->parts.scorer,
		.model_id = r->parts.model_id,
		.stored = r->shadow ? offer_to_shadow : NULL,
		.ctx = r->shadow,
		.clock = &tt_clock_real,
		.redact = r->conf.privacy.kinds};
	parts.score_threads = r->conf.model.threads ? (int)r->conf.model.threads : tt_cores();
	int rc = tt_pipeline_start(&p, &r->conf.pipeline, &parts, err);
	tt_parts_handed_over(&r->parts);
	if (rc < 0)
		return rc;
	if (r->parts.are_leased)
		rc = tt_leases_start(&r->leases, &r->conf.leases, &r->conf.postgres, r->conf.feeds.v,
			r->conf.feeds.n, p, &tt_clock_real, err);
	if (rc == TT_OK && r->conf.publish.events_topic && r->parts.job == TT_JOB_SCORE)
		rc = tt_events_start(&r->events, &r->conf.publish, &r->conf.postgres, &r->conf.pipeline, err);
	if (rc == TT_OK && r->alerts)
		rc = tt_alerts_start(r->alerts, err);
	if (rc == TT_OK && r->couriers)
		rc = tt_couriers_start(r->couriers, err);
	set_pipeline(r, p, ""); /* also when that failed: it is to be stopped */
	return rc == TT_OK && r->follow ? tt_follow_start(r->follow, err) : rc;
}

static int start_service(struct run *r, struct tt_err *err)
{
	const struct tt_service_calls calls = {.ready = is_ready, .metrics = add_metrics, .ctx = r};
	struct tt_service_mount mount;
	if (tt_websub_wanted(&r->conf.websub)) {
		int rc = tt_websub_door_new(
			&r->parts.door, &r->conf.websub, r->conf.fetch.max_body_bytes, &tt_clock_real, err);
		if (rc < 0)
			return rc;
		mount = tt_callback_mount(r->parts.door);
	}
	return tt_service_start(&r->service, &r->conf.service, &calls, r->parts.door ? &mount : NULL, err);
}

static int start_alerts(struct run *r, struct tt_err *err)
{
	const struct tt_couriers_parts parts = {
		&r->conf.alerts, &r->conf.publish, &r->conf.webhooks, &r->conf.postgres, &r->conf.pipeline};
	struct tt_alert_targets targets;
	int rc = tt_couriers_new(&r->couriers, &parts, err);
	if (rc < 0 || !r->conf.alerts.rules)
		return rc;
	targets.v = tt_couriers_targets(r->couriers, &targets.n);
	return tt_alerts_new(&r->alerts, &r->conf.alerts, &r->conf.postgres, &r->conf.pipeline, targets, err);
}

/* What scores from now on (follow.h says on which threads). */
static void use_scorer(void *ctx, struct tt_scorer *scorer, int model_id)
{
	struct run *r = ctx;
	struct tt_scorer *old = r->parts.scorer;
	r->parts.scorer = tt_scorer_ref(scorer);
	r->parts.model_id = model_id;
	if (r->alerts)
		tt_alerts_set_scorer(r->alerts, scorer);
	if (r->pipeline)
		tt_pipeline_set_scorer(r->pipeline, scorer, model_id);
	tt_scorer_unref(old);
}

static int start(struct run *r, struct tt_err *err)
{
	set_pipeline(r, NULL, "starting");
	int rc = r->conf.service.enabled ? start_service(r, err) : TT_OK;
	if (rc == TT_OK && r->service)
		tt_log(TT_LOG_INFO, "listening for /metrics, /health and /ready",
			TT_F_INT("port", tt_service_port(r->service)));
	if (rc == TT_OK && r->parts.job == TT_JOB_SCORE)
		rc = tt_follow_new(&r->follow, &r->conf, use_scorer, r, err);
	if (rc == TT_OK && r->parts.job == TT_JOB_SCORE && r->conf.shadow.model)
		rc = tt_shadow_start(&r->shadow, &r->conf, err);
	if (rc == TT_OK && r->parts.job == TT_JOB_SCORE && r->conf.pipeline.sink == TT_SINK_POSTGRES)
		rc = start_alerts(r, err);
	if (rc == TT_OK)
		rc = open_line_patiently(r, err);
	if (rc == TT_OK)
		rc = start_pipeline(r, err);
	return rc;
}

/* ---- reload ---- */

struct new_feeds {
	const struct tt_app_conf *conf;
	struct tt_err err;
};

static int set_feeds(struct tt_source *source, void *ctx)
{
	struct new_feeds *n = ctx;
	return tt_parts_set_feeds(source, n->conf, &n->err);
}

static int reload_feeds(struct run *r, const struct tt_app_conf *now, struct tt_err *err)
{
	struct new_feeds n = {.conf = now};
	if (!r->parts.has_feeds)
		return now->feeds.n ? tt_err_set(err, TT_ECONF, "the first feeds need a restart") : TT_OK;
	int rc = r->leases ? tt_leases_set_feeds(r->leases, now->feeds.v, now->feeds.n, err) : TT_OK;
	if (rc < 0)
		return rc;
	rc = tt_pipeline_call_source(r->pipeline, 0, set_feeds, &n);
	return rc < 0 ? tt_err_set(err, rc, "%s", n.err.msg) : TT_OK;
}

/* What cannot be used is refused and the old stays; nothing stops for it. */
static void reload(struct run *r)
{
	struct tt_app_conf next,
		now = r->conf; /* `now`: a view, what it points to is owned by the two others */
	struct tt_err err = {0};
	tt_notify_reloading(&r->notify);
	int rc = tt_app_conf_load(r->config_path, &next, &err);
	if (rc == TT_OK) {
		now.model = next.model;
		now.feeds = next.feeds;
		now.fetch = next.fetch; /* of which only what is reloadable is looked at */
		rc = r->follow ? tt_follow_reload(r->follow, &now.model, &err) : TT_OK;
		if (rc == TT_OK)
			rc = reload_feeds(r, &now, &err);
		if (rc == TT_OK && r->alerts)
			rc = tt_alerts_reload(r->alerts, &err);
		if (rc == TT_OK)
			tt_app_log_setup(&next.log);
		tt_app_conf_free(&next);
	}
	tt_notify_ready(&r->notify); /* as before at worst */
	if (rc < 0) {
		tt_log(TT_LOG_ERROR, "reload refused, going on as before", TT_F_C("error", err.msg));
		return;
	}
	tt_metric_add(TT_M_reloads, 1);
	tt_log(TT_LOG_INFO, "reloaded", TT_F_C("config", r->config_path));
}

/* ---- run ---- */

static void prune(const struct run *r)
{
	struct tt_err err = {0};
	if (tt_parts_prune(&r->conf, &tt_clock_real, &err) < 0)
		tt_log(TT_LOG_WARN, "old data could not be pruned, trying again later",
			TT_F_C("error", err.msg));
}

/* Until a signal ends it, or every source has come to its end. */
static void serve(struct run *r)
{
	int64_t next_prune_ms = 0;
	for (int sig = 0; !ends(sig) && !tt_pipeline_finished(r->pipeline); sig = next_signal(r, TICK_MS)) {
		if (sig == SIGHUP)
			reload(r);
		report_readiness(r);
		if (tt_mono_ms(&tt_clock_real) >= next_prune_ms) {
			prune(r);
			next_prune_ms = tt_mono_ms(&tt_clock_real) + PRUNE_EVERY_MS;
		}
	}
}

static void stop(struct run *r)
{
	struct tt_pipeline *p = r->pipeline;
	tt_notify_stopping(&r->notify, r->conf.pipeline.drain_ms + GRACE_MS);
	tt_follow_stop(r->follow);
	set_pipeline(r, NULL, "stopping");
	tt_leases_drain(r->leases);
	size_t given_up = tt_pipeline_stop(p);
	tt_shadow_stop(r->shadow);
	tt_leases_stop(r->leases);
	tt_events_stop(r->events);
	tt_alerts_stop(r->alerts);
	tt_couriers_stop(r->couriers);
	if (given_up)
		tt_log(TT_LOG_ERROR,
			"stopped with items that could not be stored; their feeds will be fetched again",
			TT_F_INT("items", (int64_t)given_up));
	if (p)
		tt_log(TT_LOG_INFO, "stopped",
			TT_F_INT("items_stored", (int64_t)tt_metric_get(TT_M_items_stored)));
	struct tt_websub_door *door = r->parts.door;
	tt_parts_done(&r->parts);
	tt_service_stop(r->service);
	tt_follow_free(r->follow);
	tt_alerts_free(r->alerts);
	tt_couriers_free(r->couriers);
	tt_websub_door_free(door);
	tt_notify_done(&r->notify);
	tt_app_conf_free(&r->conf);
	pthread_mutex_destroy(&r->lock);
}

/* ---- both commands ---- */

/* What the command needs the configuration to have. */
static int is_usable(const struct run *r, struct tt_err *err)
{
	const struct tt_app_conf *conf = &r->conf;
	int rc = tt_app_conf_has_sources(conf, r->config_path, err);
	if (rc == TT_OK && r->parts.job == TT_JOB_INGEST && !conf->publish.items_topic)
		rc = tt_err_set(err, TT_ECONF,
			"%s: publish.items_topic is not set: where are items to be written to?",
			r->config_path);
	if (rc == TT_OK && conf->publish.events_topic && conf->pipeline.sink != TT_SINK_POSTGRES)
		rc = tt_err_set(err, TT_ECONF,
			"%s: publish.events_topic needs a database (pipeline.sink: postgres): events are of "
			"what it stores",
			r->config_path);
	if (rc == TT_OK && conf->shadow.model && conf->pipeline.sink != TT_SINK_POSTGRES)
		rc = tt_err_set(err, TT_ECONF, "%s: shadow_model needs a database (pipeline.sink: postgres)", r->config_path);
	if (rc == TT_OK && conf->alerts.rules && conf->pipeline.sink != TT_SINK_POSTGRES)
		rc = tt_err_set(err, TT_ECONF, "%s: alerts.rules needs a database (pipeline.sink: postgres)",
			r->config_path);
	if (rc == TT_OK && (conf->publish.alerts_topic || conf->alerts.print || conf->webhooks.n) &&
		conf->pipeline.sink != TT_SINK_POSTGRES)
		rc = tt_err_set(err, TT_ECONF,
			"%s: publish.alerts_topic, alerts.print and webhooks need a database (pipeline.sink: "
			"postgres)",
			r->config_path);
	return rc < 0 ? rc : tt_app_conf_can_push(conf, r->config_path, err);
}

int tt_serve(const char *config_path, enum tt_job job, struct tt_err *err)
{
	struct run r = {.config_path = config_path, .parts.job = job, .notify.fd = -1};
	struct tt_err why = {0};
	take_signals(&r.signals);
	int rc = tt_app_conf_load(config_path, &r.conf, err);
	if (rc < 0)
		return rc;
	tt_app_log_setup(&r.conf.log);
	pthread_mutex_init(&r.lock, NULL);
	rc = is_usable(&r, err);
	if (tt_notify_init(&r.notify, &tt_clock_real, &why) < 0)
		tt_log(TT_LOG_WARN, "the service manager cannot be told anything", TT_F_C("error", why.msg));
	if (rc == TT_OK)
		rc = start(&r, err);
	if (rc == TT_OK) {
		tt_notify_ready(&r.notify);
		tt_log(TT_LOG_INFO, "running", TT_F_C("config", config_path),
			TT_F_INT("feeds", (int64_t)r.conf.feeds.n));
		serve(&r);
	}
	stop(&r);
	return rc == TT_ECLOSED ? TT_OK : rc;
}
