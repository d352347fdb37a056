/* consumer.h - what the Kafka source is inside, and the parts it is made of:
 *
 *   kafka.c      the source: open, next, hold, stored, close
 *   client.c     librdkafka's consumer, as the configuration wants it
 *   rebalance.c  partitions come and go
 *   claims.c     a thread that claims them in the store, marks windows, gives claims back: all that may wait
 *   ends.c       where they end, told to the store now and then, on the same thread
 *   flow.c       which partitions are read now; positions told to the group
 *   take.c       records into a batch
 *   report.c     /ready and /metrics
 *
 * Threads: the driver (next, hold) is the only one that polls librdkafka and so the only one that adds and
 * removes parts; the claims thread; whoever calls stored() and the reports. `lock` is around everything
 * marked so and is never held while something is waited for, but for librdkafka's own main loop (pause,
 * resume). */
#ifndef TT_INGEST_KAFKA_CONSUMER_H
#define TT_INGEST_KAFKA_CONSUMER_H

#include <librdkafka/rdkafka.h>
#include <pthread.h>
#include <stdatomic.h>

#include "common/positions.h"
#include "ingest/kafka/conf.h"
#include "ingest/kafka/parts.h"
#include "ingest/kafka/payload.h"

enum { TT_FETCHED_MAX = 1024 }; /* records taken from librdkafka at once */

struct tt_consumer {
	const struct tt_kafka_conf *conf;
	const struct tt_clock *clock;
	struct tt_positions positions; /* the claims thread's, once it runs */
	rd_kafka_t *rk;
	rd_kafka_queue_t *queue;
	struct tt_payload *payload;
	pthread_t claims;
	bool claims_started;
	int64_t ends_ns; /* monotonic: when the ends are told next; the claims thread's */

	pthread_mutex_t lock;
	pthread_cond_t asked;       /* the claims thread has something to do */
	struct tt_part_table parts; /* lock */
	struct tt_position *left;   /* (n_left of room_left) claims to be given back; lock */
	size_t n_left, room_left;
	bool stopping;         /* lock */
	bool joined;           /* the group has answered; lock */
	bool cooperative;      /* partitions come and go one by one; the driver's */
	struct tt_err trouble; /* what a topic or the group complains of; msg "": nothing; lock */
	struct tt_err away;    /* why no broker can be reached; msg "": one can, or is not missed yet; lock */
	struct tt_err failure; /* the last failure of one connection; lock */

	/* The driver's own: */
	struct {
		rd_kafka_message_t *m;
		uint64_t serial; /* of the part it was fetched for; 0: for none that is read */
	} fetched[TT_FETCHED_MAX];
	size_t n_fetched, taken; /* those before `taken` are gone */
	uint64_t batch;          /* number of the one being filled */
	bool held;               /* the line is full: everything is paused */
	int64_t full_ns;         /* monotonic: since when it is full; 0: it is not */
	int64_t commit_ns;       /* monotonic: when to commit next */
	int failed;              /* a code that ends the source; TT_OK */
	atomic_bool woken;
};

/* ---- rebalance.c: within a poll of the driver ---- */
void tt_consumer_rebalance(
	rd_kafka_t *rk, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *list, void *consumer);

/* ---- claims.c ---- */
void *tt_claims_main(void *consumer);
/* Remembers that a claim is to be given back. Lock held. False: memory is out. */
bool tt_claims_leave(struct tt_consumer *c, const struct tt_part *p);

/* ---- ends.c: the claims thread's ---- */
/* How long until it is time to tell; 0: it is. Lock held. */
int tt_ends_wait_ms(const struct tt_consumer *c);
/* Asks for the ends and tells them. Lock held, but not while it waits for others. */
void tt_ends_tell(struct tt_consumer *c);

/* ---- flow.c: the driver's ---- */
/* Asks for claims and windows that are due; pauses, seeks and resumes accordingly. True when something is
 * read. */
bool tt_flow_arrange(struct tt_consumer *c);
void tt_flow_hold(struct tt_consumer *c, bool held);
/* Tells the group what is stored, when it is time to. */
void tt_flow_commit(struct tt_consumer *c);
/* What is stored of all parts, or of those in `of`, and was not told yet; NULL: nothing. Lock held. */
rd_kafka_topic_partition_list_t *tt_flow_stored(
	struct tt_consumer *c, const rd_kafka_topic_partition_list_t *of);

/* ---- take.c: the driver's ---- */
/* Waits up to so long for records; only when all that were fetched are taken. */
void tt_take_fetch(struct tt_consumer *c, int timeout_ms);
/* Puts fetched records into the batch. TT_EAGAIN: the batch is full. TT_ENOMEM. */
int tt_take_all(struct tt_consumer *c, struct tt_batch *b, size_t max_items);
void tt_take_drop(struct tt_consumer *c); /* all that were fetched */

/* ---- report.c ---- */
bool tt_consumer_ready(void *consumer, struct tt_buf *reason);
void tt_consumer_metrics(void *consumer, struct tt_buf *out);
/* Notes what a topic or the group complains of; it is over when a record arrives. */
void tt_consumer_trouble(struct tt_consumer *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
