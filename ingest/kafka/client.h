/* client.h - a consumer of librdkafka as section `kafka` wants it. */
#ifndef TT_INGEST_KAFKA_CLIENT_H
#define TT_INGEST_KAFKA_CLIENT_H

#include <librdkafka/rdkafka.h>

#include "ingest/kafka/conf.h"

struct tt_client_calls {
	void (*rebalance)(
		rd_kafka_t *rk, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *list, void *ctx);
	void (*committed)(rd_kafka_t *rk, rd_kafka_resp_err_t e, rd_kafka_topic_partition_list_t *list, void *ctx);
	void (*error)(rd_kafka_t *rk, int code, const char *reason, void *ctx);
	void *ctx;
};

/* Subscribed to the topics, or with calls NULL not, just to look; connects in the background. The calls come within rd_kafka_consumer_poll().
 * TT_ECONF: a property that librdkafka refuses, or that is ours to set; names kafka.properties.NAME. */
int tt_client_new(rd_kafka_t **ret, const struct tt_kafka_conf *conf, const struct tt_client_calls *calls,
	struct tt_err *err);

#endif
