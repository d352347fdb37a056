/* kafka.c - see kafka.h; consumer.h has the map of the parts. */
#include "ingest/kafka/kafka.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ingest/kafka/client.h"
#include "ingest/kafka/consumer.h"

enum {
	POLL_MS = 100,  /* longest wait for a record before the rest of the work is looked at */
	GRACE_MS = 1000 /* a line that is full for less is waited for without pausing, which would drop what
			   was fetched */
};

/* ---- calls of librdkafka ---- */

static void on_error(rd_kafka_t *rk, int code, const char *reason, void *ctx)
{
	struct tt_consumer *c = ctx;
	char why[300];
	if (code == RD_KAFKA_RESP_ERR__FATAL) { /* as when another worker has the same kafka.instance_id */
		rd_kafka_fatal_error(rk, why, sizeof(why));
		tt_consumer_trouble(c, "%s", why);
		c->failed = TT_EREFUSED;
		return;
	}
	pthread_mutex_lock(&c->lock);
	if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
		snprintf(c->away.msg, sizeof(c->away.msg), "%s (%.300s)", reason, c->failure.msg);
		pthread_cond_signal(&c->asked); /* to look when one is back */
	} else {
		snprintf(c->failure.msg, sizeof(c->failure.msg), "%s", reason);
	}
	pthread_mutex_unlock(&c->lock);
}

/* A commit that failed is made again with the next one. */
static void on_committed(
	rd_kafka_t *rk, rd_kafka_resp_err_t e, rd_kafka_topic_partition_list_t *list, void *ctx)
{
	struct tt_consumer *c = ctx;
	(void)rk;
	if (!e || e == RD_KAFKA_RESP_ERR__NO_OFFSET || !list)
		return;
	pthread_mutex_lock(&c->lock);
	for (int i = 0; i < list->cnt; i++) {
		struct tt_part *p = tt_part_find(&c->parts, list->elems[i].topic, list->elems[i].partition);
		if (p)
			p->committed = -1;
	}
	pthread_mutex_unlock(&c->lock);
}

/* ---- the source ---- */

static bool is_over(const struct tt_consumer *c, int64_t deadline_ns)
{
	return tt_mono_ns(c->clock) >= deadline_ns;
}

static int wait_ms(const struct tt_consumer *c, int64_t deadline_ns)
{
	int64_t left = (deadline_ns - tt_mono_ns(c->clock) + 999999) / 1000000;
	return left < 0 ? 0 : left > POLL_MS ? POLL_MS : (int)left;
}

static int failed(const struct tt_consumer *c, struct tt_err *err)
{
	return tt_err_set(err, c->failed, "kafka: group %s: %s", c->conf->group,
		c->trouble.msg[0] ? c->trouble.msg : tt_err_text(c->failed));
}

static int next(void *self, struct tt_batch *b, size_t max_items, int timeout_ms, struct tt_err *err)
{
	struct tt_consumer *c = self;
	int64_t deadline_ns =
		timeout_ms < 0 ? INT64_MAX : tt_mono_ns(c->clock) + (int64_t)timeout_ms * 1000000;
	c->batch++;
	c->full_ns = 0;
	tt_flow_hold(c, false);
	for (;;) {
		int rc = tt_take_all(c, b, max_items);
		bool flows = tt_flow_arrange(c);
		tt_flow_commit(c);
		if (rc == TT_EAGAIN)
			return TT_OK;
		if (rc < 0)
			return tt_err_set(err, rc, "kafka: %s", tt_err_text(rc));
		if (c->failed)
			return failed(c, err);
		if (atomic_exchange(&c->woken, false) || is_over(c, deadline_ns))
			return TT_OK;
		if (!flows && !tt_batch_is_empty(b)) /* nothing more comes before this is stored */
			return TT_OK;
		tt_take_fetch(c, wait_ms(c, deadline_ns));
	}
}

