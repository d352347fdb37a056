/* courier.h - one target of alerts: how a change gets there. couriers.c drives it. */
#ifndef TT_APP_COURIER_H
#define TT_APP_COURIER_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/run/couriers.h"
#include "sink/kafka/producer.h"
#include "sink/pg/deliveries.h"
#include "sink/webhook/webhook.h"

struct tt_courier {
	const struct tt_couriers_parts *parts;
	struct tt_str target;
	const struct tt_webhook_conf *webhook_conf; /* of a webhook */
	struct tt_webhook *webhook;
	struct tt_producer *producer; /* of the topic; neither: standard output */
	struct tt_pg_conn *conn;
	unsigned generation; /* of the session that listens */
	struct tt_arena arena;
	uint64_t random;
	pthread_t thread;
	bool started, was_away;
	atomic_bool *stopping;
};

/* Takes what is due and delivers it. *ret_n: how many were taken. An error is one of the database, or of a
 * target that is away as a whole; what was taken comes again. */
int tt_courier_turn(struct tt_courier *c, size_t *ret_n, struct tt_err *err);

#endif
