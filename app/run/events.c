/* events.c - see events.h. */
#include "app/run/events.h"

#include <pthread.h>
#include <stdlib.h>

#include "app/run/bury.h"
#include "common/log.h"
#include "common/metrics.h"
#include "common/retry.h"
#include "sink/kafka/producer.h"
#include "sink/pg/outbox.h"

enum {
	IDLE_MS = 100,   /* between two looks into an empty outbox */
	ASIDE_MS = 2000, /* between two looks whether the process that publishes has ended */
	TOGETHER_BYTES = 4 << 20,
	TURN_BYTES = 1 << 30, /* far above what one turn takes */
};

struct tt_events {
	const struct tt_publish_conf *publish;
	const struct tt_pg_conf *pg;
	const struct tt_pipeline_conf *pipeline;
	struct tt_pg_conn *conn;
	struct tt_producer *producer;
	struct tt_arena arena; /* of one turn; of the thread, as the next two */
	unsigned generation;   /* of the session that leads, or was asked to */
	bool leads;

	pthread_t thread;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t wake;
	struct tt_err away; /* code 0: events flow */
	int64_t give_up_ns; /* monotonic, once stopping */
	bool stopping;
};

/* ---- a turn ---- */

static int lead(struct tt_events *e, struct tt_err *err)
{
	int rc = tt_pg_conn_ready(e->conn, err);
	if (rc < 0 || (e->leads && tt_pg_conn_generation(e->conn) == e->generation))
		return rc;
	e->leads = false;
	rc = tt_pg_outbox_lead(e->conn, &e->leads, err);
	e->generation = tt_pg_conn_generation(e->conn);
	return rc;
}

/* An event that its topic will never take. */
static int bury(const struct tt_events *e, const struct tt_pg_event *v, const char *why, struct tt_err *err)
{
	char id[37];
	tt_id_format(v->item_id, id);
	const struct tt_dead_letter letter = {.source = tt_str_c(e->publish->events_topic),
		.where = tt_str_c(id),
		.stage = "event",
		.reason = tt_str_c(why),
		.payload = v->body};
	tt_metric_add(TT_M_publish_refused, 1);
	tt_log(TT_LOG_WARN, "event refused by its topic, now a dead letter", TT_F_C("item_id", id),
		TT_F_C("error", why));
	return tt_bury(e->pg, &letter, err);
}

/* Notes what has got there; the rest stays for the next turn. */
static int settle(struct tt_events *e, const struct tt_pg_event *v, const struct tt_outgoing *records,
	size_t n, struct tt_err *err)
{
	int64_t *done = tt_arena_zalloc(&e->arena, n, sizeof(*done)), waiting = 0;
	size_t n_done = 0, n_delivered = 0;
	int rc = done ? TT_OK : tt_err_set(err, TT_ENOMEM, "events: %s", tt_err_text(TT_ENOMEM));
	for (size_t i = 0; i < n && rc == TT_OK; i++) {
		if (records[i].delivery == TT_UNDELIVERED)
			continue;
		if (records[i].delivery == TT_UNDELIVERABLE)
			rc = bury(e, &v[i], records[i].why, err);
		n_delivered += records[i].delivery == TT_DELIVERED;
		done[n_done++] = v[i].id;
	}
	if (rc == TT_OK && n_done)
		rc = tt_pg_outbox_done(e->conn, done, n_done, &waiting, err);
	if (rc == TT_OK && n_done)
		tt_metric_set(TT_M_events_waiting, (uint64_t)(waiting > 0 ? waiting : 0));
	tt_metric_add(TT_M_published_events, n_delivered);
	return rc;
}

static int publish(struct tt_events *e, const struct tt_pg_event *v, size_t n, struct tt_err *err)
{
	struct tt_outgoing *records = tt_arena_zalloc(&e->arena, n, sizeof(*records));
	char(*keys)[37] = tt_arena_zalloc(&e->arena, n, sizeof(*keys));
	if (!records || !keys)
		return tt_err_set(err, TT_ENOMEM, "events: %s", tt_err_text(TT_ENOMEM));
	for (size_t i = 0; i < n; i++) {
		tt_id_format(v[i].item_id, keys[i]);
		records[i] = (struct tt_outgoing){
			.topic = e->publish->events_topic, .key = tt_str_c(keys[i]), .value = v[i].body};
	}
	int rc = tt_producer_send(e->producer, records, n, err);
	int noted = settle(e, v, records, n, rc < 0 ? NULL : err);
	return rc < 0 ? rc : noted;
}

/* Some of what waits. *ret_n: how many; 0 also when another process publishes. */
static int turn(struct tt_events *e, size_t *ret_n, struct tt_err *err)
{
	struct tt_pg_event *v = NULL;
	*ret_n = 0;
	tt_arena_reset(&e->arena);
	int rc = lead(e, err);
	if (rc < 0 || !e->leads)
		return rc;
	rc = tt_pg_outbox_take(e->conn, TOGETHER_BYTES, &e->arena, &v, ret_n, err);
	return rc < 0 || !*ret_n ? rc : publish(e, v, *ret_n, err);
}