/* The group must go on hearing of us, also while the line is full for long. */
static void hold(void *self, int timeout_ms)
{
	struct tt_consumer *c = self;
	int64_t now_ns = tt_mono_ns(c->clock);
	if (!c->full_ns)
		c->full_ns = now_ns;
	if (now_ns - c->full_ns < (int64_t)GRACE_MS * 1000000) {
		const struct timespec pause = {.tv_nsec = timeout_ms * 1000000L};
		nanosleep(&pause, NULL);
		return;
	}
	tt_flow_hold(c, true);
	tt_flow_commit(c);
	rd_kafka_message_t *m = rd_kafka_consumer_poll(c->rk, timeout_ms);
	if (m) /* all are paused: it comes again when it is sought */
		rd_kafka_message_destroy(m);
}

static void stored(void *self, const struct tt_progress *v, size_t n)
{
	struct tt_consumer *c = self;
	bool waited_for = false;
	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < n; i++) {
		struct tt_part *p = NULL;
		for (size_t k = 0; k < c->parts.n && !p; k++)
			if (c->parts.v[k].partition == v[i].partition && c->parts.v[k].epoch == v[i].epoch &&
				tt_str_eq(v[i].topic, tt_str_c(c->parts.v[k].topic)))
				p = &c->parts.v[k];
		if (!p || p->state != TT_PART_READ)
			continue;
		if (v[i].stale) {
			p->lost = true;
		} else if (v[i].next_offset > p->stored) {
			p->stored = v[i].next_offset;
			p->moved_ns = tt_mono_ns(c->clock);
		}
		if (tt_part_all_stored(p)) /* then so are the holes behind it */
			p->stored = p->given = p->read;
		waited_for |= p->lost || p->gap || p->window.suspect_to >= 0;
	}
	pthread_mutex_unlock(&c->lock);
	if (waited_for)
		rd_kafka_queue_yield(c->queue);
}

static void wake(void *self)
{
	struct tt_consumer *c = self;
	atomic_store(&c->woken, true);
	rd_kafka_queue_yield(c->queue);
}

/* ---- the end ---- */

static void stop_claims(struct tt_consumer *c)
{
	if (!c->claims_started)
		return;
	pthread_mutex_lock(&c->lock);
	c->stopping = true;
	pthread_cond_signal(&c->asked);
	pthread_mutex_unlock(&c->lock);
	pthread_join(c->claims, NULL);
	c->claims_started = false;
}

/* Gives the claims back, so that whoever is next knows that nobody died. */
static void release_all(struct tt_consumer *c)
{
	for (size_t i = 0; i < c->parts.n; i++)
		(void)tt_claims_leave(c, &c->parts.v[i]);
	if (c->n_left) /* when the database is away the windows stay open, and are gone through once more */
		(void)c->positions.ops->release(c->positions.self, c->left, c->n_left, NULL);
	c->n_left = 0;
}

/* Events of a queue come without callbacks. */
static void serve_last(struct tt_consumer *c, rd_kafka_event_t *e)
{
	if (!e)
		return;
	if (rd_kafka_event_type(e) == RD_KAFKA_EVENT_REBALANCE)
		tt_consumer_rebalance(
			c->rk, rd_kafka_event_error(e), rd_kafka_event_topic_partition_list(e), c);
	rd_kafka_event_destroy(e);
}

static void leave_group(struct tt_consumer *c)
{
	int64_t deadline_ns = tt_mono_ns(c->clock) + c->conf->close_timeout_ms * 1000000;
	pthread_mutex_lock(&c->lock);
	rd_kafka_topic_partition_list_t *stored_now = tt_flow_stored(c, NULL);
	pthread_mutex_unlock(&c->lock);
	if (stored_now) {
		(void)rd_kafka_commit(c->rk, stored_now, 1);
		rd_kafka_topic_partition_list_destroy(stored_now);
	}
	rd_kafka_queue_t *last =
		rd_kafka_queue_new(c->rk); /* the consumer's own would be forwarded to itself */
	rd_kafka_error_t *error = rd_kafka_consumer_close_queue(c->rk, last);
	while (!error && !rd_kafka_consumer_closed(c->rk) && !is_over(c, deadline_ns))
		serve_last(c, rd_kafka_queue_poll(last, POLL_MS));
	rd_kafka_error_destroy(error);
	rd_kafka_queue_destroy(last);
}

