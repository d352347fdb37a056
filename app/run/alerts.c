/* alerts.c - see alerts.h. */
#include "app/run/alerts.h"

#include <pthread.h>
#include <stdlib.h>

#include "app/run/item_rule.h"
#include "app/run/tick.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/retry.h"
#include "sink/pg/alerts.h"
#include "sink/pg/item_rules.h"

enum { ASIDE_MS = 1000 /* between two looks whether the process that evaluates has ended */ };

#define OPT(name, type, field, def, lo, hi, unit, flags, doc)                                                \
	{                                                                                                    \
		name, type, offsetof(struct tt_alerts_conf, field), def, lo, hi, unit, flags, doc, NULL      \
	}
const struct tt_opt tt_alerts_opts[] = {
	OPT("rules", TT_OPT_PATH, rules, NULL, 0, 0, "", 0,
		"File of rules (docs/RULES.md); without it nothing is evaluated. What is in it is read anew "
		"on SIGHUP."),
	OPT("tick", TT_OPT_DURATION, tick_ms, "1s", 100, 60000, "", 0,
		"Wait between two looks at what has changed."),
	OPT("max_age", TT_OPT_DURATION, max_age_ms, "1h", 1000, 30.0 * 86400000, "", 0,
		"Items published longer ago raise no alerts of rules over items, so that reading a topic "
		"from its beginning is no storm."),
	OPT("print", TT_OPT_BOOL, print, "false", 0, 0, "", 0,
		"Write every change of an alert to standard output, too: a CloudEvent as one line of JSON."),
	OPT("source", TT_OPT_STR, source, "/tickertone", 0, 0, "", 0,
		"The CloudEvents attribute `source`: which service says it, where one receiver hears several."),
	OPT("evidence", TT_OPT_INT, evidence, "5", 1, 50, "items", 0,
		"Items that are named with an alert, strongest first."),
	OPT("weight_floor", TT_OPT_REAL, weight_floor, "0.05", 0, 1000, "", 0,
		"While relevance and novelty of what was said sum to less, decayed, there is no mood."),
	OPT("dispersion_floor", TT_OPT_REAL, dispersion_floor, "0.1", 0.001, 1, "", 0,
		"What a shock is divided by at least."),
	{0},
};
#undef OPT

struct tt_alerts {
	const struct tt_alerts_conf *conf;
	struct tt_pg_conf *pg;
	const struct tt_pipeline_conf *pipeline;
	struct tt_alert_targets targets;
	struct tt_pg_conn *conn; /* of the thread, as the next four */
	struct tt_rule_set *rules;
	struct tt_tick tick;
	unsigned generation; /* of the session that leads */
	bool leads;

	pthread_t thread;
	bool started;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	struct tt_rule_set *next; /* to go on with; NULL: those there are */
	struct tt_scorer *scorer; /* counted */
	struct tt_err away;       /* code 0: rules are evaluated */
	bool stopping;
};

/* ---- rules about items ---- */

static int set_item_rules(struct tt_alerts *a, const struct tt_rule_set *rules, struct tt_err *err)
{
	struct tt_pg_item_rule *v = calloc(rules->n + 1, sizeof(*v));
	size_t n = 0;
	int rc = v ? TT_OK : tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));

	for (size_t i = 0; i < rules->n && v; i++)
		if (rules->v[i].over == TT_OVER_ITEM)
			v[n++] = tt_item_rule_of(&rules->v[i], a->conf->max_age_ms);
	if (rc == TT_OK)
		rc = tt_pg_item_rules_set(a->pg->item_rules, v, n, a->targets.v, a->targets.n, err);
	free(v);
	return rc;
}

/* ---- the thread ---- */

static void take_new_rules(struct tt_alerts *a)
{
	pthread_mutex_lock(&a->lock);
	struct tt_rule_set *next = a->next;
	a->next = NULL;
	tt_words_use(&a->tick.words, a->scorer);
	pthread_mutex_unlock(&a->lock);
	if (!next)
		return;
	tt_tick_forget(&a->tick);
	tt_rule_set_free(a->rules);
	a->rules = next;
	a->tick.rules = next;
}

static int lead(struct tt_alerts *a, struct tt_err *err)
{
	int rc = tt_pg_conn_ready(a->conn, err);

	if (rc < 0 || (a->leads && tt_pg_conn_generation(a->conn) == a->generation))
		return rc;
	tt_tick_forget(&a->tick); /* what was noted while nobody led is lost, or somebody else's */
	a->leads = false;
	rc = tt_pg_alerts_lead(a->conn, &a->leads, err);
	a->generation = tt_pg_conn_generation(a->conn);
	if (rc == TT_OK && a->leads)
		tt_log(TT_LOG_INFO, "evaluating rules", TT_F_INT("rules", (int64_t)a->rules->n));
	return rc;
}

static void note_result(struct tt_alerts *a, int rc, const struct tt_err *err)
{
	static struct tt_log_limit limit;

	pthread_mutex_lock(&a->lock);
	bool was_away = a->away.code < 0;
	a->away = rc < 0 ? *err : (struct tt_err){0};
	a->away.code = rc;
	pthread_mutex_unlock(&a->lock);
	tt_metric_set(TT_M_alerts_leading, rc == TT_OK && a->leads);
	if (rc < 0 && tt_log_allowed(&limit, 10000, NULL))
		tt_log(TT_LOG_WARN, "rules are not evaluated, trying again", TT_F_C("error", err->msg));
	if (rc == TT_OK && was_away)
		tt_log(TT_LOG_INFO, "rules are evaluated again");
}

