/* retry.c - see retry.h. */
#include "app/dlq/retry.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "app/run/filter.h"
#include "app/run/follow.h"
#include "app/run/parts.h"
#include "app/run/privacy.h"
#include "ingest/kafka/payload.h"
#include "ingest/line_item.h"

struct tt_retry {
	const struct tt_app_conf *conf;
	bool write;
	struct tt_parts parts;
	struct tt_follow *follow;
	struct tt_score_ctx *ctx;
	struct tt_kafka_conf own_conf; /* of own: tickertone's item format, whatever the topics have */
	struct tt_payload *records, *own;
	struct tt_redacted private;
};

void tt_retry_free(struct tt_retry *r)
{
	if (!r)
		return;
	tt_payload_free(r->records);
	tt_payload_free(r->own);
	tt_score_ctx_free(r->ctx);
	tt_parts_done(&r->parts);
	tt_redacted_done(&r->private);
	tt_follow_free(r->follow);
	free(r);
}

static void use_scorer(void *ctx, struct tt_scorer *scorer, int model_id)
{
	struct tt_parts *parts = ctx;
	tt_scorer_unref(parts->scorer);
	parts->scorer = tt_scorer_ref(scorer);
	parts->model_id = model_id;
}

/* With the model that services score with now. */
static int open_writing(struct tt_retry *r, struct tt_err *err)
{
	int rc = tt_follow_new(&r->follow, r->conf, use_scorer, &r->parts, err);
	if (rc == TT_OK)
		rc = tt_score_ctx_new(&r->ctx, err);
	if (rc == TT_OK)
		rc = tt_parts_open_sinks(&r->parts, r->conf, &tt_clock_real, err);
	return rc < 0 ? rc : tt_follow_begin(r->follow, err);
}

int tt_retry_new(struct tt_retry **ret, const struct tt_app_conf *conf, bool write, struct tt_err *err)
{
	struct tt_retry *r = calloc(1, sizeof(*r));
	if (!r)
		return tt_err_set(err, TT_ENOMEM, "dlq retry: %s", tt_err_text(TT_ENOMEM));
	r->conf = conf;
	r->write = write;
	tt_privacy_init(&r->private, conf->privacy.kinds);
	r->own_conf = conf->kafka;
	r->own_conf.format = TT_KAFKA_JSON;
	r->own_conf.preset = NULL;
	r->own_conf.fields = (struct tt_conf_map){0};
	int rc = tt_payload_new(&r->records, &conf->kafka, err);
	if (rc == TT_OK)
		rc = tt_payload_new(&r->own, &r->own_conf, err);
	if (rc == TT_OK && write)
		rc = open_writing(r, err);
	if (rc < 0) {
		tt_retry_free(r);
		return rc;
	}
	*ret = r;
	return TT_OK;
}

/* ---- reading ---- */

/* Headers as the record had them. They live as long as root. */
static struct tt_record_header *read_headers(
	struct tt_str text, struct tt_arena *arena, json_t **root, size_t *ret_n)
{
	const char *name;
	json_t *value;
	*ret_n = 0;
	*root = text.n ? json_loadb(text.p, text.n, JSON_ALLOW_NUL, NULL) : NULL;
	struct tt_record_header *v = tt_arena_zalloc(arena, json_object_size(*root) + 1, sizeof(*v));
	if (!v)
		return NULL;
	json_object_foreach(*root, name, value)
	{
		const char *bytes = json_string_value(value);
		v[(*ret_n)++] = (struct tt_record_header){
			tt_str_c(name), {bytes, bytes ? json_string_length(value) : 0}};
	}
	return v;
}

