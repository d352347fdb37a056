/* check.h - whether a topic that is to be read is there, for those who ask before they start. */
#ifndef TT_INGEST_KAFKA_CHECK_H
#define TT_INGEST_KAFKA_CHECK_H

#include "common/buf.h"
#include "ingest/kafka/conf.h"

/* Asks the brokers about conf->topics.v[i], at most 5 seconds, without joining the group or reading anything. Says in ret what is
 * there. TT_ECONF: no such topic, or none that the expression fits, or a property that librdkafka refuses; TT_EPEER: no answer. */
int tt_kafka_check(const struct tt_kafka_conf *conf, size_t i, struct tt_buf *ret, struct tt_err *err);

#endif
