/* payload.c - see payload.h. */
#include "ingest/kafka/payload.h"

#include <stdlib.h>
#include <string.h>

#include "common/json_text.h"
#include "common/metrics.h"
#include "common/suggest.h"
#include "common/utf8.h"
#include "ingest/identity.h"
#include "ingest/kafka/recognise.h"
#include "ingest/map/make.h"

enum {
	HEADERS_BYTES = 16384, /* that a dead letter keeps */
	KEY_BYTES = 4096,
	DEAD_LETTER_BYTES = 4096, /* of one in a batch, beside its payload, key and headers */
};

struct tt_payload {
	const struct tt_kafka_conf *conf;
	struct tt_map map;
	struct tt_make make;
};

static int find_preset(const char *name, const struct tt_map_preset **ret, struct tt_err *err)
{
	struct tt_suggest near = {.typed = tt_str_c(name)};
	*ret = name ? tt_map_preset_find(tt_str_c(name)) : tt_map_preset_at(0);
	if (*ret)
		return TT_OK;
	for (size_t i = 0; tt_map_preset_at(i); i++)
		tt_suggest_try(&near, tt_str_c(tt_map_preset_at(i)->name));
	return tt_err_set(err, TT_ECONF,
		"kafka.preset: there is no preset '%s'%s%.*s%s (docs/KAFKA.md has the list)", name,
		near.best.p ? "; is it '" : "", TT_FMT(near.best), near.best.p ? "'?" : "");
}

int tt_payload_new(struct tt_payload **ret, const struct tt_kafka_conf *conf, struct tt_err *err)
{
	const struct tt_map_preset *preset;
	int rc = find_preset(conf->preset, &preset, err);
	if (rc < 0)
		return rc;
	struct tt_payload *p = calloc(1, sizeof(*p));
	if (!p)
		return tt_err_set(err, TT_ENOMEM, "kafka: %s", tt_err_text(TT_ENOMEM));
	rc = tt_map_init(&p->map, preset, &conf->fields, "kafka.fields", err);
	if (rc < 0) {
		free(p);
		return rc;
	}
	p->conf = conf;
	tt_make_init(&p->make, &p->map, (size_t)conf->max_payload_bytes, (size_t)conf->max_text_bytes,
		(int)conf->max_depth);
	p->make.strict = true;
	*ret = p;
	return TT_OK;
}

void tt_payload_free(struct tt_payload *p)
{
	if (!p)
		return;
	tt_make_done(&p->make);
	tt_map_done(&p->map);
	free(p);
}

/* ---- an item ---- */

static int take_lines(struct tt_payload *p, struct tt_str text, struct tt_batch *b, struct tt_item *item)
{
	struct tt_str first = tt_str_split(&text, '\n');
	int rc = tt_make_text(&p->make, first, b, &item->title);
	return rc == TT_OK && text.n ? tt_make_text(&p->make, text, b, &item->summary) : rc;
}

/* The id of a record that says none itself: of its place alone, whatever source it may have. */
static int name_by_place(const struct tt_record *record, struct tt_batch *b, struct tt_item *item,
	char uuid[37], struct tt_str *ret_id)
{
	item->guid = tt_str_c(tt_arena_printf(&b->arena, "%.*s/%d/%lld", TT_FMT(record->topic),
		record->partition, (long long)record->offset));
	if (!item->guid.p)
		return TT_ENOMEM;
	tt_id_format(TT_ID(TT_STR("kafka"), item->guid), uuid);
	*ret_id = tt_str_c(uuid);
	return TT_OK;
}

static int name_source(const struct tt_record *record, struct tt_batch *b, struct tt_str *ret)
{
	*ret = tt_str_c(tt_arena_printf(&b->arena, "kafka:%.*s", TT_FMT(record->topic)));
	return ret->p ? TT_OK : TT_ENOMEM;
}

