/* take.c - records into a batch. */
#include <stdio.h>
#include <string.h>

#include "common/metrics.h"
#include "ingest/kafka/consumer.h"

enum { HEADERS_MAX = 64 };

/* ---- fetching ---- */

/* Marks what was fetched for a partition that is read now; all else is dropped when its turn comes. */
static void name_fetched(struct tt_consumer *c)
{
	const rd_kafka_message_t *last = NULL;
	uint64_t serial = 0;
	pthread_mutex_lock(&c->lock);
	for (size_t i = 0; i < c->n_fetched; i++) {
		const rd_kafka_message_t *m = c->fetched[i].m;
		if (!last || m->rkt != last->rkt || m->partition != last->partition) {
			const struct tt_part *p =
				m->rkt ? tt_part_find(&c->parts, rd_kafka_topic_name(m->rkt), m->partition)
				       : NULL;
			serial = p && p->flowing ? p->serial : 0;
			last = m;
		}
		c->fetched[i].serial = serial;
	}
	pthread_mutex_unlock(&c->lock);
}

void tt_take_fetch(struct tt_consumer *c, int timeout_ms)
{
	rd_kafka_message_t *v[TT_FETCHED_MAX];
	c->n_fetched = c->taken = 0;
	ssize_t n = rd_kafka_consume_batch_queue(c->queue, 0, v, TT_LEN(v));
	if (n <= 0) { /* it would wait until the array is full; so wait for one alone */
		rd_kafka_message_t *first = rd_kafka_consumer_poll(c->rk, timeout_ms);
		if (!first)
			return;
		c->fetched[c->n_fetched++].m = first;
		n = rd_kafka_consume_batch_queue(c->queue, 0, v, TT_LEN(v) - 1);
	}
	for (ssize_t i = 0; i < n; i++)
		c->fetched[c->n_fetched++].m = v[i];
	name_fetched(c);
}

void tt_take_drop(struct tt_consumer *c)
{
	while (c->taken < c->n_fetched)
		rd_kafka_message_destroy(c->fetched[c->taken++].m);
}

/* ---- one record ---- */

