/* broker.h - librdkafka's mock cluster in this process, and a store of positions in memory, for tests of the
 * consumer. One of each at a time. Failures end the test. */
#ifndef TT_TESTS_BROKER_H
#define TT_TESTS_BROKER_H

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <pthread.h>

#include "common/positions.h"

struct tt_broker {
	rd_kafka_t *producer;
	rd_kafka_mock_cluster_t *cluster;
	const char *address;
};

void tt_broker_start(struct tt_broker *b);
void tt_broker_stop(struct tt_broker *b);
void tt_broker_topic(struct tt_broker *b, const char *topic, int partitions);
/* value NULL: a tombstone. Delivered on return. */
void tt_broker_put(struct tt_broker *b, const char *topic, int partition, const char *value);
/* Items whose titles are their numbers within the partition: from .. to - 1. */
void tt_broker_fill(struct tt_broker *b, const char *topic, int partition, int from, int to);

enum { TT_STORE_ROWS = 16 };

struct tt_store_row {
	int32_t partition;
	int64_t epoch, next, from, to; /* next -1: nothing is stored */
	int64_t end;                   /* where the partition ended when that was told last */
	int opened;
	bool owned;
};

/* As sink/pg/positions.c keeps them, of one topic. */
struct tt_store {
	pthread_mutex_t lock;
	struct tt_store_row rows[TT_STORE_ROWS];
	size_t n;
	bool away; /* every call fails */
	int claims, closed;
};

void tt_store_init(struct tt_store *s);
void tt_store_done(struct tt_store *s);
struct tt_positions tt_store_positions(struct tt_store *s);
int tt_store_claims(struct tt_store *s); /* calls so far */
void tt_store_set_away(struct tt_store *s, bool away);
/* The row of a partition, made when it is not there; a copy. */
struct tt_store_row tt_store_get(struct tt_store *s, int32_t partition);
void tt_store_set(struct tt_store *s, const struct tt_store_row *row);
/* As a write of items with this progress: moves the position. False: the claim is lost. */
bool tt_store_write(struct tt_store *s, int32_t partition, int64_t epoch, int64_t next);

#endif
