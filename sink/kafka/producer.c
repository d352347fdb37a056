/* producer.c - see producer.h. */
#include "sink/kafka/producer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/kafka_props.h"
#include "common/metrics.h"

enum {
	POLL_MS = 50,
	CHECK_MS = 5000,      /* longest wait for what a broker knows of a topic */
	PURGE_MS = 5000,      /* for reports that are due at once */
	RECORD_OVERHEAD = 512 /* of a request around its record, within message.max.bytes */
};

struct tt_producer {
	const struct tt_publish_conf *conf;
	rd_kafka_t *rk;
	size_t pending;       /* handed over and without a report */
	char trouble[256];    /* the last that was heard of a connection; "": none since the last success */
	bool failed_for_good; /* librdkafka has given this client up: the next call makes another */
};

/* ---- configuration ---- */

static const struct tt_kafka_ours ours[] = {
	{"bootstrap.servers", "publish.brokers"},
	{"metadata.broker.list", "publish.brokers"},
	{"enable.idempotence", "nothing: it is always on"},
	{"acks", "nothing: it is always all"},
	{"request.required.acks", "nothing: it is always all"},
	{"message.timeout.ms", "publish.timeout"},
	{"delivery.timeout.ms", "publish.timeout"},
	{"message.max.bytes", "publish.max_record_bytes"},
	{"queue.buffering.max.kbytes", "publish.queue_bytes"},
	{"queue.buffering.max.messages", "publish.queue_bytes"},
	{"queue.buffering.max.ms", "publish.linger"},
	{"linger.ms", "publish.linger"},
	{"compression.codec", "publish.compression"},
	{"compression.type", "publish.compression"},
	{"transactional.id", "nothing: there are no transactions"},
};

/* Before what the user sets. */
static const struct tt_kafka_prop defaults[] = {
	{"client.id", "tickertone"},
	{"log.connection.close", "false"},
	{"partitioner", "murmur2_random"}, /* as Java's producer: what has one key goes to one partition */
	{"topic.metadata.refresh.interval.ms", "60000"},
	{"reconnect.backoff.max.ms", "2000"},
};

static int set_number(
	rd_kafka_conf_t *rc, const char *option, const char *name, int64_t value, struct tt_err *err)
{
	char text[24];
	snprintf(text, sizeof(text), "%lld", (long long)value);
	return tt_kafka_prop_set(rc, option, name, text, err);
}

/* What no property may change, and what the options say. */
static int set_ours(rd_kafka_conf_t *rc, const struct tt_publish_conf *conf, struct tt_err *err)
{
	static const char *const codecs[] = {"zstd", "lz4", "snappy", "gzip", "none"};
	const struct tt_kafka_prop fixed[] = {
		{"enable.idempotence", "true"}, {"acks", "all"},
		{"bootstrap.servers", tt_publish_brokers(conf)},
		{"compression.codec", codecs[conf->compression]},
		{"queue.buffering.max.messages", "10000000"}, /* bytes bound it */
	};
	int64_t request = conf->max_record_bytes + RECORD_OVERHEAD;
	int code = tt_kafka_props_set(rc, "publish", fixed, TT_LEN(fixed), err);
	if (code == TT_OK)
		code = set_number(rc, "publish.max_record_bytes", "message.max.bytes", request, err);
	if (code == TT_OK)
		code = set_number(rc, "publish.queue_bytes", "queue.buffering.max.kbytes",
			conf->queue_bytes / 1024, err);
	if (code == TT_OK)
		code = set_number(rc, "publish.linger", "linger.ms", conf->linger_ms, err);
	if (code == TT_OK)
		code = set_number(rc, "publish.timeout", "message.timeout.ms", conf->timeout_ms, err);
	return code;
}

/* ---- calls of librdkafka, all within rd_kafka_poll ---- */

static void on_delivery(rd_kafka_t *rk, const rd_kafka_message_t *m, void *ctx)
{
	struct tt_producer *p = ctx;
	struct tt_outgoing *o = m->_private;
	(void)rk;
	p->pending--;
	o->error = m->err;
	o->delivery = m->err ? TT_UNDELIVERED : TT_DELIVERED;
	o->why = m->err ? rd_kafka_err2str(m->err) : NULL;
	if (!m->err)
		p->trouble[0] = '\0';
}

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *ctx)
{
	struct tt_producer *p = ctx;
	if (p->failed_for_good) /* closing connections is what comes after; the reason was said */
		return;
	if (code == RD_KAFKA_RESP_ERR__FATAL) {
		p->failed_for_good = true;
		rd_kafka_fatal_error(rk, p->trouble, sizeof(p->trouble));
	} else if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || !p->trouble[0]) { /* the others say why */
		snprintf(p->trouble, sizeof(p->trouble), "%s", reason);
	}
}

