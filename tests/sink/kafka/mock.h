/* mock.h - librdkafka's cluster in this process, and an independent look at what is in its topics. */
#ifndef TT_TESTS_SINK_KAFKA_MOCK_H
#define TT_TESTS_SINK_KAFKA_MOCK_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include "sink/kafka/conf.h"

struct tt_mock {
	rd_kafka_t *rk; /* that the cluster lives in */
	rd_kafka_mock_cluster_t *cluster;
	struct tt_publish_conf conf; /* defaults, its brokers, short times */
};
void tt_mock_start(struct tt_mock *m);
void tt_mock_stop(struct tt_mock *m);

void tt_mock_brokers(struct tt_mock *m, bool up);
/* The next n requests of this kind (0: produce, 22: a producer's id) are answered with an error. */
void tt_mock_fail(struct tt_mock *m, int16_t request, int n, rd_kafka_resp_err_t error);

/* Reads a topic from its beginning until it has n records, or for two seconds when there are fewer; then
 * looks for one more that should not be there. fn is called for each. Returns how many there are. */
typedef void tt_mock_look(const rd_kafka_message_t *m, void *ctx);
int tt_mock_read(struct tt_mock *m, const char *topic, int n, tt_mock_look *fn, void *ctx);

#endif
