/* flow.c - which partitions are read now. A partition is stopped by pausing it, and what librdkafka and we
 * have fetched of it is dropped; it is sought before it goes on, so that the next record taken is always the
 * one at `read`, whatever happened meanwhile. */
#include "common/metrics.h"
#include "ingest/kafka/consumer.h"

enum { SEEK_MS = 1000, SEEK_US = 1000000, SEEKS_IN_MS = 0x020100ff };

/* The one whose window is searched: nobody else may be read. NULL: all may. */
static const struct tt_part *searched(const struct tt_consumer *c)
{
	const struct tt_part *first = NULL;
	for (size_t i = 0; i < c->parts.n; i++) {
		const struct tt_part *p = &c->parts.v[i];
		if (p->state == TT_PART_READ && p->window.alone && (!first || p->serial < first->serial))
			first = p;
	}
	return first;
}

/* Asks the claims thread for what p needs. True: it was asked something. */
static bool ask(struct tt_part *p, bool allowed)
{
	if (p->state == TT_PART_FAILED || p->job != TT_JOB_NONE)
		return false;
	if (p->lost || (p->gap && tt_part_all_stored(p))) {
		p->state = TT_PART_CLAIM;
	} else if (allowed && !p->gap && tt_window_wants_more(&p->window, p->read, tt_part_all_stored(p))) {
		p->window_next = tt_window_next(&p->window, p->read);
	} else {
		return false;
	}
	p->job = TT_JOB_ASKED;
	return true;
}

static bool may_flow(const struct tt_consumer *c, const struct tt_part *p, bool allowed)
{
	return allowed && !c->held && p->state == TT_PART_READ && !p->lost && !p->gap &&
	       p->read < p->window.to;
}

static void drop_fetched_of(struct tt_consumer *c, const struct tt_part *p)
{
	for (size_t i = c->taken; i < c->n_fetched; i++)
		if (c->fetched[i].serial == p->serial)
			c->fetched[i].serial = 0;
}

static void add(rd_kafka_topic_partition_list_t *list, const struct tt_part *p)
{
	rd_kafka_topic_partition_list_add(list, p->topic, p->partition)->offset = p->read;
}

struct changes {
	rd_kafka_topic_partition_list_t *stop, *seek, *start;
	bool asked, flows;
};

static void stop(struct tt_consumer *c, struct tt_part *p, struct changes *v)
{
	add(v->stop, p);
	p->flowing = p->passed_over = false;
	p->seek = true;
	drop_fetched_of(c, p);
}

/* Lock held. */
static void decide(struct tt_consumer *c, struct changes *v)
{
	const struct tt_part *only = searched(c);
	for (size_t i = 0; i < c->parts.n; i++) {
		struct tt_part *p = &c->parts.v[i];
		bool allowed = !only || only == p;
		v->asked |= ask(p, allowed);
		bool flow = may_flow(c, p, allowed);
		v->flows |= flow;
		if (p->flowing && (!flow || p->passed_over))
			stop(c, p, v);
		if (flow && p->seek)
			add(v->seek, p);
		if (flow && !p->flowing)
			add(v->start, p);
	}
}

/* What librdkafka has given up it can only be given again; with an eager protocol all go together. */
static void assign_again(struct tt_consumer *c)
{
	pthread_mutex_lock(&c->lock);
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)c->parts.n);
	bool some = false;
	for (size_t i = 0; i < c->parts.n; i++)
		some |= c->parts.v[i].dropped;
	for (size_t i = 0; i < c->parts.n && some; i++) {
		struct tt_part *p = &c->parts.v[i];
		if (c->cooperative && !p->dropped)
			continue;
		p->dropped = p->flowing = p->passed_over = false;
		p->seek = true;
		drop_fetched_of(c, p);
		add(list, p);
	}
	pthread_mutex_unlock(&c->lock);
	if (list->cnt && c->cooperative) {
		rd_kafka_error_destroy(rd_kafka_incremental_unassign(c->rk, list));
		rd_kafka_error_destroy(rd_kafka_incremental_assign(c->rk, list));
	} else if (list->cnt) {
		(void)rd_kafka_assign(c->rk, list);
	}
	if (list->cnt) /* an assignment that failed shows when it cannot be sought */
		rd_kafka_pause_partitions(c->rk, list);
	rd_kafka_topic_partition_list_destroy(list);
}

