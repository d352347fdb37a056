/* claims.c - the thread that talks to the store and asks brokers what may take a while, so that the driver
 * never waits: claims partitions that came and finds where they begin, marks windows, gives back claims of
 * those that went. Whatever fails retriably is asked again, at growing intervals, for as long as the
 * partition is ours. */
#include <stdlib.h>
#include <string.h>

#include "common/metrics.h"
#include "ingest/kafka/begin.h"
#include "ingest/kafka/consumer.h"

enum {
	ASK_MS = 5000,   /* for an answer of a broker */
	PROBE_MS = 2000, /* between two looks whether one is back, and for its answer */
	RETRY_BASE_MS = 100,
	RETRY_CAP_MS = 5000
};

/* What is worked on, taken from the table so that no lock is held meanwhile. */
struct job {
	uint64_t serial;
	struct tt_begin begin;
	struct tt_err why; /* msg "": done */
	int rc;
	int64_t at; /* claim: where it begins */
	bool gap;
};

struct work {
	struct job *jobs;
	struct tt_position *positions; /* of the jobs, one each */
	size_t n, room;
	struct tt_position *left;
	size_t n_left;
	bool claims; /* else marks */
};

bool tt_claims_leave(struct tt_consumer *c, const struct tt_part *p)
{
	if (!c->positions.ops || !p->epoch)
		return true;
	if (c->n_left == c->room_left) {
		size_t room = c->room_left ? 2 * c->room_left : 16;
		struct tt_position *v = realloc(c->left, room * sizeof(*v));
		if (!v)
			return false;
		c->left = v;
		c->room_left = room;
	}
	c->left[c->n_left++] = (struct tt_position){
		.topic = tt_str_c(p->topic), .partition = p->partition, .epoch = p->epoch};
	return true;
}

/* ---- taking work ---- */

static int make_room(struct work *w, size_t n)
{
	if (n <= w->room)
		return TT_OK;
	struct job *jobs = realloc(w->jobs, n * sizeof(*jobs));
	if (jobs)
		w->jobs = jobs;
	struct tt_position *positions = realloc(w->positions, n * sizeof(*positions));
	if (positions)
		w->positions = positions;
	if (!jobs || !positions)
		return TT_ENOMEM;
	w->room = n;
	return TT_OK;
}

/* All jobs of one kind: claims before marks. Lock held. */
static void gather_kind(struct tt_consumer *c, struct work *w, enum tt_part_state state)
{
	w->n = 0;
	w->claims = state == TT_PART_CLAIM;
	for (size_t i = 0; i < c->parts.n; i++) {
		struct tt_part *p = &c->parts.v[i];
		if (p->state != state || p->job != TT_JOB_ASKED)
			continue;
		p->job = TT_JOB_BUSY;
		w->jobs[w->n] = (struct job){.serial = p->serial};
		w->positions[w->n++] = (struct tt_position){.topic = tt_str_c(p->topic),
			.partition = p->partition,
			.epoch = p->epoch,
			.next_offset = -1,
			.window_from = w->claims ? -1 : p->read,
			.window_to = w->claims ? -1 : p->window_next};
	}
}

/* False: there is nothing to do. Lock held. */
static bool gather(struct tt_consumer *c, struct work *w)
{
	w->n = w->n_left = 0;
	if (make_room(w, c->parts.n) < 0)
		return false; /* tried again when the next one asks */
	gather_kind(c, w, TT_PART_CLAIM);
	if (!w->n)
		gather_kind(c, w, TT_PART_READ);
	w->left = c->left;
	w->n_left = c->n_left;
	c->left = NULL;
	c->n_left = c->room_left = 0;
	return w->n || w->n_left;
}

/* ---- claiming ---- */

static int ask_committed(struct tt_consumer *c, struct work *w, struct tt_err *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new((int)w->n);
	for (size_t i = 0; i < w->n; i++)
		rd_kafka_topic_partition_list_add(list, w->positions[i].topic.p, w->positions[i].partition);
	rd_kafka_resp_err_t e = rd_kafka_committed(c->rk, list, ASK_MS);
	for (int i = 0; i < list->cnt; i++)
		w->jobs[i].begin.committed = list->elems[i].offset >= 0 ? list->elems[i].offset : -1;
	rd_kafka_topic_partition_list_destroy(list);
	return e ? tt_err_set(err, TT_EPEER, "committed offsets: %s", rd_kafka_err2str(e)) : TT_OK;
}