static int fill(struct tt_payload *p, struct tt_str text, const struct tt_record *record, int64_t now_ms,
	struct tt_batch *b, struct tt_item *item, struct tt_err *err)
{
	struct tt_str id = {NULL, 0};
	char uuid[37];
	int rc;
	item->origin = record->origin;
	item->fetched_ms = record->timestamp_ms > 0 ? record->timestamp_ms : now_ms;
	if (p->conf->format == TT_KAFKA_JSON)
		rc = tt_make_json(&p->make, text, record, b, item, &id, err);
	else if ((rc = tt_make_own(&p->make, record, b, item, &id, err)) == TT_OK)
		rc = take_lines(p, text, b, item);
	if (rc == TT_OK)
		rc = tt_make_check(item, err);
	if (rc == TT_OK && item->fetched_ms > now_ms)
		item->fetched_ms = now_ms;
	if (rc == TT_OK && !item->source.n)
		rc = name_source(record, b, &item->source);
	if (rc == TT_OK && !id.n && !item->guid.n)
		rc = name_by_place(record, b, item, uuid, &id);
	return rc < 0 ? rc : tt_item_identify(item, id, &b->arena);
}

/* Both are refused, not mended: a publisher can be told to write it well, and what was meant is not known. */
static int check_bytes(struct tt_str text, int format, struct tt_err *err)
{
	size_t at = 0;
	uint32_t c;
	const char *nul = format == TT_KAFKA_TEXT && text.n ? memchr(text.p, '\0', text.n) : NULL;
	if (nul)
		return tt_err_set(err, TT_EPARSE, "NUL in a text (byte %zu)", (size_t)(nul - text.p) + 1);
	if (tt_utf8_valid(text))
		return TT_OK;
	for (size_t n = 1; n; at += n)
		n = tt_utf8_char((struct tt_str){text.p + at, text.n - at}, &c);
	return tt_err_set(err, TT_EPARSE, "not UTF-8 (byte %zu)", at + 1);
}

static bool is_null(struct tt_str text)
{
	return tt_str_eq(text, TT_STR("null"));
}

int tt_payload_item(struct tt_payload *p, const struct tt_record *record, int64_t now_ms, struct tt_batch *b,
	struct tt_err *err)
{
	struct tt_str text = record->value;
	int rc;
	if (text.n > (size_t)p->conf->max_payload_bytes) {
		tt_metric_add(TT_M_limit_payload, 1);
		return tt_err_set(err, TT_ELIMIT, "%zu bytes, more than kafka.max_payload_bytes (%lld)",
			text.n, (long long)p->conf->max_payload_bytes);
	}
	if ((rc = tt_kafka_recognise(&text, err)) < 0)
		return rc;
	if ((rc = check_bytes(text, p->conf->format, err)) < 0)
		return rc;
	if ((rc = tt_make_clean(&p->make, &text)) < 0)
		return tt_err_set(err, rc, "%s", tt_err_text(rc));
	if (text.n == 0 || (p->conf->format == TT_KAFKA_JSON && is_null(text))) {
		tt_metric_add(TT_M_records_empty, 1);
		return TT_OK;
	}
	struct tt_scored *scored = tt_batch_add_item(b);
	if (!scored)
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	rc = fill(p, text, record, now_ms, b, &scored->item, err);
	if (rc < 0)
		b->n_items--;
	return rc;
}

/* ---- a dead letter ---- */

/* As a JSON object of texts. */
static int copy_headers(const struct tt_record *record, struct tt_arena *arena, struct tt_str *ret)
{
	struct tt_buf text;
	tt_buf_init(&text, HEADERS_BYTES);
	for (size_t i = 0; i < record->n_headers; i++) {
		tt_buf_char(&text, i ? ',' : '{');
		tt_json_str(&text, record->headers[i].name);
		tt_buf_char(&text, ':');
		tt_json_str(&text, record->headers[i].value);
	}
	if (record->n_headers && text.rc == TT_OK)
		tt_buf_char(&text, '}');
	int rc = text.rc;
	if (rc == TT_OK && text.n)
		*ret = tt_arena_str(arena, tt_buf_view(&text));
	if (rc == TT_OK && text.n && !ret->p)
		rc = TT_ENOMEM;
	tt_buf_done(&text);
	return rc == TT_ELIMIT ? TT_OK : rc; /* a letter without its headers is better than none */
}

