/* Records into a cluster in this process: what is delivered is there once, what is not is said so. */
#include <pthread.h>

#include "common/clock.h"
#include "common/metrics.h"
#include "sink/kafka/producer.h"
#include "tests/sink/kafka/mock.h"
#include "tests/tt_test.h"

enum { PRODUCE = 0, INIT_PRODUCER_ID = 22 };

struct fixture {
	struct tt_mock mock;
	struct tt_producer *p;
	struct tt_err err;
};

static void begin(struct fixture *f)
{
	*f = (struct fixture){0};
	tt_mock_start(&f->mock);
	rd_kafka_mock_topic_create(f->mock.cluster, "items", 3, 2);
}

static void connect_to(struct fixture *f)
{
	TT_EQ(tt_producer_new(&f->p, &f->mock.conf, &f->err), TT_OK);
}

static void end(struct fixture *f)
{
	tt_producer_free(f->p);
	tt_mock_stop(&f->mock);
}

/* n records with keys k0, k1, ... */
static struct tt_outgoing *records(size_t n, size_t bytes)
{
	static const struct tt_outgoing_header headers[] = {{"stage", {"parse", 5}}, {"reason", {"a\0b", 3}}};
	struct tt_outgoing *v = calloc(n, sizeof(*v));
	for (size_t i = 0; i < n; i++) {
		char *key = malloc(16), *value = malloc(bytes);
		memset(value, 'v', bytes);
		v[i] = (struct tt_outgoing){.topic = "items",
			.key = {key, (size_t)snprintf(key, 16, "k%zu", i)},
			.value = {value, bytes},
			.headers = headers,
			.n_headers = i % 2 ? 2 : 0};
	}
	return v;
}

static void free_records(struct tt_outgoing *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free((char *)v[i].key.p), free((char *)v[i].value.p);
	free(v);
}

static size_t count(const struct tt_outgoing *v, size_t n, enum tt_delivery what)
{
	size_t c = 0;
	for (size_t i = 0; i < n; i++)
		c += v[i].delivery == what;
	return c;
}

/* What was seen of each key; headers as sent. */
struct seen {
	int times[1000], headers_wrong;
};

static void look(const rd_kafka_message_t *m, void *ctx)
{
	struct seen *s = ctx;
	rd_kafka_headers_t *h = NULL;
	const void *value = NULL;
	size_t size = 0;
	char key[16] = "";
	memcpy(key, m->key, m->key_len);
	int i = (int)strtol(key + 1, NULL, 10);
	s->times[i]++;
	bool has = !rd_kafka_message_headers(m, &h) && !rd_kafka_header_get(h, 0, "reason", &value, &size);
	s->headers_wrong += has != (i % 2 == 1) || (has && (size != 3 || memcmp(value, "a\0b", 3) != 0));
}

static void each_once(struct fixture *f, size_t n)
{
	static struct seen s;
	s = (struct seen){0};
	TT_EQ(tt_mock_read(&f->mock, "items", (int)n, look, &s), n);
	for (size_t i = 0; i < n; i++)
		TT_EQ_ROW((long)i, s.times[i], 1);
	TT_EQ(s.headers_wrong, 0);
}

TT_TEST(delivers)
{
	static const int codecs[] = {0, 1, 4}; /* zstd, lz4, none */
	for (size_t i = 0; i < TT_LEN(codecs); i++) {
		struct fixture f;
		begin(&f);
		f.mock.conf.compression = codecs[i];
		connect_to(&f);
		struct tt_outgoing *v = records(900, 400);
		TT_EQ(tt_producer_send(f.p, v, 900, &f.err), TT_OK);
		TT_EQ(count(v, 900, TT_DELIVERED), 900);
		TT_EQ(tt_producer_send(f.p, v, 900, &f.err), TT_OK); /* nothing is left to send */
		each_once(&f, 900);
		free_records(v, 900);
		end(&f);
	}
}

TT_TEST(nothing_to_send)
{
	struct fixture f;
	begin(&f);
	connect_to(&f);
	TT_EQ(tt_producer_send(f.p, NULL, 0, &f.err), TT_OK);
	end(&f);
}

/* However long it takes: a timeout that is meant for brokers that are away may also pass on a busy machine.
 */
static int send_at_last(struct fixture *f, struct tt_outgoing *v, size_t n)
{
	int rc = TT_EPEER;
	for (int i = 0; i < 50 && rc == TT_EPEER; i++)
		rc = tt_producer_send(f->p, v, n, &f->err);
	return rc;
}