static int ask_watermarks(
	struct tt_consumer *c, const struct tt_position *at, struct tt_begin *b, struct tt_err *err)
{
	rd_kafka_resp_err_t e = rd_kafka_query_watermark_offsets(
		c->rk, at->topic.p, at->partition, &b->low, &b->high, ASK_MS);
	return e ? tt_err_set(err, TT_EPEER, "ends of the log: %s", rd_kafka_err2str(e)) : TT_OK;
}

/* After a gap the group's commit may lie beyond where we go on, and would count at the next claim: records
 * between the two would be passed over. So it moves first; until it has, the same gap is found again. */
static int move_commit(struct tt_consumer *c, const struct tt_position *at, int64_t to, struct tt_err *err)
{
	rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
	rd_kafka_topic_partition_list_add(list, at->topic.p, at->partition)->offset = to;
	rd_kafka_resp_err_t e = rd_kafka_commit(c->rk, list, 0);
	rd_kafka_topic_partition_list_destroy(list);
	return e ? tt_err_set(err, TT_EPEER, "moving the group's commit: %s", rd_kafka_err2str(e)) : TT_OK;
}

static int find_begin(struct tt_consumer *c, const struct tt_position *at, struct job *j)
{
	struct tt_err failure;
	j->begin.stored = at->next_offset;
	int rc = ask_watermarks(c, at, &j->begin, &j->why);
	if (rc == TT_OK)
		rc = tt_begin_at(&j->begin, c->conf, &j->at, &j->gap, &j->why);
	if (rc < 0 || !j->gap || j->begin.committed <= j->at)
		return rc;
	rc = move_commit(c, at, j->at, &failure);
	if (rc < 0)
		j->why = failure;
	else
		j->begin.committed = j->at;
	return rc;
}

/* Is one claimed again that is ours already? */
static bool is_held(const struct work *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->positions[i].epoch)
			return true;
	return false;
}

static int claim_all(struct tt_consumer *c, struct work *w, struct tt_err *err)
{
	const struct tt_positions_ops *ops = c->positions.ops;
	int rc = TT_OK;
	if (ops && is_held(w)) /* nobody has died: their windows are no suspects */
		rc = ops->release(c->positions.self, w->positions, w->n, err);
	if (ops && rc == TT_OK)
		rc = ops->claim(c->positions.self, w->positions, w->n, err);
	if (rc == TT_OK)
		rc = ask_committed(c, w, err);
	for (size_t i = 0; i < w->n && rc == TT_OK; i++)
		w->jobs[i].rc = find_begin(c, &w->positions[i], &w->jobs[i]);
	return rc;
}

static void claimed(
	struct tt_consumer *c, struct tt_part *p, const struct job *j, const struct tt_position *at)
{
	p->state = TT_PART_READ;
	p->epoch = at->epoch;
	p->read = p->given = p->stored = j->at;
	p->committed = j->begin.committed;
	p->moved_ns = tt_mono_ns(c->clock);
	p->seek = true;
	p->lost = p->gap = false;
	p->tell = j->gap;
	const struct tt_window_found found = {
		.start = j->at, .end = j->begin.high, .open_to = at->window_to, .opened = at->crashes};
	tt_window_begin(&p->window, c->conf->window, &found, (int)c->conf->max_attempts);
	tt_metric_add(TT_M_kafka_gaps, j->gap);
}

/* ---- taking it over; lock held ---- */

static void apply(
	struct tt_consumer *c, struct tt_part *p, struct job *j, const struct tt_position *at, bool claim)
{
	p->job = TT_JOB_NONE;
	if (claim || j->rc < 0 || !p->tell) /* what is still to be told of a gap stays */
		p->why = j->why;
	if (j->rc == TT_ECONF) {
		p->state = TT_PART_FAILED;
		p->epoch = at->epoch; /* to be given back */
	} else if (j->rc == TT_ESTALE) {
		p->lost = true;
		p->why.msg[0] = '\0';
	} else if (j->rc < 0) {
		p->job = TT_JOB_ASKED;
	} else if (claim) {
		claimed(c, p, j, at);
	} else {
		tt_window_opened(&p->window, at->window_from, at->window_to);
	}
}

static void apply_all(struct tt_consumer *c, struct work *w, int rc, const struct tt_err *err)
{
	for (size_t i = 0; i < w->n; i++) {
		struct job *j = &w->jobs[i];
		struct tt_part *p = tt_part_by_serial(&c->parts, j->serial);
		if (rc < 0) {
			j->rc = rc;
			j->why = *err;
		}
		if (p) {
			apply(c, p, j, &w->positions[i], w->claims);
		} else if (w->claims && rc == TT_OK) { /* it went meanwhile */
			const struct tt_part gone = {.topic = w->positions[i].topic.p,
				.partition = w->positions[i].partition,
				.epoch = w->positions[i].epoch};
			(void)tt_claims_leave(c, &gone); /* at worst its next worker takes it for a crash's */
		}
	}
}