/* ---- the thread ---- */

static void note_result(struct tt_events *e, int rc, const struct tt_err *err)
{
	static struct tt_log_limit limit;
	pthread_mutex_lock(&e->lock);
	bool was_away = e->away.code < 0;
	e->away = rc < 0 ? *err : (struct tt_err){0};
	e->away.code = rc;
	pthread_mutex_unlock(&e->lock);
	if (rc < 0 && tt_log_allowed(&limit, 10000, NULL))
		tt_log(TT_LOG_WARN, "events are not published, trying again", TT_F_C("error", err->msg));
	if (rc == TT_OK && was_away)
		tt_log(TT_LOG_INFO, "events are published again");
}

/* Waits, less when it is to stop. False: it is time to end. */
static bool wait_ms(struct tt_events *e, int64_t ms, bool is_done)
{
	int64_t due_ns = tt_mono_ns(&tt_clock_real) + ms * 1000000;
	struct timespec ts = {.tv_sec = due_ns / 1000000000, .tv_nsec = due_ns % 1000000000};
	pthread_mutex_lock(&e->lock);
	while (ms && !e->stopping && tt_mono_ns(&tt_clock_real) < due_ns)
		pthread_cond_timedwait(&e->wake, &e->lock, &ts);
	bool on = !e->stopping || (!is_done && tt_mono_ns(&tt_clock_real) < e->give_up_ns);
	pthread_mutex_unlock(&e->lock);
	return on;
}

static bool is_stopping(struct tt_events *e)
{
	pthread_mutex_lock(&e->lock);
	bool stopping = e->stopping;
	pthread_mutex_unlock(&e->lock);
	return stopping;
}

static void *events_main(void *arg)
{
	struct tt_events *e = arg;
	struct tt_backoff backoff;
	struct tt_err err = {0};
	int64_t pause_ms;
	bool is_done;
	tt_backoff_init(&backoff, e->pipeline->retry_base_ms, e->pipeline->retry_cap_ms,
		(uint64_t)tt_mono_ns(&tt_clock_real));
	do {
		bool last = is_stopping(e); /* then a turn without events was the last */
		size_t n;
		int rc = turn(e, &n, &err);
		note_result(e, rc, &err);
		if (rc == TT_OK)
			tt_backoff_reset(&backoff);
		pause_ms = rc < 0 ? tt_backoff_next_ms(&backoff) : n ? 0 : e->leads ? IDLE_MS : ASIDE_MS;
		is_done = last && rc == TT_OK && !n;
	} while (wait_ms(e, pause_ms, is_done));
	return NULL;
}

/* ---- start and stop ---- */

static void events_free(struct tt_events *e)
{
	tt_pg_conn_free(e->conn);
	tt_producer_free(e->producer);
	tt_arena_done(&e->arena);
	pthread_cond_destroy(&e->wake);
	pthread_mutex_destroy(&e->lock);
	free(e);
}

static struct tt_events *events_new(void)
{
	pthread_condattr_t attr;
	struct tt_events *e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	tt_arena_init(&e->arena, TURN_BYTES);
	pthread_mutex_init(&e->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&e->wake, &attr);
	pthread_condattr_destroy(&attr);
	return e;
}

int tt_events_start(struct tt_events **ret, const struct tt_publish_conf *publish,
	const struct tt_pg_conf *pg, const struct tt_pipeline_conf *pipeline, struct tt_err *err)
{
	struct tt_events *e = events_new();
	if (!e)
		return tt_err_set(err, TT_ENOMEM, "events: %s", tt_err_text(TT_ENOMEM));
	e->publish = publish;
	e->pg = pg;
	e->pipeline = pipeline;
	int rc = tt_pg_conn_new(&e->conn, pg, err);
	if (rc == TT_OK)
		rc = tt_producer_new(&e->producer, publish, err);
	if (rc == TT_OK)
		rc = tt_producer_check(e->producer, publish->events_topic, err);
	if (rc == TT_EPEER)
		rc = TT_OK;
	if (rc == TT_OK && pthread_create(&e->thread, NULL, events_main, e))
		rc = tt_err_set(err, TT_ENOMEM, "events: cannot start a thread");
	if (rc < 0) {
		events_free(e);
		return rc;
	}
	*ret = e;
	return TT_OK;
}

bool tt_events_report(struct tt_events *e, struct tt_buf *reason)
{
	pthread_mutex_lock(&e->lock);
	bool flow = e->away.code == TT_OK;
	if (!flow) /* what does not fit is only text */
		(void)tt_buf_printf(reason, "events wait: %s", e->away.msg);
	pthread_mutex_unlock(&e->lock);
	return flow;
}

void tt_events_stop(struct tt_events *e)
{
	if (!e)
		return;
	pthread_mutex_lock(&e->lock);
	e->stopping = true;
	e->give_up_ns = tt_mono_ns(&tt_clock_real) + e->pipeline->drain_ms * 1000000;
	pthread_cond_signal(&e->wake);
	pthread_mutex_unlock(&e->lock);
	pthread_join(e->thread, NULL);
	events_free(e);
}