static int read_record(struct tt_payload *p, const struct tt_dead_letter *d, int64_t now_ms,
	struct tt_batch *b, struct tt_err *why)
{
	struct tt_record record = {.value = d->payload, .timestamp_ms = TT_TIME_NONE};
	json_t *root = NULL;
	int rc = TT_OK;
	if (d->record) {
		record.topic = d->record->topic;
		record.partition = d->record->partition;
		record.offset = d->record->offset;
		record.timestamp_ms = d->record->timestamp_ms;
		record.key = d->record->key;
		record.headers = read_headers(d->record->headers, &b->arena, &root, &record.n_headers);
		rc = record.headers ? TT_OK : tt_err_set(why, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	}
	if (rc == TT_OK)
		rc = tt_payload_item(p, &record, now_ms, b, why);
	json_decref(root);
	return rc;
}

/* By the configuration of the file it is from. */
static int read_line(const struct tt_retry *r, const struct tt_dead_letter *d, int64_t now_ms,
	struct tt_batch *b, struct tt_err *why)
{
	const struct tt_lines_conf *files = r->conf->files.v;
	struct tt_line_reader reader;
	for (size_t i = 0; i < r->conf->files.n; i++) {
		struct tt_str source = tt_str_c(files[i].name ? files[i].name : files[i].path);
		if (!tt_str_eq(source, d->source))
			continue;
		int rc = tt_line_reader_init(&reader, &files[i], d->source, why);
		if (rc < 0)
			return rc;
		rc = tt_line_item(&reader, d->payload, now_ms, b, why);
		tt_line_reader_done(&reader);
		return rc;
	}
	return tt_err_set(why, TT_EPARSE, "cannot be tried again: the configuration names no file '%.*s'",
		TT_FMT(d->source));
}

static bool is_item(const struct tt_dead_letter *d)
{
	return strcmp(d->stage, "publish") == 0 || strcmp(d->stage, "store") == 0;
}

/* TT_OK: its item is in the batch, or it held none. */
static int read_letter(
	const struct tt_retry *r, const struct tt_pg_dead *v, struct tt_batch *b, struct tt_err *why)
{
	const struct tt_dead_letter *d = &v->letter;
	int64_t now_ms = tt_wall_ms(&tt_clock_real);
	if (strcmp(d->stage, "event") == 0)
		return tt_err_set(why, TT_EPARSE,
			"cannot be tried again: its item is stored, only its topic refused it");
	if (strcmp(d->stage, "gap") == 0 || !d->payload.p)
		return tt_err_set(why, TT_EPARSE, "cannot be tried again: nothing of it is kept");
	if (d->payload.n < d->whole_bytes)
		return tt_err_set(why, TT_EPARSE,
			"cannot be tried again: %zu of %zu bytes are kept (kafka.max_dead_bytes, "
			"postgres.dead_letter_bytes)",
			d->payload.n, d->whole_bytes);
	if (d->record || is_item(d))
		return read_record(d->record ? r->records : r->own, d, now_ms, b, why);
	return read_line(r, d, now_ms, b, why);
}

/* ---- writing ---- */

static int write_batch(struct tt_retry *r, struct tt_batch *b, struct tt_err *err)
{
	struct tt_sink_result stored;
	tt_privacy_batch(&r->private, b);
	int rc = r->parts.filter.ops ? tt_filter_batch(&r->parts.filter, b, err) : TT_OK;
	if (rc == TT_OK && b->n_items)
		rc = tt_scorer_score(r->parts.scorer, r->ctx, b, &tt_clock_real, err);
	b->model_id = r->parts.model_id;
	if (rc == TT_OK && !tt_batch_is_empty(b))
		rc = r->parts.sink.ops->write(r->parts.sink.self, &b, 1, &stored, err);
	return rc;
}

static int keep_reason(struct tt_arena *arena, const struct tt_err *why, struct tt_str *ret)
{
	*ret = tt_arena_str(arena, tt_str_c(why->msg));
	return ret->p ? TT_OK : TT_ENOMEM;
}

/* All of them in one batch. TT_EDATA and the like: the sink refuses one of those that can be read. */
static int try_together(struct tt_retry *r, const struct tt_pg_dead *v, size_t n, struct tt_arena *arena,
	struct tt_str *reasons, struct tt_err *err)
{
	struct tt_batch *b = tt_batch_new((size_t)r->conf->pipeline.batch_bytes);
	int rc = b ? TT_OK : TT_ENOMEM;
	for (size_t i = 0; i < n && rc == TT_OK; i++) {
		struct tt_err why = {0};
		reasons[i] = (struct tt_str){NULL, 0};
		rc = read_letter(r, &v[i], b, &why);
		if (rc == TT_EPARSE || rc == TT_ELIMIT)
			rc = keep_reason(arena, &why, &reasons[i]);
	}
	if (rc < 0)
		tt_err_set(err, rc, "dlq retry: %s", tt_err_text(rc));
	else if (r->write)
		rc = write_batch(r, b, err);
	tt_batch_free(b);
	return rc;
}

int tt_retry_letters(struct tt_retry *r, const struct tt_pg_dead *v, size_t n, struct tt_arena *arena,
	struct tt_str *reasons, struct tt_err *err)
{
	int rc = try_together(r, v, n, arena, reasons, err);
	if (rc == TT_OK || tt_retriable(rc))
		return rc;
	rc = TT_OK;
	for (size_t i = 0; i < n && rc == TT_OK; i++) { /* one is refused: which one? */
		struct tt_err why = {0};
		rc = try_together(r, &v[i], 1, arena, &reasons[i], &why);
		if (rc < 0 && tt_retriable(rc))
			return tt_err_set(err, rc, "%s", why.msg);
		if (rc < 0)
			rc = keep_reason(arena, &why, &reasons[i]);
	}
	return rc < 0 ? tt_err_set(err, rc, "dlq retry: %s", tt_err_text(rc)) : TT_OK;
}
