/* publish.c - see publish.h. */
#include "sink/kafka/publish.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/metrics.h"
#include "sink/json.h"
#include "sink/kafka/producer.h"
#include "sink/kafka/recent.h"

enum {
	CHUNK_RECORDS = 4096,
	CHUNK_BYTES = 8 << 20, /* sent together, when one record does not pass it */
	TEXT_BYTES = 1 << 30,  /* far above one record */
	DEAD_HEADERS = 9,
	WHERE_BYTES = 200,
};

/* A record that is being sent, and what it is of. */
struct entry {
	struct tt_batch *batch;
	size_t index; /* in batch->items, or ->dead */
	bool is_dead;
	size_t from, to; /* its value in text */
	char key[37], at[40], partition[12], offset[24];
	struct tt_outgoing_header headers[DEAD_HEADERS];
};

struct publish {
	const struct tt_publish_conf *conf;
	const struct tt_clock *clock;
	enum tt_publish_what what;
	struct tt_producer *producer;
	struct tt_recent *recent; /* items only */
	struct tt_buf text;
	struct entry *entries; /* CHUNK_RECORDS, as the next */
	struct tt_outgoing *records;
	size_t n;
};

static const char *topic_of(const struct publish *p)
{
	return p->what == TT_PUBLISH_ITEMS ? p->conf->items_topic : NULL;
}

/* ---- after sending ---- */

/* What the topic will never take, as a dead letter of its batch. */
static int bury(const struct publish *p, const struct entry *e, const struct tt_outgoing *o)
{
	const struct tt_item *item = &e->batch->items[e->index].item;
	struct tt_dead_letter *dead = tt_batch_add_dead(e->batch);
	struct tt_str value = {p->text.p + e->from, e->to - e->from};
	if (!dead)
		return TT_ENOMEM;
	dead->source = item->source;
	dead->where = item->guid;
	dead->stage = "publish";
	dead->reason = tt_str_c(tt_arena_printf(
		&e->batch->arena, "kafka: topic %s: %s (%zu bytes)", o->topic, o->why, value.n));
	dead->payload = tt_arena_str(&e->batch->arena, value);
	if (!dead->payload.p)
		dead->payload = item->title;
	dead->at_ms = tt_wall_ms(p->clock);
	dead->origin = item->origin;
	return TT_OK;
}

static void count(const struct entry *e)
{
	tt_metric_add(e->is_dead ? TT_M_published_dead : TT_M_published_items, 1);
}

/* Notes in the batch what has become of one record. */
static int settle(struct publish *p, const struct entry *e, const struct tt_outgoing *o)
{
	int rc = TT_OK;
	if (o->delivery == TT_UNDELIVERED)
		return TT_OK;
	if (o->delivery == TT_DELIVERED)
		count(e);
	else
		tt_metric_add(TT_M_publish_refused, 1);
	if (e->is_dead) { /* one that is refused still stands in the table */
		e->batch->dead[e->index].published = true;
		return TT_OK;
	}
	struct tt_scored *s = &e->batch->items[e->index];
	if (o->delivery == TT_UNDELIVERABLE)
		rc = bury(p, e, o);
	s->published = tt_scored_event_id(s);
	if (p->recent)
		tt_recent_add(p->recent, s->item.id, s->item.text_hash);
	return rc;
}

/* Sends what has been gathered. */
static int send(struct publish *p, struct tt_err *err)
{
	for (size_t i = 0; i < p->n; i++) /* the text stands still from now on */
		p->records[i].value = (struct tt_str){
			p->text.p + p->entries[i].from, p->entries[i].to - p->entries[i].from};
	int rc = tt_producer_send(p->producer, p->records, p->n, err);
	for (size_t i = 0; i < p->n; i++)
		if (settle(p, &p->entries[i], &p->records[i]) < 0 && rc == TT_OK)
			rc = tt_err_set(err, TT_ENOMEM, "kafka: %s", tt_err_text(TT_ENOMEM));
	p->n = 0;
	tt_buf_reset(&p->text);
	return rc;
}

/* ---- before it ---- */

static int make_room(struct publish *p, struct tt_err *err)
{
	return p->n == CHUNK_RECORDS || p->text.n >= CHUNK_BYTES ? send(p, err) : TT_OK;
}

/* The next entry and its record, whose value begins here. */
static struct entry *add(struct publish *p, const char *topic, struct tt_batch *b, size_t index, bool is_dead)
{
	struct entry *e = &p->entries[p->n];
	*e = (struct entry){.batch = b, .index = index, .is_dead = is_dead, .from = p->text.n};
	p->records[p->n++] = (struct tt_outgoing){.topic = topic};
	return e;
}

static int finish(struct publish *p, struct entry *e, int rc, struct tt_err *err)
{
	e->to = p->text.n;
	return rc < 0 ? tt_err_set(err, rc, "kafka: a record: %s", tt_err_text(rc)) : TT_OK;
}

static int add_item(struct publish *p, struct tt_batch *b, size_t i, struct tt_err *err)
{
	const struct tt_scored *s = &b->items[i];
	if (tt_id_eq(s->published, tt_scored_event_id(s)))
		return TT_OK;
	if (p->recent && tt_recent_has(p->recent, s->item.id, s->item.text_hash)) {
		tt_metric_add(TT_M_publish_repeats, 1);
		return TT_OK;
	}
	int rc = make_room(p, err);
	if (rc < 0)
		return rc;
	struct entry *e = add(p, topic_of(p), b, i, false);
	tt_id_format(s->item.id, e->key);
	p->records[p->n - 1].key = tt_str_c(e->key);
	rc = tt_sink_json_item(&p->text, &s->item);
	return finish(p, e, rc, err);
}

