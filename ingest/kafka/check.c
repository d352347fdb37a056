/* check.c - see check.h. */
#include "ingest/kafka/check.h"

#include <regex.h>
#include <string.h>

#include "ingest/kafka/client.h"

enum { WAIT_MS = 5000 };

/* As librdkafka understands a topic that begins with ^. */
static bool fits(const regex_t *expression, const char *pattern, const char *topic)
{
	return expression ? regexec(expression, topic, 0, NULL, 0) == 0 : strcmp(pattern, topic) == 0;
}

static int judge(const struct rd_kafka_metadata *m, const char *pattern, const regex_t *expression, struct tt_buf *ret,
	struct tt_err *err)
{
	int topics = 0, partitions = 0;
	for (int i = 0; i < m->topic_cnt; i++) {
		const struct rd_kafka_metadata_topic *t = &m->topics[i];
		if (!fits(expression, pattern, t->topic))
			continue;
		if (t->err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART)
			continue;
		if (t->err)
			return tt_err_set(err, t->err == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE ? TT_EPEER : TT_ECONF,
				"kafka: topic '%s': %s", t->topic, rd_kafka_err2str(t->err));
		topics++;
		partitions += t->partition_cnt;
	}
	if (!topics)
		return tt_err_set(err, TT_ECONF, expression ? "kafka: no topic fits '%s'" : "kafka: topic '%s' does not exist",
			pattern);
	tt_buf_printf(ret, "%s: there, to be read: ", pattern);
	if (expression)
		tt_buf_printf(ret, "%d topics, ", topics);
	return tt_buf_printf(ret, "%d partitions", partitions);
}

/* Of one topic, or of all when an expression is to be tried on them. */
static int ask(rd_kafka_t *rk, const char *pattern, const regex_t *expression, struct tt_buf *ret, struct tt_err *err)
{
	const struct rd_kafka_metadata *m = NULL;
	rd_kafka_topic_t *one = expression ? NULL : rd_kafka_topic_new(rk, pattern, NULL);
	rd_kafka_resp_err_t e = rd_kafka_metadata(rk, expression != NULL, one, &m, WAIT_MS);
	if (one)
		rd_kafka_topic_destroy(one);
	if (e)
		return tt_err_set(err, TT_EPEER, "kafka: topic '%s': %s", pattern, rd_kafka_err2str(e));
	int rc = judge(m, pattern, expression, ret, err);
	rd_kafka_metadata_destroy(m);
	return rc;
}

int tt_kafka_check(const struct tt_kafka_conf *conf, size_t i, struct tt_buf *ret, struct tt_err *err)
{
	const char *pattern = conf->topics.v[i];
	regex_t expression;
	rd_kafka_t *rk;
	int rc = tt_client_new(&rk, conf, NULL, err);
	if (rc < 0)
		return rc;
	if (pattern[0] != '^')
		rc = ask(rk, pattern, NULL, ret, err);
	else if (regcomp(&expression, pattern, REG_EXTENDED | REG_NOSUB))
		rc = tt_err_set(err, TT_ECONF, "kafka.topics: '%s' is no regular expression", pattern);
	else {
		rc = ask(rk, pattern, &expression, ret, err);
		regfree(&expression);
	}
	rd_kafka_destroy(rk);
	return rc;
}