static int copy_record(
	const struct tt_record *record, struct tt_arena *arena, const struct tt_dead_record **ret)
{
	struct tt_dead_record *copy = tt_arena_zalloc(arena, 1, sizeof(*copy));
	struct tt_str key = record->key;
	if (!copy)
		return TT_ENOMEM;
	tt_text_cut(&key, KEY_BYTES);
	*copy = (struct tt_dead_record){.topic = tt_arena_str(arena, record->topic),
		.key = tt_arena_str(arena, key),
		.partition = record->partition,
		.offset = record->offset,
		.timestamp_ms = record->timestamp_ms > 0 ? record->timestamp_ms : TT_TIME_NONE};
	if (!copy->topic.p || (key.p && !copy->key.p))
		return TT_ENOMEM;
	*ret = copy;
	return copy_headers(record, arena, &copy->headers);
}

int tt_payload_dead(struct tt_payload *p, const struct tt_record *record, const char *stage,
	struct tt_str reason, int64_t now_ms, struct tt_batch *b)
{
	struct tt_dead_letter *dead = tt_batch_add_dead(b);
	struct tt_str payload = record->value.p ? record->value : TT_STR("");
	if (!dead)
		return TT_ENOMEM;
	*dead = (struct tt_dead_letter){.stage = stage, .at_ms = now_ms, .origin = record->origin};
	if (tt_text_cut(&payload, (size_t)p->conf->max_dead_bytes))
		dead->whole_bytes = record->value.n;
	int rc = name_source(record, b, &dead->source);
	if (rc == TT_OK)
		rc = copy_record(record, &b->arena, &dead->record);
	dead->where = tt_str_c(tt_arena_printf(
		&b->arena, "partition %d, offset %lld", record->partition, (long long)record->offset));
	dead->reason = tt_arena_str(&b->arena, reason);
	dead->payload = tt_arena_str(&b->arena, payload);
	if (rc == TT_OK && dead->where.p && dead->reason.p && dead->payload.p)
		return TT_OK;
	b->n_dead--;
	return TT_ENOMEM;
}

/* What a record takes in a batch as a dead letter, at most. */
static size_t dead_bytes(const struct tt_payload *p, const struct tt_record *record)
{
	size_t headers = record->n_headers ? HEADERS_BYTES : 0;
	size_t key = record->key.n < KEY_BYTES ? record->key.n : KEY_BYTES;
	return (size_t)p->conf->max_dead_bytes + DEAD_LETTER_BYTES + headers + key;
}

int tt_payload_put(struct tt_payload *p, const struct tt_record *record, int64_t now_ms, struct tt_batch *b)
{
	struct tt_err why = {0};
	const bool was_empty = !b->n_items && !b->n_dead;
	const size_t room = b->arena.max_bytes - b->arena.used_bytes;
	/* An item that is too large for any batch must leave room for the dead letter that says so. */
	size_t kept = was_empty ? dead_bytes(p, record) : 0;
	kept = kept < room ? kept : room;
	b->arena.max_bytes -= kept;
	int rc = tt_payload_item(p, record, now_ms, b, &why);
	b->arena.max_bytes += kept;
	if (rc == TT_ENOMEM && was_empty)
		rc = tt_err_set(&why, TT_EPARSE, "does not fit into a batch (pipeline.batch_bytes)");
	if (rc == TT_EPARSE || rc == TT_ELIMIT)
		rc = tt_payload_dead(p, record, "parse", tt_str_c(why.msg), now_ms, b);
	return rc;
}