static size_t read_headers(const rd_kafka_message_t *m, struct tt_record_header v[HEADERS_MAX])
{
	rd_kafka_headers_t *headers;
	const char *name;
	const void *value;
	size_t n = 0, size;
	if (rd_kafka_message_headers(m, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR)
		return 0;
	while (n < HEADERS_MAX &&
		rd_kafka_header_get_all(headers, n, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR)
		v[n++] = (struct tt_record_header){tt_str_c(name), {value, size}};
	return n;
}

/* The part's progress in this batch. NULL: no room. */
static struct tt_progress *progress_in(struct tt_consumer *c, struct tt_part *p, struct tt_batch *b)
{
	if (p->batch == c->batch)
		return &b->progress[p->origin - 1];
	struct tt_progress *v = tt_batch_add_progress(b);
	if (!v)
		return NULL;
	*v = (struct tt_progress){.group = tt_arena_str(&b->arena, tt_str_c(c->conf->group)),
		.topic = tt_arena_str(&b->arena, tt_str_c(p->topic)),
		.partition = p->partition,
		.epoch = p->epoch,
		.next_offset = p->read,
		.newest_ms = TT_TIME_NONE};
	if (!v->group.p || !v->topic.p) {
		b->n_progress--;
		return NULL;
	}
	p->batch = c->batch;
	p->origin = (uint32_t)b->n_progress;
	return v;
}

static int bury(struct tt_consumer *c, const struct tt_record *r, int64_t now_ms, struct tt_batch *b)
{
	char why[160];
	snprintf(why, sizeof(why), "the process died %lld times while it worked on this record alone",
		(long long)c->conf->max_attempts);
	int rc = tt_payload_dead(c->payload, r, "crash", tt_str_c(why), now_ms, b);
	tt_metric_add(TT_M_kafka_condemned, rc == TT_OK);
	return rc;
}

static int put(struct tt_consumer *c, struct tt_part *p, const rd_kafka_message_t *m, struct tt_batch *b)
{
	struct tt_record_header headers[HEADERS_MAX];
	rd_kafka_timestamp_type_t kind;
	int64_t now_ms = tt_wall_ms(c->clock);
	struct tt_progress *progress = progress_in(c, p, b);
	if (!progress)
		return TT_ENOMEM;
	struct tt_record r = {.topic = progress->topic,
		.partition = m->partition,
		.offset = m->offset,
		.timestamp_ms = rd_kafka_message_timestamp(m, &kind),
		.key = {m->key, m->key_len},
		.value = {m->payload, m->len},
		.headers = headers,
		.n_headers = read_headers(m, headers),
		.origin = p->origin};
	int rc = p->window.condemned ? bury(c, &r, now_ms, b) : tt_payload_put(c->payload, &r, now_ms, b);
	if (rc < 0)
		return rc;
	p->window.condemned = false;
	if (tt_part_all_stored(p)) /* it had nothing to do until now */
		p->moved_ns = tt_mono_ns(c->clock);
	p->read = p->given = progress->next_offset = m->offset + 1;
	if (r.timestamp_ms > progress->newest_ms)
		progress->newest_ms = r.timestamp_ms;
	tt_metric_add(TT_M_kafka_records, 1);
	if (!b->born_ns)
		b->born_ns = tt_mono_ns(c->clock);
	return TT_OK;
}

/* Nothing is left in the log before `offset`: it was compacted away, or is a transaction's mark. */
static void pass(struct tt_part *p, int64_t offset)
{
	if (offset <= p->read)
		return;
	if (tt_part_all_stored(p))
		p->stored = offset;
	p->read = offset;
	p->given = p->stored > p->given ? p->stored : p->given;
}

/* Its next record may be taken, if there is one before its window's end. */
static bool is_read(const struct tt_part *p)
{
	return p->flowing && !p->gap && !p->lost && p->read < p->window.to;
}

/* Its position is not in the log. Said of one that is not being read, it is about a place that nothing is
 * read from. */
static void lost_place(struct tt_consumer *c, const rd_kafka_message_t *m)
{
	struct tt_part *p =
		m->rkt ? tt_part_find(&c->parts, rd_kafka_topic_name(m->rkt), m->partition) : NULL;
	if (p && p->state == TT_PART_READ && !p->seek)
		p->gap = p->dropped = true;
}

/* What librdkafka says in place of a record; p: the part it was fetched for, NULL: none that is read. */
static void hear(struct tt_consumer *c, struct tt_part *p, const rd_kafka_message_t *m)
{
	switch (m->err) {
	case RD_KAFKA_RESP_ERR__PARTITION_EOF:
		c->trouble.msg[0] = '\0';
		if (p && is_read(p))
			pass(p, m->offset);
		break;
	case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
	case RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE:
		lost_place(c, m);
		break;
	default:
		snprintf(c->trouble.msg, sizeof(c->trouble.msg), "%s", rd_kafka_message_errstr(m));
	}
}

/* TT_ENOMEM: it must wait for another batch. Lock held. */
static int take(struct tt_consumer *c, const rd_kafka_message_t *m, uint64_t serial, struct tt_batch *b)
{
	struct tt_part *p = serial ? tt_part_by_serial(&c->parts, serial) : NULL;
	if (p && !is_read(p)) /* its window may be wider by the time the next one comes */
		p->passed_over = true;
	if (m->err) {
		hear(c, p, m);
		return TT_OK;
	}
	c->trouble.msg[0] = '\0';
	if (!p || !is_read(p) || m->offset < p->read)
		return TT_OK;
	if (m->offset < p->window.to)
		return put(c, p, m, b);
	pass(p, m->offset); /* the first one beyond tells that nothing is left before it */
	p->passed_over = true;
	return TT_OK;
}

static bool is_full(const struct tt_batch *b, size_t max_items)
{
	return b->n_items >= max_items || b->n_dead >= max_items ||
	       (!tt_batch_is_empty(b) && b->arena.used_bytes > b->arena.max_bytes / 2);
}

/* A gap that was passed, so that somebody hears of it. */
static int tell_gaps(struct tt_consumer *c, struct tt_batch *b)
{
	for (size_t i = 0; i < c->parts.n; i++) {
		struct tt_part *p = &c->parts.v[i];
		if (!p->tell)
			continue;
		const struct tt_record r = {
			.topic = tt_str_c(p->topic), .partition = p->partition, .offset = p->read};
		int rc =
			tt_payload_dead(c->payload, &r, "gap", tt_str_c(p->why.msg), tt_wall_ms(c->clock), b);
		if (rc < 0)
			return rc;
		p->tell = false;
		p->why.msg[0] = '\0';
	}
	return TT_OK;
}

int tt_take_all(struct tt_consumer *c, struct tt_batch *b, size_t max_items)
{
	pthread_mutex_lock(&c->lock);
	int rc = tell_gaps(c, b);
	while (rc == TT_OK && c->taken < c->n_fetched) {
		if (is_full(b, max_items)) {
			rc = TT_EAGAIN;
			break;
		}
		rc = take(c, c->fetched[c->taken].m, c->fetched[c->taken].serial, b);
		if (rc == TT_OK)
			rd_kafka_message_destroy(c->fetched[c->taken++].m);
	}
	if (rc == TT_ENOMEM && !tt_batch_is_empty(b))
		rc = TT_EAGAIN;
	pthread_mutex_unlock(&c->lock);
	return rc;
}