/* Before 2.3.0 librdkafka aborts when a member that may be cooperative is destroyed and has never been its
 * group's leader (its issue 4312). Such a handle has left the group and holds nothing but connections: it is
 * left to the process's end. */
static void destroy_client(struct tt_consumer *c)
{
	enum { MENDED = 0x020300ff };
	char strategies[256] = "";
	size_t size = sizeof(strategies);
	(void)rd_kafka_conf_get(rd_kafka_conf(c->rk), "partition.assignment.strategy", strategies, &size);
	if (rd_kafka_version() >= MENDED || !strstr(strategies, "cooperative"))
		rd_kafka_destroy_flags(c->rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

static void close_source(void *self)
{
	struct tt_consumer *c = self;
	if (!c)
		return;
	stop_claims(c);
	tt_take_drop(c);
	if (c->positions.ops && c->rk)
		release_all(c);
	if (c->rk)
		leave_group(c);
	if (c->queue)
		rd_kafka_queue_destroy(c->queue);
	if (c->rk)
		destroy_client(c);
	if (c->positions.ops)
		c->positions.ops->close(c->positions.self);
	tt_payload_free(c->payload);
	tt_part_table_done(&c->parts);
	free(c->left);
	pthread_cond_destroy(&c->asked);
	pthread_mutex_destroy(&c->lock);
	free(c);
}

static const struct tt_source_ops ops = {.name = "kafka",
	.next = next,
	.hold = hold,
	.stored = stored,
	.ready = tt_consumer_ready,
	.metrics = tt_consumer_metrics,
	.wake = wake,
	.close = close_source};

/* ---- opening ---- */

static struct tt_consumer *consumer_new(
	const struct tt_kafka_conf *conf, const struct tt_positions *positions, const struct tt_clock *clock)
{
	pthread_condattr_t attr;
	struct tt_consumer *c = calloc(1, sizeof(*c));
	if (!c)
		return NULL;
	c->conf = conf;
	c->positions = *positions;
	c->clock = clock;
	pthread_mutex_init(&c->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&c->asked, &attr);
	pthread_condattr_destroy(&attr);
	return c;
}

int tt_kafka_open(struct tt_source *ret, const struct tt_kafka_conf *conf,
	const struct tt_positions *positions, const struct tt_clock *clock, struct tt_err *err)
{
	struct tt_consumer *c = consumer_new(conf, positions, clock);
	if (!c) {
		if (positions->ops)
			positions->ops->close(positions->self);
		return tt_err_set(err, TT_ENOMEM, "kafka: %s", tt_err_text(TT_ENOMEM));
	}
	const struct tt_client_calls calls = {tt_consumer_rebalance, on_committed, on_error, c};
	int rc = tt_payload_new(&c->payload, conf, err);
	if (rc == TT_OK)
		rc = tt_client_new(&c->rk, conf, &calls, err);
	if (rc == TT_OK)
		c->queue = rd_kafka_queue_get_consumer(c->rk);
	if (rc == TT_OK) {
		int e = pthread_create(&c->claims, NULL, tt_claims_main, c);
		c->claims_started = e == 0;
		if (e)
			rc = tt_err_set(err, TT_ENOMEM, "kafka: cannot start a thread: %s", strerror(e));
	}
	if (rc < 0) {
		close_source(c);
		return rc;
	}
	*ret = (struct tt_source){&ops, c};
	return TT_OK;
}
