/* couriers.h - tell those who want to know of alerts: a topic of Kafka, webhooks, standard output. One thread
 * a target takes what is due out of the outbox (sink/pg/deliveries.h), in every process of the database; a
 * target that is away or slow holds up no other. At least once, each change under its own id; the changes of
 * one alert in their order. */
#ifndef TT_APP_COURIERS_H
#define TT_APP_COURIERS_H

#include "app/run/alerts.h"
#include "sink/kafka/conf.h"
#include "sink/pg/pg.h"
#include "sink/webhook/conf.h"

struct tt_couriers_parts {
	const struct tt_alerts_conf *alerts;
	const struct tt_publish_conf *publish;
	const struct tt_conf_list *webhooks;
	const struct tt_pg_conf *pg;
	const struct tt_pipeline_conf *pipeline;
};

struct tt_couriers;

/* What parts points to must outlive it. Errors as tt_producer_new and tt_webhooks_check. */
int tt_couriers_new(struct tt_couriers **ret, const struct tt_couriers_parts *parts, struct tt_err *err);
void tt_couriers_free(struct tt_couriers *c); /* stopped ones. NULL is fine */

/* Names of the targets, as in the outbox. */
const struct tt_str *tt_couriers_targets(const struct tt_couriers *c, size_t *ret_n);

int tt_couriers_start(struct tt_couriers *c, struct tt_err *err);
void tt_couriers_stop(struct tt_couriers *c); /* what is under way is finished. NULL is fine */

#endif
