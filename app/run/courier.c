/* courier.c - see courier.h. */
#include "app/run/courier.h"

#include <stdio.h>

#include "app/run/bury.h"
#include "common/log.h"
#include "common/metrics.h"

enum {
	TOGETHER_TOPIC = 500,
	LISTED = 20,           /* changes that a notice names */
	TOGETHER_WEBHOOK = 10, /* posted one after the other */
	LEASE_SLACK_MS = 30000,
	EVENT_BYTES = 16 << 20,
	STRUCTURED = 1, /* of publish.alerts_mode */
};

static int fail_memory(struct tt_err *err)
{
	return tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
}

/* The event as JSON, in the arena; absent: no memory. */
static struct tt_str body_of(struct tt_courier *c, const struct tt_alert_event *e)
{
	struct tt_str body = {NULL, 0};
	struct tt_buf out;
	tt_buf_init(&out, EVENT_BYTES);
	if (tt_alert_event_json(&out, e, tt_str_c(c->parts->alerts->source)) == TT_OK)
		body = tt_arena_str(&c->arena, tt_buf_view(&out));
	tt_buf_done(&out);
	return body;
}

/* What will never be delivered. */
static int bury(struct tt_courier *c, const struct tt_pg_delivery *d, const char *why, struct tt_err *err)
{
	char id[37];
	tt_id_format(d->event.id, id);
	const struct tt_dead_letter letter = {.source = c->target,
		.where = tt_str_c(id),
		.stage = "alert",
		.reason = tt_str_c(why),
		.payload = body_of(c, &d->event)};
	tt_metric_add(TT_M_alerts_undeliverable, 1);
	tt_log(TT_LOG_ERROR, "alert cannot be delivered, now a dead letter", TT_F_STR("target", c->target),
		TT_F_C("change_id", id), TT_F_C("error", why));
	return tt_bury(c->parts->pg, &letter, err);
}

static int done(struct tt_courier *c, const struct tt_pg_delivery *d, struct tt_err *err)
{
	return tt_pg_deliveries_done(c->conn, c->target, d, 1, err);
}

/* ---- standard output ---- */

static int print(struct tt_courier *c, const struct tt_pg_delivery *v, size_t n, struct tt_err *err)
{
	for (size_t i = 0; i < n; i++) {
		struct tt_str body = body_of(c, &v[i].event);
		if (!body.p)
			return fail_memory(err);
		if (printf("%.*s\n", TT_FMT(body)) < 0 || fflush(stdout))
			return tt_err_set(err, TT_EIO, "alerts: standard output cannot be written");
		int rc = done(c, &v[i], err);
		if (rc < 0)
			return rc;
		tt_metric_add(TT_M_delivered_stdout, 1);
	}
	return TT_OK;
}

/* ---- Kafka: CloudEvents' binding, binary or structured mode ---- */

enum { HEADERS = 7 };

static bool make_record(struct tt_courier *c, const struct tt_alert_event *e, struct tt_outgoing *record)
{
	bool structured = c->parts->publish->alerts_mode == STRUCTURED;
	struct tt_outgoing_header *h = tt_arena_zalloc(&c->arena, HEADERS, sizeof(*h));
	char id[37], type[64];
	size_t n = 0;
	if (!h)
		return false;
	*record = (struct tt_outgoing){
		.topic = c->parts->publish->alerts_topic, .key = e->subject, .value = e->data, .headers = h};
	if (structured) {
		record->value = body_of(c, e);
		h[n++] = (struct tt_outgoing_header){
			"content-type", TT_STR("application/cloudevents+json; charset=UTF-8")};
	} else {
		tt_id_format(e->id, id);
		tt_alert_event_type(e, type);
		h[n++] = (struct tt_outgoing_header){"ce_specversion", TT_STR("1.0")};
		h[n++] = (struct tt_outgoing_header){"ce_id", tt_arena_str(&c->arena, tt_str_c(id))};
		h[n++] = (struct tt_outgoing_header){"ce_source", tt_str_c(c->parts->alerts->source)};
		h[n++] = (struct tt_outgoing_header){"ce_type", tt_arena_str(&c->arena, tt_str_c(type))};
		h[n++] = (struct tt_outgoing_header){"ce_subject", e->subject};
		h[n++] = (struct tt_outgoing_header){"ce_time", e->time};
		h[n++] = (struct tt_outgoing_header){"content-type", TT_STR("application/json")};
	}
	record->n_headers = n;
	for (size_t i = 0; i < n; i++)
		if (!h[i].value.p)
			return false;
	return record->value.p;
}

static int publish(struct tt_courier *c, const struct tt_pg_delivery *v, size_t n, struct tt_err *err)
{
	struct tt_outgoing *records = tt_arena_zalloc(&c->arena, n, sizeof(*records));
	struct tt_pg_delivery *gone = tt_arena_zalloc(&c->arena, n, sizeof(*gone));
	size_t n_gone = 0, delivered = 0;
	struct tt_err why = {0};
	for (size_t i = 0; i < n; i++)
		if (!records || !gone || !make_record(c, &v[i].event, &records[i]))
			return fail_memory(err);
	int sent = tt_producer_send(c->producer, records, n, &why), rc = TT_OK;
	for (size_t i = 0; i < n && rc == TT_OK; i++) {
		if (records[i].delivery == TT_UNDELIVERED)
			continue;
		if (records[i].delivery == TT_UNDELIVERABLE)
			rc = bury(c, &v[i], records[i].why, err);
		delivered += records[i].delivery == TT_DELIVERED;
		gone[n_gone++] = v[i];
	}
	tt_metric_add(TT_M_delivered_kafka, delivered);
	if (rc == TT_OK && n_gone)
		rc = tt_pg_deliveries_done(c->conn, c->target, gone, n_gone, err);
	for (size_t i = 0; i < n && rc == TT_OK; i++) /* so that they need not wait until nobody has them */
		if (records[i].delivery == TT_UNDELIVERED)
			rc = tt_pg_deliveries_later(c->conn, c->target, &v[i], 0, tt_str_c(why.msg), err);
	return rc == TT_OK && sent < 0 ? tt_err_set(err, sent, "%s", why.msg) : rc;
}