TT_TEST(brokers_away)
{
	struct fixture f;
	begin(&f);
	f.mock.conf.timeout_ms = 400;
	connect_to(&f);
	struct tt_outgoing *v = records(100, 100);
	TT_EQ(send_at_last(&f, v, 50), TT_OK);
	tt_mock_brokers(&f.mock, false);
	int64_t begun_ms = tt_mono_ms(&tt_clock_real);
	TT_EQ(tt_producer_send(f.p, v, 100, &f.err), TT_EPEER);
	TT_TRUE(tt_mono_ms(&tt_clock_real) - begun_ms < 20000);
	TT_TRUE(strstr(f.err.msg, "kafka: topic items: ") == f.err.msg);
	TT_TRUE(strstr(f.err.msg, "127.0.0.1") != NULL); /* who does not answer */
	TT_EQ(count(v, 100, TT_DELIVERED), 50);
	tt_mock_brokers(&f.mock, true);
	TT_EQ(send_at_last(&f, v, 100), TT_OK);
	each_once(&f, 100);
	free_records(v, 100);
	end(&f);
}

static void *bring_back(void *arg)
{
	const struct timespec while_away = {.tv_nsec = 300000000};
	nanosleep(&while_away, NULL); /* long enough that the call is under way; sooner would do as well */
	tt_mock_brokers(arg, true);
	return NULL;
}

/* An outage shorter than the timeout is nothing the caller hears of, and doubles nothing. */
TT_TEST(brokers_away_for_a_moment)
{
	struct fixture f;
	pthread_t thread;
	begin(&f);
	connect_to(&f);
	struct tt_outgoing *v = records(200, 100);
	TT_EQ(tt_producer_send(f.p, v, 100, &f.err), TT_OK);
	tt_mock_brokers(&f.mock, false);
	TT_EQ(pthread_create(&thread, NULL, bring_back, &f.mock), 0);
	TT_EQ(tt_producer_send(f.p, v, 200, &f.err), TT_OK);
	pthread_join(thread, NULL);
	each_once(&f, 200);
	free_records(v, 200);
	end(&f);
}

static const struct {
	rd_kafka_resp_err_t error;
	int times;
} passing[] = {
	{RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION, 3}, {RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS, 2},
	{RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT, 2},
	{RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,
		1}, /* of a request with many: sent again alone, all are taken */
};

TT_TEST(errors_that_pass)
{
	for (size_t i = 0; i < TT_LEN(passing); i++) {
		struct fixture f;
		begin(&f);
		connect_to(&f);
		struct tt_outgoing *v = records(20, 100);
		tt_mock_fail(&f.mock, PRODUCE, passing[i].times, passing[i].error);
		TT_EQ_ROW((long)i, tt_producer_send(f.p, v, 20, &f.err), TT_OK);
		TT_EQ_ROW((long)i, count(v, 20, TT_DELIVERED), 20);
		each_once(&f, 20);
		free_records(v, 20);
		end(&f);
	}
}

TT_TEST(too_large)
{
	struct fixture f;
	begin(&f);
	f.mock.conf.max_record_bytes = 5000;
	connect_to(&f);
	struct tt_outgoing *v = records(3, 100), *large = records(1, 9000);
	struct tt_outgoing one = v[1];
	v[1].value = large[0].value;
	TT_EQ(tt_producer_send(f.p, v, 3, &f.err), TT_OK);
	TT_EQ(v[0].delivery, TT_DELIVERED);
	TT_EQ(v[1].delivery, TT_UNDELIVERABLE);
	TT_EQ(v[2].delivery, TT_DELIVERED);
	TT_TRUE(strstr(v[1].why, "too large") != NULL);
	v[1].value = one.value;
	free_records(v, 3);
	free_records(large, 1);
	end(&f);
}

