/* client.c - see client.h. */
#include "ingest/kafka/client.h"

#include "common/kafka_props.h"

/* What the promises rest on, or what has an option of its own. */
static const struct tt_kafka_ours ours[] = {
	{"bootstrap.servers", "kafka.brokers"},
	{"metadata.broker.list", "kafka.brokers"},
	{"group.id", "kafka.group"},
	{"group.instance.id", "kafka.instance_id"},
	{"auto.offset.reset", "kafka.start and kafka.on_gap"},
	{"enable.auto.commit", "the database, which keeps the positions"},
	{"enable.auto.offset.store", "the database, which keeps the positions"},
	{"auto.commit.interval.ms", "kafka.commit_interval"},
	{"enable.partition.eof", "nothing: it is always on"},
};

/* Before what the user sets: bounded memory (librdkafka's own are 64 MB and 100,000 messages a partition),
 * and no topic comes into being by being asked for. */
static const struct tt_kafka_prop defaults[] = {
	{"client.id", "tickertone"},
	{"partition.assignment.strategy", "cooperative-sticky"},
	{"queued.min.messages", "20000"},
	{"queued.max.messages.kbytes", "16384"},
	{"fetch.wait.max.ms", "100"}, /* what is sought waits for the fetch under way */
	{"allow.auto.create.topics", "false"},
	{"topic.metadata.refresh.interval.ms", "60000"},
	{"log.connection.close", "false"},
};

static const struct tt_kafka_prop forced[] = {
	{"enable.auto.commit", "false"}, {"enable.auto.offset.store", "false"},
	{"enable.partition.eof", "true"}, /* says that nothing is left before the end: holes are no lag */
	{"auto.offset.reset", "error"},   /* a gap is ours to decide about (begin.h) */
};

static int configure(rd_kafka_conf_t *rc, const struct tt_kafka_conf *conf, struct tt_err *err)
{
	int code = tt_kafka_props_set(rc, "kafka", defaults, TT_LEN(defaults), err);
	if (code == TT_OK)
		code = tt_kafka_props_pass(rc, "kafka", &conf->properties, ours, TT_LEN(ours), err);
	if (code == TT_OK)
		code = tt_kafka_props_set(rc, "kafka", forced, TT_LEN(forced), err);
	if (code == TT_OK)
		code = tt_kafka_prop_set(rc, "kafka.brokers", "bootstrap.servers", conf->brokers, err);
	if (code == TT_OK)
		code = tt_kafka_prop_set(rc, "kafka.group", "group.id", conf->group, err);
	if (code == TT_OK && conf->instance_id)
		code = tt_kafka_prop_set(
			rc, "kafka.instance_id", "group.instance.id", conf->instance_id, err);
	return code;
}

static int subscribe(rd_kafka_t *rk, const struct tt_kafka_conf *conf, struct tt_err *err)
{
	rd_kafka_topic_partition_list_t *topics = rd_kafka_topic_partition_list_new((int)conf->topics.n);
	for (size_t i = 0; i < conf->topics.n; i++)
		rd_kafka_topic_partition_list_add(topics, conf->topics.v[i], RD_KAFKA_PARTITION_UA);
	rd_kafka_resp_err_t e = rd_kafka_subscribe(rk, topics);
	rd_kafka_topic_partition_list_destroy(topics);
	return e ? tt_err_set(err, TT_ECONF, "kafka.topics: %s", rd_kafka_err2str(e)) : TT_OK;
}

int tt_client_new(rd_kafka_t **ret, const struct tt_kafka_conf *conf, const struct tt_client_calls *calls,
	struct tt_err *err)
{
	char why[256];
	if (!conf->topics.n)
		return tt_err_set(err, TT_ECONF, "kafka.topics: names no topic");
	rd_kafka_conf_t *rc = rd_kafka_conf_new();
	int code = configure(rc, conf, err);
	if (code < 0) {
		rd_kafka_conf_destroy(rc);
		return code;
	}
	if (calls) {
		rd_kafka_conf_set_opaque(rc, calls->ctx);
		rd_kafka_conf_set_rebalance_cb(rc, calls->rebalance);
		rd_kafka_conf_set_offset_commit_cb(rc, calls->committed);
		rd_kafka_conf_set_error_cb(rc, calls->error);
	}
	rd_kafka_conf_set_log_cb(rc, NULL); /* libraries never log; what matters comes as an error */
	rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_CONSUMER, rc, why, sizeof(why));
	if (!rk) {
		rd_kafka_conf_destroy(rc);
		return tt_err_set(err, TT_ECONF, "kafka: %s", why);
	}
	rd_kafka_poll_set_consumer(rk);
	code = calls ? subscribe(rk, conf, err) : TT_OK;
	if (code < 0) {
		rd_kafka_destroy(rk);
		return code;
	}
	*ret = rk;
	return TT_OK;
}