/* Claims that could not be given back wait for the next time, behind those that came meanwhile. */
static void keep_left(struct tt_consumer *c, struct work *w)
{
	for (size_t i = 0; i < w->n_left; i++) {
		const struct tt_part gone = {.topic = w->left[i].topic.p,
			.partition = w->left[i].partition,
			.epoch = w->left[i].epoch};
		(void)tt_claims_leave(c, &gone);
	}
}

/* ---- the thread ---- */

static bool is_retried(const struct work *w)
{
	for (size_t i = 0; i < w->n; i++)
		if (w->jobs[i].rc < 0 && w->jobs[i].rc != TT_ECONF && w->jobs[i].rc != TT_ESTALE)
			return true;
	return false;
}

/* Without a lock. True: something is to be tried again later. */
static bool work_off(struct tt_consumer *c, struct work *w)
{
	const struct tt_positions_ops *ops = c->positions.ops;
	struct tt_err err = {0};
	int rc = TT_OK, left_rc = TT_OK;
	if (w->n && w->claims)
		rc = claim_all(c, w, &err);
	else if (w->n && ops)
		rc = ops->mark(c->positions.self, w->positions, w->n, &err);
	if (w->n_left)
		left_rc = ops->release(c->positions.self, w->left, w->n_left, NULL);
	pthread_mutex_lock(&c->lock);
	apply_all(c, w, rc, &err);
	if (left_rc < 0)
		keep_left(c, w);
	pthread_mutex_unlock(&c->lock);
	free(w->left);
	rd_kafka_queue_yield(c->queue); /* the driver goes on */
	return left_rc < 0 || is_retried(w);
}

static struct timespec in_ms(int ms)
{
	struct timespec at;
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += ms / 1000;
	at.tv_nsec += ms % 1000 * 1000000L;
	at.tv_sec += at.tv_nsec / 1000000000L;
	at.tv_nsec %= 1000000000L;
	return at;
}

/* After a failure: nobody who asks shortens it. */
static void wait_before_retry(struct tt_consumer *c, int wait_ms)
{
	const struct timespec until = in_ms(wait_ms);
	while (!c->stopping && pthread_cond_timedwait(&c->asked, &c->lock, &until) == 0)
		;
}

/* Until somebody asks. While no broker could be reached: looks now and then, since one that is back says
 * nothing when there are no records. */
static void wait_until_asked(struct tt_consumer *c)
{
	const struct rd_kafka_metadata *metadata;
	if (!c->away.msg[0]) {
		int wait_ms = tt_ends_wait_ms(c);
		const struct timespec due = in_ms(wait_ms);
		if (wait_ms)
			(void)pthread_cond_timedwait(&c->asked, &c->lock, &due);
		else
			tt_ends_tell(c);
		return;
	}
	const struct timespec until = in_ms(PROBE_MS);
	if (pthread_cond_timedwait(&c->asked, &c->lock, &until) == 0)
		return;
	pthread_mutex_unlock(&c->lock);
	bool back = rd_kafka_metadata(c->rk, 0, NULL, &metadata, PROBE_MS) == RD_KAFKA_RESP_ERR_NO_ERROR;
	if (back)
		rd_kafka_metadata_destroy(metadata);
	pthread_mutex_lock(&c->lock);
	if (back)
		c->away.msg[0] = '\0';
}

void *tt_claims_main(void *consumer)
{
	struct tt_consumer *c = consumer;
	struct work w = {0};
	int wait_ms = 0;
	pthread_mutex_lock(&c->lock);
	for (;;) {
		if (wait_ms)
			wait_before_retry(c, wait_ms);
		while (!c->stopping && !gather(c, &w))
			wait_until_asked(c);
		if (c->stopping)
			break;
		pthread_mutex_unlock(&c->lock);
		bool again = work_off(c, &w);
		wait_ms = !again ? 0 : wait_ms ? 2 * wait_ms : RETRY_BASE_MS;
		wait_ms = wait_ms < RETRY_CAP_MS ? wait_ms : RETRY_CAP_MS;
		pthread_mutex_lock(&c->lock);
	}
	pthread_mutex_unlock(&c->lock);
	free(w.jobs);
	free(w.positions);
	return NULL;
}