/* The broker's own limit is smaller than ours: it refuses the request, and then this record alone. */
TT_TEST(too_large_for_the_broker)
{
	struct fixture f;
	begin(&f);
	connect_to(&f);
	struct tt_outgoing *v = records(1, 900);
	tt_mock_fail(&f.mock, PRODUCE, 2, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
	TT_EQ(tt_producer_send(f.p, v, 1, &f.err), TT_OK);
	TT_EQ(v[0].delivery, TT_UNDELIVERABLE);
	TT_EQ(tt_mock_read(&f.mock, "items", 0, NULL, NULL), 0);
	free_records(v, 1);
	v = records(5, 100); /* and the next ones go as before */
	TT_EQ(tt_producer_send(f.p, v, 5, &f.err), TT_OK);
	each_once(&f, 5);
	free_records(v, 5);
	end(&f);
}

TT_TEST(queue_full)
{
	struct fixture f;
	begin(&f);
	f.mock.conf.queue_bytes = 1 << 20;
	f.mock.conf.timeout_ms = 30000;
	connect_to(&f);
	struct tt_outgoing *v = records(25, 100000);
	uint64_t full = tt_metric_get(TT_M_publish_full);
	if (tt_producer_send(f.p, v, 25, &f.err) < 0)
		fail_msg("%s", f.err.msg);
	TT_TRUE(tt_metric_get(TT_M_publish_full) > full);
	each_once(&f, 25);
	free_records(v, 25);
	end(&f);
}

TT_TEST(no_such_topic)
{
	struct fixture f;
	begin(&f);
	f.mock.conf.timeout_ms = 300;
	rd_kafka_mock_topic_set_error(f.mock.cluster, "items", RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART);
	connect_to(&f);
	struct tt_outgoing *v = records(2, 100);
	TT_EQ(tt_producer_check(f.p, "items", &f.err), TT_ECONF);
	TT_TRUE(strstr(f.err.msg, "topic 'items' does not exist") != NULL);
	TT_EQ(tt_producer_send(f.p, v, 2, &f.err), TT_EPEER);
	TT_TRUE(strstr(f.err.msg, "topic 'items' does not exist") != NULL);
	rd_kafka_mock_topic_set_error(f.mock.cluster, "items", RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
	TT_EQ(tt_producer_check(f.p, "items", &f.err), TT_ECONF);
	TT_TRUE(strstr(f.err.msg, "uthorization failed") != NULL);
	rd_kafka_mock_topic_set_error(f.mock.cluster, "items", RD_KAFKA_RESP_ERR_NO_ERROR); /* it was made */
	TT_EQ(tt_producer_check(f.p, "items", &f.err), TT_OK);
	int rc = TT_EPEER;
	for (int i = 0; i < 50 && rc == TT_EPEER; i++)
		rc = tt_producer_send(f.p, v, 2, &f.err);
	TT_EQ(rc, TT_OK);
	each_once(&f, 2);
	free_records(v, 2);
	end(&f);
}

/* What librdkafka cannot go on from, we can: with a new client. */
TT_TEST(fatal_errors)
{
	struct fixture f;
	begin(&f);
	f.mock.conf.timeout_ms = 60000; /* the refusal ends the wait, not the time */
	tt_mock_fail(&f.mock, INIT_PRODUCER_ID, 1, RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED);
	connect_to(&f);
	struct tt_outgoing *v = records(10, 100);
	int rc = tt_producer_send(f.p, v, 10, &f.err);
	TT_EQ(rc, TT_EPEER);
	if (!strstr(f.err.msg, "uthoriz"))
		fail_msg("%s", f.err.msg);
	for (int i = 0; i < 10 && rc == TT_EPEER; i++)
		rc = tt_producer_send(f.p, v, 10, &f.err);
	TT_EQ(rc, TT_OK);
	each_once(&f, 10);
	free_records(v, 10);
	end(&f);
}

static const struct {
	const char *name, *value, *want;
} bad[] = {
	{"acks", "1", "publish.properties.acks is not to be set, use nothing: it is always all"},
	{"enable.idempotence", "false", "publish.properties.enable.idempotence is not to be set"},
	{"bootstrap.servers", "x",
		"publish.properties.bootstrap.servers is not to be set, use publish.brokers"},
	{"no.such.property", "x", "publish.properties.no.such.property: No such configuration property"},
	{"sasl.mechanism", "", "publish.properties.sasl.mechanism: "},
	{"max.in.flight", "7", "publish: "}, /* idempotence allows 5 */
};

TT_TEST(bad_configuration)
{
	struct tt_producer *p = NULL;
	struct tt_mock m;
	tt_mock_start(&m);
	for (size_t i = 0; i < TT_LEN(bad); i++) {
		struct tt_err err = {0};
		char *name = (char *)bad[i].name, *value = (char *)bad[i].value;
		m.conf.properties = (struct tt_conf_map){{&name, 1}, {&value, 1}};
		TT_EQ_ROW((long)i, tt_producer_new(&p, &m.conf, &err), TT_ECONF);
		if (!strstr(err.msg, bad[i].want))
			fail_msg("row %zu: %s", i, err.msg);
	}
	m.conf.properties = (struct tt_conf_map){0};
	m.conf.shared_brokers = NULL;
	TT_EQ(tt_producer_new(&p, &m.conf, NULL), TT_ECONF);
	tt_mock_stop(&m);
}

TT_MAIN(TT_RUN(delivers), TT_RUN(nothing_to_send), TT_RUN(brokers_away), TT_RUN(brokers_away_for_a_moment),
	TT_RUN(errors_that_pass), TT_RUN(too_large), TT_RUN(too_large_for_the_broker), TT_RUN(queue_full),
	TT_RUN(no_such_topic), TT_RUN(fatal_errors), TT_RUN(bad_configuration))
