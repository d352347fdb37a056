/* mock.c - see mock.h. */
#include "tests/sink/kafka/mock.h"

#include "common/clock.h"
#include "tests/tt_test.h"

enum { BROKERS = 2, PARTITIONS = 3 };

static void quiet(const rd_kafka_t *rk, int level, const char *fac, const char *buf)
{
	(void)rk, (void)level, (void)fac, (void)buf;
}

void tt_mock_start(struct tt_mock *m)
{
	static const struct tt_section sections[] = {
		{"publish", "", tt_publish_opts, offsetof(struct tt_mock, conf), false, 0}, {0}};
	static const char text[] = "publish:\n  timeout: 5s\n  linger: 1ms\n";
	rd_kafka_conf_t *rc = rd_kafka_conf_new();
	char why[200];
	*m = (struct tt_mock){0};
	rd_kafka_conf_set_log_cb(rc, quiet);
	TT_EQ(tt_conf_load_text(tt_str_c(text), "test", sections, m, NULL), TT_OK);
	m->rk = rd_kafka_new(RD_KAFKA_PRODUCER, rc, why, sizeof(why));
	TT_TRUE(m->rk != NULL);
	m->cluster = rd_kafka_mock_cluster_new(m->rk, BROKERS);
	TT_TRUE(m->cluster != NULL);
	m->conf.shared_brokers = rd_kafka_mock_cluster_bootstraps(m->cluster);
}

void tt_mock_stop(struct tt_mock *m)
{
	rd_kafka_mock_cluster_destroy(m->cluster);
	rd_kafka_destroy(m->rk);
}

void tt_mock_brokers(struct tt_mock *m, bool up)
{
	for (int id = 1; id <= BROKERS; id++)
		(void)(up ? rd_kafka_mock_broker_set_up : rd_kafka_mock_broker_set_down)(m->cluster, id);
}

void tt_mock_fail(struct tt_mock *m, int16_t request, int n, rd_kafka_resp_err_t error)
{
	while (n--)
		rd_kafka_mock_push_request_errors(m->cluster, request, 1, error);
}

static rd_kafka_t *consumer(struct tt_mock *m, const char *topic)
{
	rd_kafka_conf_t *rc = rd_kafka_conf_new();
	char why[200];
	rd_kafka_conf_set(rc, "bootstrap.servers", m->conf.shared_brokers, NULL, 0);
	rd_kafka_conf_set(rc, "group.id", "look", NULL, 0);
	rd_kafka_conf_set_log_cb(rc, quiet);
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, rc, why, sizeof(why));
	TT_TRUE(rk != NULL);
	rd_kafka_poll_set_consumer(rk);
	rd_kafka_topic_partition_list_t *all = rd_kafka_topic_partition_list_new(PARTITIONS);
	for (int i = 0; i < PARTITIONS; i++)
		rd_kafka_topic_partition_list_add(all, topic, i)->offset = RD_KAFKA_OFFSET_BEGINNING;
	rd_kafka_assign(rk, all);
	rd_kafka_topic_partition_list_destroy(all);
	return rk;
}

int tt_mock_read(struct tt_mock *m, const char *topic, int n, tt_mock_look *fn, void *ctx)
{
	rd_kafka_mock_topic_create(m->cluster, topic, PARTITIONS, 1); /* or it is there already */
	rd_kafka_t *rk = consumer(m, topic);
	int64_t deadline_ms = tt_mono_ms(&tt_clock_real) + 20000;
	int got = 0;
	while (tt_mono_ms(&tt_clock_real) < deadline_ms) {
		rd_kafka_message_t *r = rd_kafka_consumer_poll(rk, got < n ? 2000 : 300);
		if (!r)
			break;
		if (!r->err) {
			got++;
			if (fn)
				fn(r, ctx);
		}
		rd_kafka_message_destroy(r);
	}
	rd_kafka_destroy(rk);
	return got;
}