static void add_header(struct entry *e, struct tt_outgoing *o, const char *name, struct tt_str value)
{
	if (!value.p)
		return;
	e->headers[o->n_headers++] = (struct tt_outgoing_header){name, value};
	o->headers = e->headers;
}

static void add_place(struct entry *e, struct tt_outgoing *o, const struct tt_dead_record *record)
{
	snprintf(e->partition, sizeof(e->partition), "%d", record->partition);
	snprintf(e->offset, sizeof(e->offset), "%lld", (long long)record->offset);
	add_header(e, o, "tickertone.topic", record->topic);
	add_header(e, o, "tickertone.partition", tt_str_c(e->partition));
	add_header(e, o, "tickertone.offset", tt_str_c(e->offset));
	o->key = record->key;
}

/* The input as it came, under the key that it had; the headers say all else. */
static int add_dead(struct publish *p, struct tt_batch *b, size_t i, struct tt_err *err)
{
	const struct tt_dead_letter *d = &b->dead[i];
	if (d->published)
		return TT_OK;
	int rc = make_room(p, err);
	if (rc < 0)
		return rc;
	struct entry *e = add(p, p->conf->dead_letters_topic, b, i, true);
	struct tt_outgoing *o = &p->records[p->n - 1];
	tt_time_rfc3339(d->at_ms, e->at);
	add_header(e, o, "tickertone.stage", tt_str_c(d->stage));
	add_header(e, o, "tickertone.reason", d->reason);
	add_header(e, o, "tickertone.source", d->source);
	add_header(e, o, "tickertone.where", d->where);
	add_header(e, o, "tickertone.at", tt_str_c(e->at));
	if (d->record)
		add_place(e, o, d->record);
	return finish(p, e, tt_buf_str(&p->text, d->payload), err);
}

/* ---- the sink ---- */

static int publish_write(
	void *self, struct tt_batch *const *batches, size_t n, struct tt_sink_result *ret, struct tt_err *err)
{
	struct publish *p = self;
	struct tt_sink_result done = {0};
	int rc = TT_OK;
	p->n = 0;
	tt_buf_reset(&p->text);
	for (size_t b = 0; b < n && topic_of(p); b++) {
		for (size_t i = 0; i < batches[b]->n_items && rc == TT_OK; i++)
			rc = add_item(p, batches[b], i, err);
		done.items += batches[b]->n_items;
	}
	if (rc == TT_OK)
		rc = send(p, err);
	for (size_t b = 0; b < n && rc == TT_OK && p->conf->dead_letters_topic; b++) /* those of now, too */
		for (size_t i = 0; i < batches[b]->n_dead && rc == TT_OK; i++)
			rc = add_dead(p, batches[b], i, err);
	if (rc == TT_OK)
		rc = send(p, err);
	if (rc == TT_OK)
		*ret = done;
	return rc;
}

static void publish_close(void *self)
{
	struct publish *p = self;
	if (!p)
		return;
	tt_producer_free(p->producer);
	tt_recent_free(p->recent);
	tt_buf_done(&p->text);
	free(p->entries);
	free(p->records);
	free(p);
}

static const struct tt_sink_ops publish_ops = {
	.name = "kafka", .write = publish_write, .close = publish_close};

bool tt_publish_wanted(const struct tt_publish_conf *conf, enum tt_publish_what what)
{
	return conf->dead_letters_topic || (what == TT_PUBLISH_ITEMS && conf->items_topic);
}

/* Memory only. */
static int publish_new(struct publish **ret, const struct tt_publish_conf *conf, enum tt_publish_what what)
{
	struct publish *p = calloc(1, sizeof(*p));
	if (!p)
		return TT_ENOMEM;
	*ret = p;
	p->conf = conf;
	p->what = what;
	tt_buf_init(&p->text, TEXT_BYTES);
	p->entries = calloc(CHUNK_RECORDS, sizeof(*p->entries));
	p->records = calloc(CHUNK_RECORDS, sizeof(*p->records));
	if (what == TT_PUBLISH_ITEMS)
		p->recent = tt_recent_new((size_t)conf->remembered);
	return p->entries && p->records && (p->recent || what != TT_PUBLISH_ITEMS) ? TT_OK : TT_ENOMEM;
}

int tt_publish_open(struct tt_sink *ret, const struct tt_publish_conf *conf, enum tt_publish_what what,
	const struct tt_clock *clock, struct tt_err *err)
{
	struct publish *p = NULL;
	int rc = publish_new(&p, conf, what);
	if (rc < 0) {
		publish_close(p);
		return tt_err_set(err, rc, "kafka: %s", tt_err_text(rc));
	}
	p->clock = clock;
	rc = tt_producer_new(&p->producer, conf, err);
	if (rc == TT_OK && topic_of(p))
		rc = tt_producer_check(p->producer, topic_of(p), err);
	if (rc == TT_OK && conf->dead_letters_topic)
		rc = tt_producer_check(p->producer, conf->dead_letters_topic, err);
	if (rc < 0) {
		publish_close(p);
		return rc;
	}
	*ret = (struct tt_sink){&publish_ops, p};
	return TT_OK;
}