/* ---- the client ---- */

static int client_new(struct tt_producer *p, struct tt_err *err)
{
	rd_kafka_conf_t *rc = rd_kafka_conf_new();
	char why[256];
	int code = tt_kafka_props_set(rc, "publish", defaults, TT_LEN(defaults), err);
	if (code == TT_OK && !p->conf->brokers)
		code = tt_kafka_props_pass(rc, "kafka", &p->conf->shared_properties, ours, TT_LEN(ours), err);
	if (code == TT_OK)
		code = tt_kafka_props_pass(rc, "publish", &p->conf->properties, ours, TT_LEN(ours), err);
	if (code == TT_OK)
		code = set_ours(rc, p->conf, err);
	if (code < 0) {
		rd_kafka_conf_destroy(rc);
		return code;
	}
	rd_kafka_conf_set_opaque(rc, p);
	rd_kafka_conf_set_dr_msg_cb(rc, on_delivery);
	rd_kafka_conf_set_error_cb(rc, on_error);
	rd_kafka_conf_set_log_cb(rc, NULL); /* libraries never log; what matters comes as an error */
	p->failed_for_good = false;
	p->rk = rd_kafka_new(RD_KAFKA_PRODUCER, rc, why, sizeof(why));
	if (p->rk)
		return TT_OK;
	rd_kafka_conf_destroy(rc);
	return tt_err_set(err, TT_ECONF, "publish: %s", why);
}

int tt_producer_new(struct tt_producer **ret, const struct tt_publish_conf *conf, struct tt_err *err)
{
	if (!tt_publish_brokers(conf))
		return tt_err_set(
			err, TT_ECONF, "neither publish.brokers nor kafka.brokers is set: where is Kafka?");
	struct tt_producer *p = calloc(1, sizeof(*p));
	if (!p)
		return tt_err_set(err, TT_ENOMEM, "kafka: %s", tt_err_text(TT_ENOMEM));
	p->conf = conf;
	int code = client_new(p, err);
	if (code < 0) {
		free(p);
		return code;
	}
	*ret = p;
	return TT_OK;
}

void tt_producer_free(struct tt_producer *p)
{
	if (!p)
		return;
	if (p->rk)
		rd_kafka_destroy(p->rk);
	free(p);
}

/* ---- sending ---- */

static bool time_left(int64_t deadline_ms)
{
	return tt_mono_ms(&tt_clock_real) < deadline_ms;
}

static bool never_taken(int error)
{
	return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || error == RD_KAFKA_RESP_ERR_INVALID_RECORD;
}

static rd_kafka_headers_t *headers_of(const struct tt_outgoing *o)
{
	rd_kafka_headers_t *headers = o->n_headers ? rd_kafka_headers_new(o->n_headers) : NULL;
	for (size_t i = 0; i < o->n_headers; i++)
		rd_kafka_header_add(headers, o->headers[i].name, -1, o->headers[i].value.p,
			(ssize_t)o->headers[i].value.n);
	return headers;
}

/* Hands one record over, as soon as there is room for it. False: it did not get that far. */
static bool hand_over(struct tt_producer *p, struct tt_outgoing *o, int64_t deadline_ms)
{
	for (;;) {
		rd_kafka_headers_t *headers = headers_of(o);
		rd_kafka_resp_err_t e = rd_kafka_producev(p->rk, RD_KAFKA_V_TOPIC(o->topic),
			RD_KAFKA_V_KEY(o->key.p, o->key.n), RD_KAFKA_V_VALUE((void *)o->value.p, o->value.n),
			RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(o), RD_KAFKA_V_END);
		o->error = e;
		if (!e) { /* the headers are librdkafka's now */
			p->pending++;
			return true;
		}
		if (headers)
			rd_kafka_headers_destroy(headers);
		o->why = rd_kafka_err2str(e);
		if (e == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
			o->delivery = TT_UNDELIVERABLE;
			return true;
		}
		if (e != RD_KAFKA_RESP_ERR__QUEUE_FULL || !time_left(deadline_ms))
			return false;
		tt_metric_add(TT_M_publish_full, 1);
		rd_kafka_poll(p->rk, POLL_MS);
	}
}