/* ---- webhooks ---- */

static uint64_t random_number(struct tt_courier *c)
{
	c->random = c->random * 6364136223846793005u + 1442695040888963407u;
	return c->random >> 20;
}

static int try_later(struct tt_courier *c, const struct tt_pg_delivery *d, int64_t asked_ms, const char *why,
	struct tt_err *err)
{
	int64_t wait_ms = tt_webhook_wait_ms(d->attempts, random_number(c));
	if (wait_ms < 0) {
		int rc = bury(c, d, why, err);
		return rc < 0 ? rc : done(c, d, err);
	}
	tt_metric_add(TT_M_delivery_retries, 1);
	tt_log(d->attempts > 1 ? TT_LOG_DEBUG : TT_LOG_WARN, "alert is not taken, trying again",
		TT_F_C("error", why), TT_F_INT("attempts", d->attempts));
	return tt_pg_deliveries_later(
		c->conn, c->target, d, wait_ms > asked_ms ? wait_ms : asked_ms, tt_str_c(why), err);
}

static int post_one(struct tt_courier *c, const struct tt_pg_delivery *d, bool *ret_gone, struct tt_err *err)
{
	struct tt_str body = body_of(c, &d->event);
	struct tt_err why = {0};
	char id[37];
	int64_t asked_ms, begun_ns = tt_mono_ns(&tt_clock_real);
	if (!body.p)
		return fail_memory(err);
	tt_id_format(d->event.id, id);
	enum tt_webhook_answer answer = tt_webhook_post(c->webhook, tt_str_c(id), tt_wall_ms(&tt_clock_real),
		TT_STR("application/cloudevents+json"), body, &asked_ms, &why);
	tt_histogram_add(TT_H_deliver, tt_mono_ns(&tt_clock_real) - begun_ns);
	if (answer == TT_WEBHOOK_LATER)
		return try_later(c, d, asked_ms, why.msg, err);
	*ret_gone = answer == TT_WEBHOOK_GONE;
	if (answer == TT_WEBHOOK_GONE) {
		tt_log(TT_LOG_ERROR, "webhook is gone, it is told nothing any more (tickertone alert enable)",
			TT_F_STR("target", c->target));
		return tt_pg_deliveries_disable(c->conn, c->target, tt_str_c(why.msg), err);
	}
	tt_metric_add(TT_M_delivered_webhook, 1);
	return done(c, d, err);
}

static int post(struct tt_courier *c, const struct tt_pg_delivery *v, size_t n, struct tt_err *err)
{
	bool gone = false;
	int rc = TT_OK;
	for (size_t i = 0; i < n && rc == TT_OK && !gone; i++) {
		if (atomic_load(c->stopping))
			rc = tt_pg_deliveries_later(
				c->conn, c->target, &v[i], 0, TT_STR("stopped before it was its turn"), err);
		else
			rc = post_one(c, &v[i], &gone, err);
	}
	return rc;
}

/* ---- a turn ---- */

int tt_courier_turn(struct tt_courier *c, size_t *ret_n, struct tt_err *err)
{
	struct tt_pg_delivery *v = NULL;
	int64_t max = c->webhook ? TOGETHER_WEBHOOK : TOGETHER_TOPIC;
	int64_t lease_ms = LEASE_SLACK_MS + (c->webhook ? TOGETHER_WEBHOOK * c->webhook_conf->timeout_ms
						    : c->producer ? c->parts->publish->timeout_ms
								  : 0);
	*ret_n = 0;
	tt_arena_reset(&c->arena);
	int rc = tt_pg_conn_ready(c->conn, err);
	if (rc == TT_OK && tt_pg_conn_generation(c->conn) != c->generation) {
		rc = tt_pg_query(c->conn, "LISTEN tickertone_alert", NULL, NULL, err);
		c->generation = rc == TT_OK ? tt_pg_conn_generation(c->conn) : 0;
	}
	if (rc == TT_OK && c->webhook && c->webhook_conf->group_interval_ms)
		rc = tt_pg_deliveries_take_notice(c->conn, c->target, c->webhook_conf->group_interval_ms,
			lease_ms, LISTED, &c->arena, &v, ret_n, err);
	else if (rc == TT_OK)
		rc = tt_pg_deliveries_take(c->conn, c->target, max, lease_ms, &c->arena, &v, ret_n, err);
	if (rc < 0 || !*ret_n)
		return rc;
	return c->webhook    ? post(c, v, *ret_n, err)
	       : c->producer ? publish(c, v, *ret_n, err)
			     : print(c, v, *ret_n, err);
}