/* False: it is time to end. */
static bool wait_ms(struct tt_alerts *a, int64_t ms)
{
	int64_t due_ns = tt_mono_ns(&tt_clock_real) + ms * 1000000;
	struct timespec ts = {.tv_sec = due_ns / 1000000000, .tv_nsec = due_ns % 1000000000};

	pthread_mutex_lock(&a->lock);
	while (!a->stopping && !a->next && tt_mono_ns(&tt_clock_real) < due_ns)
		pthread_cond_timedwait(&a->wake, &a->lock, &ts);
	bool on = !a->stopping;
	pthread_mutex_unlock(&a->lock);
	return on;
}

static void *alerts_main(void *arg)
{
	struct tt_alerts *a = arg;
	struct tt_backoff backoff;
	struct tt_err err = {0};
	int64_t pause_ms;

	tt_backoff_init(&backoff, a->pipeline->retry_base_ms, a->pipeline->retry_cap_ms,
		(uint64_t)tt_mono_ns(&tt_clock_real));
	do {
		bool more = false;
		take_new_rules(a);
		int rc = lead(a, &err);
		if (rc == TT_OK && a->leads)
			rc = tt_tick_run(&a->tick, a->conn, &tt_clock_real, &more, &err);
		note_result(a, rc, &err);
		if (rc == TT_OK)
			tt_backoff_reset(&backoff);
		pause_ms = rc < 0     ? tt_backoff_next_ms(&backoff)
			   : more     ? 0
			   : a->leads ? a->conf->tick_ms
				      : ASIDE_MS;
	} while (wait_ms(a, pause_ms));
	return NULL;
}

/* ---- start and stop ---- */

int tt_alerts_new(struct tt_alerts **ret, const struct tt_alerts_conf *conf, struct tt_pg_conf *pg,
	const struct tt_pipeline_conf *pipeline, struct tt_alert_targets targets, struct tt_err *err)
{
	pthread_condattr_t attr;
	struct tt_alerts *a = calloc(1, sizeof(*a));

	if (!a)
		return tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	a->conf = conf;
	a->pg = pg;
	a->pipeline = pipeline;
	a->targets = targets;
	tt_tick_init(&a->tick, conf);
	pthread_mutex_init(&a->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&a->wake, &attr);
	pthread_condattr_destroy(&attr);
	int rc = tt_rule_set_load(&a->rules, conf->rules, err);
	if (rc == TT_OK)
		rc = tt_pg_item_rules_new(&pg->item_rules, err);
	if (rc == TT_OK)
		rc = set_item_rules(a, a->rules, err);
	if (rc < 0) {
		tt_alerts_free(a);
		return rc;
	}
	a->tick.rules = a->rules;
	a->tick.targets = targets;
	*ret = a;
	return TT_OK;
}

int tt_alerts_start(struct tt_alerts *a, struct tt_err *err)
{
	int rc = tt_pg_conn_new(&a->conn, a->pg, err);

	if (rc == TT_OK && pthread_create(&a->thread, NULL, alerts_main, a))
		rc = tt_err_set(err, TT_ENOMEM, "alerts: cannot start a thread");
	a->started = rc == TT_OK;
	return rc;
}

int tt_alerts_reload(struct tt_alerts *a, struct tt_err *err)
{
	struct tt_rule_set *next = NULL;
	int rc = tt_rule_set_load(&next, a->conf->rules, err);

	if (rc == TT_OK)
		rc = set_item_rules(a, next, err);
	if (rc < 0) {
		tt_rule_set_free(next);
		return rc;
	}
	pthread_mutex_lock(&a->lock);
	tt_rule_set_free(a->next);
	a->next = next;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
	return TT_OK;
}

void tt_alerts_set_scorer(struct tt_alerts *a, struct tt_scorer *scorer)
{
	pthread_mutex_lock(&a->lock);
	tt_scorer_unref(a->scorer);
	a->scorer = scorer ? tt_scorer_ref(scorer) : NULL;
	pthread_mutex_unlock(&a->lock);
}

bool tt_alerts_report(struct tt_alerts *a, struct tt_buf *reason)
{
	pthread_mutex_lock(&a->lock);
	bool well = a->away.code == TT_OK;
	if (!well) /* what does not fit is only text */
		(void)tt_buf_printf(reason, "rules wait: %s", a->away.msg);
	pthread_mutex_unlock(&a->lock);
	return well;
}

void tt_alerts_stop(struct tt_alerts *a)
{
	if (!a || !a->started)
		return;
	pthread_mutex_lock(&a->lock);
	a->stopping = true;
	pthread_cond_signal(&a->wake);
	pthread_mutex_unlock(&a->lock);
	pthread_join(a->thread, NULL);
	a->started = false;
}

void tt_alerts_free(struct tt_alerts *a)
{
	if (!a)
		return;
	tt_pg_conn_free(a->conn);
	tt_tick_done(&a->tick);
	tt_scorer_unref(a->scorer);
	tt_rule_set_free(a->next);
	tt_rule_set_free(a->rules);
	tt_pg_item_rules_free(a->pg->item_rules);
	a->pg->item_rules = NULL;
	pthread_cond_destroy(&a->wake);
	pthread_mutex_destroy(&a->lock);
	free(a);
}