/* Those that could not be sought yet (librdkafka has not begun to fetch them) wait for the next time. Before
 * 2.1.0 the timeout was counted in microseconds. */
static void seek(struct tt_consumer *c, rd_kafka_topic_partition_list_t *list)
{
	int timeout = rd_kafka_version() < SEEKS_IN_MS ? SEEK_US : SEEK_MS;
	rd_kafka_error_t *error = rd_kafka_seek_partitions(c->rk, list, timeout);
	rd_kafka_resp_err_t all = error ? rd_kafka_error_code(error) : RD_KAFKA_RESP_ERR_NO_ERROR;
	rd_kafka_error_destroy(error);
	pthread_mutex_lock(&c->lock);
	for (int i = 0; i < list->cnt; i++) {
		const rd_kafka_topic_partition_t *tp = &list->elems[i];
		struct tt_part *p = tt_part_find(&c->parts, tp->topic, tp->partition);
		if (p)
			p->seek = all || tp->err;
	}
	pthread_mutex_unlock(&c->lock);
}

static void start(struct tt_consumer *c, rd_kafka_topic_partition_list_t *list)
{
	rd_kafka_topic_partition_list_t *ready = rd_kafka_topic_partition_list_new(list->cnt);
	pthread_mutex_lock(&c->lock);
	for (int i = 0; i < list->cnt; i++) {
		struct tt_part *p = tt_part_find(&c->parts, list->elems[i].topic, list->elems[i].partition);
		if (!p || p->seek)
			continue;
		p->flowing = true;
		add(ready, p);
	}
	pthread_mutex_unlock(&c->lock);
	if (ready->cnt)
		rd_kafka_resume_partitions(c->rk, ready);
	rd_kafka_topic_partition_list_destroy(ready);
}

bool tt_flow_arrange(struct tt_consumer *c)
{
	struct changes v = {0};
	assign_again(c);
	pthread_mutex_lock(&c->lock);
	int n = (int)c->parts.n;
	v.stop = rd_kafka_topic_partition_list_new(n);
	v.seek = rd_kafka_topic_partition_list_new(n);
	v.start = rd_kafka_topic_partition_list_new(n);
	decide(c, &v);
	if (v.asked)
		pthread_cond_signal(&c->asked);
	pthread_mutex_unlock(&c->lock);
	if (v.stop->cnt)
		rd_kafka_pause_partitions(c->rk, v.stop);
	if (v.seek->cnt)
		seek(c, v.seek);
	if (v.start->cnt)
		start(c, v.start);
	rd_kafka_topic_partition_list_destroy(v.stop);
	rd_kafka_topic_partition_list_destroy(v.seek);
	rd_kafka_topic_partition_list_destroy(v.start);
	return v.flows;
}

void tt_flow_hold(struct tt_consumer *c, bool held)
{
	if (c->held == held)
		return;
	c->held = held;
	(void)tt_flow_arrange(c);
}

/* ---- what the group is told ---- */

rd_kafka_topic_partition_list_t *tt_flow_stored(
	struct tt_consumer *c, const rd_kafka_topic_partition_list_t *of)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)c->parts.n);
	for (size_t i = 0; i < c->parts.n; i++) {
		struct tt_part *p = &c->parts.v[i];
		if (p->state != TT_PART_READ || p->stored <= p->committed ||
			(of && !rd_kafka_topic_partition_list_find(
				       (rd_kafka_topic_partition_list_t *)(uintptr_t)of, p->topic,
				       p->partition)))
			continue;
		rd_kafka_topic_partition_list_add(list, p->topic, p->partition)->offset = p->stored;
		p->committed = p->stored;
	}
	if (list->cnt)
		return list;
	rd_kafka_topic_partition_list_destroy(list);
	return NULL;
}

/* Not waited for, and one that fails is followed by the next: only lag tools read them. */
void tt_flow_commit(struct tt_consumer *c)
{
	int64_t now_ns = tt_mono_ns(c->clock);
	if (now_ns < c->commit_ns)
		return;
	c->commit_ns = now_ns + c->conf->commit_interval_ms * 1000000;
	pthread_mutex_lock(&c->lock);
	rd_kafka_topic_partition_list_t *stored = tt_flow_stored(c, NULL);
	pthread_mutex_unlock(&c->lock);
	if (!stored)
		return;
	(void)rd_kafka_commit(c->rk, stored, 1);
	rd_kafka_topic_partition_list_destroy(stored);
}