/* Until every record that was handed over has its report: those that are late are taken back. */
static void wait_for_all(struct tt_producer *p, int64_t deadline_ms)
{
	while (p->pending && !p->failed_for_good && time_left(deadline_ms))
		rd_kafka_poll(p->rk, POLL_MS);
	if (!p->pending)
		return;
	rd_kafka_purge(p->rk, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
	while (p->pending)
		rd_kafka_poll(p->rk, PURGE_MS);
}

/* Brokers refuse a whole request for one record in it, or because together they are too large. Alone it is
 * seen which one is meant. */
static void send_alone(struct tt_producer *p, struct tt_outgoing *v, size_t n, int64_t deadline_ms)
{
	for (size_t i = 0; i < n && !p->failed_for_good && time_left(deadline_ms); i++) {
		if (v[i].delivery != TT_UNDELIVERED || !never_taken(v[i].error))
			continue;
		if (hand_over(p, &v[i], deadline_ms))
			wait_for_all(p, deadline_ms);
		if (v[i].delivery == TT_UNDELIVERED && never_taken(v[i].error))
			v[i].delivery = TT_UNDELIVERABLE;
	}
}

/* What is told of the first record that did not get there: rather what is wrong than that it took long. */
static int explain(struct tt_producer *p, const struct tt_outgoing *o, struct tt_err *err)
{
	struct tt_err why = {0};
	tt_metric_add(TT_M_publish_retries, 1);
	if (p->trouble[0])
		return tt_err_set(err, TT_EPEER, "kafka: topic %s: %s", o->topic, p->trouble);
	if (tt_producer_check(p, o->topic, &why) < 0)
		return tt_err_set(err, TT_EPEER, "%s", why.msg);
	return tt_err_set(err, TT_EPEER, "kafka: topic %s: %s", o->topic, o->why ? o->why : "no answer yet");
}

int tt_producer_send(struct tt_producer *p, struct tt_outgoing *v, size_t n, struct tt_err *err)
{
	int64_t begun_ns = tt_mono_ns(&tt_clock_real);
	int64_t deadline_ms = begun_ns / 1000000 + p->conf->timeout_ms;
	if (p->failed_for_good || !p->rk) {
		if (p->rk)
			rd_kafka_destroy(p->rk);
		p->rk = NULL;
		if (client_new(p, err) < 0)
			return tt_err_set(err, TT_EPEER, "kafka: no new client could be made");
	}
	for (size_t i = 0; i < n; i++)
		if (v[i].delivery == TT_UNDELIVERED && !hand_over(p, &v[i], deadline_ms))
			break;
	wait_for_all(p, deadline_ms + POLL_MS); /* their own time is over a little before */
	send_alone(p, v, n, deadline_ms);
	tt_histogram_add(TT_H_publish, tt_mono_ns(&tt_clock_real) - begun_ns);
	for (size_t i = 0; i < n; i++)
		if (v[i].delivery == TT_UNDELIVERED)
			return explain(p, &v[i], err);
	return TT_OK;
}

/* ---- looking ---- */

int tt_producer_check(struct tt_producer *p, const char *topic, struct tt_err *err)
{
	const struct rd_kafka_metadata *m = NULL;
	rd_kafka_topic_t *t = rd_kafka_topic_new(p->rk, topic, NULL);
	if (!t)
		return tt_err_set(err, TT_ECONF, "kafka: topic '%s': %s", topic,
			rd_kafka_err2str(rd_kafka_last_error()));
	rd_kafka_resp_err_t e = rd_kafka_metadata(p->rk, 0, t, &m, CHECK_MS);
	rd_kafka_topic_destroy(t);
	rd_kafka_poll(p->rk, 0); /* what was heard of connections */
	if (e)
		return tt_err_set(err, TT_EPEER, "kafka: %s: %s", tt_publish_brokers(p->conf),
			p->trouble[0] ? p->trouble : rd_kafka_err2str(e));
	e = m->topic_cnt ? m->topics[0].err : RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
	rd_kafka_metadata_destroy(m);
	if (e == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
		return tt_err_set(err, TT_ECONF,
			"kafka: topic '%s' does not exist at %s, and is not made by itself", topic,
			tt_publish_brokers(p->conf));
	if (e == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE) /* it was just made, or its broker is away */
		return tt_err_set(err, TT_EPEER, "kafka: topic %s: %s", topic, rd_kafka_err2str(e));
	return e ? tt_err_set(err, TT_ECONF, "kafka: topic '%s': %s", topic, rd_kafka_err2str(e)) : TT_OK;
}
