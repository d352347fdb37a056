/* rebalance.c - partitions come and go. librdkafka calls this within a poll, so on the driver's thread, and
 * goes on when it has been told what to do: assign or unassign, whole (eager) or in part (cooperative).
 *
 * What comes is assigned paused: where it begins is known when the claims thread has claimed it. What goes is
 * only let go: its items under way are stored when that happens before somebody else claims it, and refused
 * as stale otherwise; the other partitions go on meanwhile. */
#include <string.h>

#include "common/metrics.h"
#include "ingest/kafka/consumer.h"

static void check(struct tt_consumer *c, rd_kafka_error_t *error)
{
	if (!error)
		return;
	tt_consumer_trouble(c, "assignment: %s", rd_kafka_error_string(error));
	rd_kafka_error_destroy(error);
}

static void come(struct tt_consumer *c, rd_kafka_topic_partition_list_t *list)
{
	pthread_mutex_lock(&c->lock);
	for (int i = 0; i < list->cnt; i++) {
		rd_kafka_topic_partition_t *tp = &list->elems[i];
		struct tt_part *p = tt_part_add(&c->parts, tp->topic, tp->partition);
		if (p)
			p->moved_ns = tt_mono_ns(c->clock);
		else
			c->failed = TT_ENOMEM;
		tp->offset = 0; /* any: nothing is taken before the seek (flow.c) */
	}
	c->joined = true;
	c->trouble.msg[0] = '\0';
	pthread_cond_signal(&c->asked);
	pthread_mutex_unlock(&c->lock);
	if (c->cooperative) {
		check(c, rd_kafka_incremental_assign(c->rk, list));
	} else {
		rd_kafka_resp_err_t e = rd_kafka_assign(c->rk, list);
		if (e)
			tt_consumer_trouble(c, "assignment: %s", rd_kafka_err2str(e));
	}
	rd_kafka_pause_partitions(c->rk, list); /* one that cannot be paused is not taken from either */
}

static void go(struct tt_consumer *c, rd_kafka_topic_partition_list_t *list)
{
	pthread_mutex_lock(&c->lock);
	rd_kafka_topic_partition_list_t *stored =
		rd_kafka_assignment_lost(c->rk) ? NULL : tt_flow_stored(c, list);
	for (int i = 0; i < list->cnt; i++) {
		struct tt_part *p = tt_part_find(&c->parts, list->elems[i].topic, list->elems[i].partition);
		if (!p)
			continue;
		if (!tt_claims_leave(c, p))
			c->failed = TT_ENOMEM;
		tt_part_remove(&c->parts, p);
	}
	pthread_cond_signal(&c->asked);
	pthread_mutex_unlock(&c->lock);
	if (stored) { /* sent before we leave; nothing depends on its success */
		(void)rd_kafka_commit(c->rk, stored, 1);
		rd_kafka_topic_partition_list_destroy(stored);
	}
	if (c->cooperative)
		check(c, rd_kafka_incremental_unassign(c->rk, list));
	else
		(void)rd_kafka_assign(c->rk, NULL);
}

void tt_consumer_rebalance(
	rd_kafka_t *rk, rd_kafka_resp_err_t what, rd_kafka_topic_partition_list_t *list, void *consumer)
{
	struct tt_consumer *c = consumer;
	const char *protocol = rd_kafka_rebalance_protocol(rk);
	if (strcmp(protocol, "NONE") != 0) /* as it says while it leaves */
		c->cooperative = strcmp(protocol, "COOPERATIVE") == 0;
	tt_metric_add(TT_M_kafka_rebalances, (uint64_t)list->cnt);
	switch (what) {
	case RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS:
		come(c, list);
		break;
	case RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS:
		go(c, list);
		break;
	default:
		tt_consumer_trouble(c, "group: %s", rd_kafka_err2str(what));
		go(c, list);
		(void)rd_kafka_assign(rk, NULL);
	}
}
