/* row_params.c - see row_params.h. One loop a column, in the order of the statement's parameters. */
#include "sink/pg/row_params.h"

#include <limits.h>

#include "sink/json.h"
#include "sink/text.h"

/* One array parameter: for every i of n, what `put` puts. */
#define COLUMN(p, type, n, put)                                                                              \
	do {                                                                                                 \
		tt_pg_array((p), (type), (n));                                                               \
		for (size_t i = 0; i < (n); i++)                                                             \
			put;                                                                                 \
	} while (0)

static const char *unscored(const struct tt_scored *s)
{
	if (s->unscored)
		return s->unscored;
	return s->scored_ms == TT_TIME_NONE ? "not scored" : NULL;
}

/* A number within [lo, hi]: means of such numbers may pass the edge by a rounding. NaN and what is truly
 * outside go as they are and are refused by the table's CHECK: a wrong score must not become a plausible one.
 */
static float within(float v, float lo, float hi)
{
	const float slack = 1e-4f;

	if (v > hi && v < hi + slack)
		return hi;
	if (v < lo && v > lo - slack)
		return lo;
	return v;
}

static void put_score(struct tt_pg_params *p, const struct tt_scored *owner, const struct tt_sentiment *s)
{
	if (unscored(owner))
		tt_pg_put_null(p, TT_PG_FLOAT4);
	else
		tt_pg_put_real(p, within(s->score, -1, 1));
}

static void put_p(struct tt_pg_params *p, const struct tt_scored *owner, const struct tt_sentiment *s,
	enum tt_label label)
{
	if (unscored(owner))
		tt_pg_put_null(p, TT_PG_FLOAT4);
	else
		tt_pg_put_real(p, within(s->p[label], 0, 1));
}

static void put_model(struct tt_pg_params *p, const struct tt_pg_row *row)
{
	if (row->model_id && !unscored(row->scored))
		tt_pg_put_int(p, TT_PG_INT2, row->model_id);
	else
		tt_pg_put_null(p, TT_PG_INT2);
}

void tt_pg_text_array(struct tt_pg_params *p, const struct tt_str *v, size_t n)
{
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i]));
}

/* Many feeds have one text for both; it need not be stored twice. */
static void put_content(struct tt_pg_params *p, const struct tt_item *item)
{
	if (item->content.p == item->summary.p && item->content.n == item->summary.n)
		tt_pg_put_null(p, TT_PG_TEXT);
	else
		tt_pg_put_text(p, item->content);
}

static void item_columns(struct tt_pg_params *p, const struct tt_pg_row *rows, size_t n)
{
#define ITEM rows[i].scored->item
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, ITEM.id));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, rows[i].event_ms));
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, ITEM.url_key));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, ITEM.published_ms));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, ITEM.updated_ms));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, ITEM.fetched_ms));
	COLUMN(p, TT_PG_BOOL, n, tt_pg_put_bool(p, rows[i].clamped));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, ITEM.source));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, ITEM.guid));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, ITEM.url));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, ITEM.title));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, ITEM.summary));
	COLUMN(p, TT_PG_TEXT, n, put_content(p, &ITEM));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, ITEM.author));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, ITEM.lang));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_texts(p, ITEM.categories, ITEM.n_categories));
#undef ITEM
}

static void sentiment_columns(struct tt_pg_params *p, const struct tt_pg_row *rows, size_t n)
{
#define SCORED rows[i].scored
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, SCORED->scored_ms));
	COLUMN(p, TT_PG_FLOAT4, n, put_score(p, SCORED, &SCORED->sentiment));
	COLUMN(p, TT_PG_FLOAT4, n, put_p(p, SCORED, &SCORED->sentiment, TT_NEGATIVE));
	COLUMN(p, TT_PG_FLOAT4, n, put_p(p, SCORED, &SCORED->sentiment, TT_NEUTRAL));
	COLUMN(p, TT_PG_FLOAT4, n, put_p(p, SCORED, &SCORED->sentiment, TT_POSITIVE));
	COLUMN(p, TT_PG_INT4, n, tt_pg_put_int(p, TT_PG_INT4, SCORED->n_tokens));
	COLUMN(p, TT_PG_INT2, n, put_model(p, &rows[i]));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, tt_str_c(unscored(SCORED))));
#undef SCORED
}

static void mention_columns(struct tt_pg_params *p, const struct tt_pg_item_rows *rows)
{
	const struct tt_pg_mention *m = rows->mentions;
	size_t n = rows->n_mentions;

#define OWNER    rows->items[m[i].item].scored
#define FEELINGS &m[i].entity->sentiment
	COLUMN(p, TT_PG_INT4, n, tt_pg_put_int(p, TT_PG_INT4, m[i].item + 1));
	COLUMN(p, TT_PG_INT4, n, tt_pg_put_int(p, TT_PG_INT4, m[i].symbol + 1));
	COLUMN(p, TT_PG_FLOAT4, n, put_score(p, OWNER, FEELINGS));
	COLUMN(p, TT_PG_FLOAT4, n, put_p(p, OWNER, FEELINGS, TT_NEGATIVE));
	COLUMN(p, TT_PG_FLOAT4, n, put_p(p, OWNER, FEELINGS, TT_NEUTRAL));
	COLUMN(p, TT_PG_FLOAT4, n, put_p(p, OWNER, FEELINGS, TT_POSITIVE));
	COLUMN(p, TT_PG_FLOAT4, n, tt_pg_put_real(p, within(m[i].entity->relevance, 0, 1)));
	COLUMN(p, TT_PG_INT4, n, tt_pg_put_int(p, TT_PG_INT4, m[i].entity->mentions));
	COLUMN(p, TT_PG_BOOL, n, tt_pg_put_bool(p, m[i].entity->in_title));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, m[i].entity->mention));
#undef OWNER
#undef FEELINGS
}

/* Of each item that may be stored, the JSON that is to be published. */
static void event_column(struct tt_pg_params *p, const struct tt_pg_item_rows *rows)
{
	static const struct tt_str none = {NULL, 0};
	struct tt_buf text;
	if (!rows->with_events) {
		tt_pg_put_null(p, TT_PG_TEXT);
		return;
	}
	tt_buf_init(&text, p->buf.max);
	tt_pg_array(p, TT_PG_TEXT, rows->n_items);
	for (size_t i = 0; i < rows->n_items; i++) {
		tt_buf_reset(&text);
		if (rows->fates[i] != TT_PG_REPEAT && tt_sink_json_event(&text, rows->items[i].scored) < 0)
			p->rc = p->rc < 0 ? p->rc : text.rc;
		tt_pg_put_text(p, text.n ? tt_buf_view(&text) : none);
	}
	tt_buf_done(&text);
}

void tt_pg_item_params(struct tt_pg_params *p, const struct tt_pg_item_rows *rows)
{
	COLUMN(p, TT_PG_UUID, rows->n_claims, tt_pg_put_id(p, rows->claims[i].key));
	COLUMN(p, TT_PG_INT4, rows->n_claims, tt_pg_put_int(p, TT_PG_INT4, rows->claims[i].item + 1));
	item_columns(p, rows->items, rows->n_items);
	sentiment_columns(p, rows->items, rows->n_items);
	tt_pg_text_array(p, rows->symbols, rows->n_symbols);
	mention_columns(p, rows);
	COLUMN(p, TT_PG_INT2, rows->n_items, tt_pg_put_int(p, TT_PG_INT2, rows->fates[i]));
	COLUMN(p, TT_PG_UUID, rows->n_items, tt_pg_put_id(p, rows->items[i].scored->item.text_hash));
	COLUMN(p, TT_PG_UUID, rows->n_aliases, tt_pg_put_id(p, rows->aliases[i]->item_id));
	COLUMN(p, TT_PG_TIMESTAMPTZ, rows->n_aliases, tt_pg_put_time(p, rows->aliases[i]->event_ms));
	tt_pg_put_int(p, TT_PG_INT4, rows->max_versions);
	event_column(p, rows);
	COLUMN(p, TT_PG_UUID, rows->n_items, tt_pg_put_id(p, rows->items[i].scored->place.story));
	COLUMN(p, TT_PG_UUID, rows->n_items, tt_pg_put_id(p, rows->items[i].scored->place.cluster));
	COLUMN(p, TT_PG_INT4, rows->n_items, tt_pg_put_int(p, TT_PG_INT4, rows->items[i].scored->place.repeat));
	tt_pg_put_bool(p, rows->all_new);
}

void tt_pg_score_params(
	struct tt_pg_params *p, const struct tt_pg_item_rows *rows, const int16_t *versions, int model_id)
{
	COLUMN(p, TT_PG_UUID, rows->n_items, tt_pg_put_id(p, rows->items[i].scored->item.id));
	COLUMN(p, TT_PG_TIMESTAMPTZ, rows->n_items, tt_pg_put_time(p, rows->items[i].event_ms));
	COLUMN(p, TT_PG_INT2, rows->n_items, tt_pg_put_int(p, TT_PG_INT2, versions[i]));
	tt_pg_put_int(p, TT_PG_INT2, model_id);
	sentiment_columns(p, rows->items, rows->n_items);
	tt_pg_text_array(p, rows->symbols, rows->n_symbols);
	mention_columns(p, rows);
}

/* A validator must come back verbatim; one that text cannot hold is better forgotten than changed. */
static void put_validator(struct tt_pg_params *p, struct tt_str s)
{
	if (s.p && tt_sink_text_fine(s))
		tt_pg_put_text(p, s);
	else
		tt_pg_put_null(p, TT_PG_TEXT);
}

void tt_pg_feed_params(struct tt_pg_params *p, const struct tt_feed_state *const *f, size_t n)
{
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, f[i]->url));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, f[i]->moved_to));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, f[i]->moving_to));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, f[i]->title));
	COLUMN(p, TT_PG_TEXT, n, put_validator(p, f[i]->etag));
	COLUMN(p, TT_PG_TEXT, n, put_validator(p, f[i]->last_modified));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, f[i]->last_error));
	COLUMN(p, TT_PG_INT4, n, tt_pg_put_int(p, TT_PG_INT4, f[i]->last_status));
	COLUMN(p, TT_PG_INT4, n, tt_pg_put_int(p, TT_PG_INT4, f[i]->failures));
	COLUMN(p, TT_PG_BOOL, n, tt_pg_put_bool(p, f[i]->gone));
	COLUMN(p, TT_PG_INT8, n, tt_pg_put_int(p, TT_PG_INT8, f[i]->interval_ms));
	COLUMN(p, TT_PG_INT8, n, tt_pg_put_int(p, TT_PG_INT8, f[i]->hint_ms));
	COLUMN(p, TT_PG_INT4, n, tt_pg_put_int(p, TT_PG_INT4, f[i]->skip_hours));
	COLUMN(p, TT_PG_INT4, n, tt_pg_put_int(p, TT_PG_INT4, f[i]->skip_days));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, f[i]->last_fetch_ms));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, f[i]->last_success_ms));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, f[i]->last_change_ms));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, f[i]->next_fetch_ms));
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, f[i]->body_hash));
	COLUMN(p, TT_PG_INT8, n, tt_pg_put_int(p, TT_PG_INT8, f[i]->asked_ms));
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, f[i]->lease));
}

static struct tt_str cut(struct tt_str s, size_t max)
{
	return s.n > max ? (struct tt_str){s.p, max} : s;
}

static void put_size(struct tt_pg_params *p, const struct tt_dead_letter *d)
{
	if (d->payload.p)
		tt_pg_put_int(p, TT_PG_INT8, (int64_t)(d->whole_bytes ? d->whole_bytes : d->payload.n));
	else
		tt_pg_put_null(p, TT_PG_INT8);
}

static void record_columns(struct tt_pg_params *p, const struct tt_pg_dead_row *d, size_t n)
{
	static const struct tt_dead_record none = {.timestamp_ms = TT_TIME_NONE};
#define RECORD           (d[i].letter->record ? d[i].letter->record : &none)
#define PUT_INT(type, v) (RECORD->topic.p ? tt_pg_put_int(p, (type), RECORD->v) : tt_pg_put_null(p, (type)))
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, RECORD->topic));
	COLUMN(p, TT_PG_INT4, n, PUT_INT(TT_PG_INT4, partition));
	COLUMN(p, TT_PG_INT8, n, PUT_INT(TT_PG_INT8, offset));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, RECORD->timestamp_ms));
	COLUMN(p, TT_PG_BYTEA, n, tt_pg_put_bytes(p, RECORD->key));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, RECORD->headers));
#undef PUT_INT
#undef RECORD
}

void tt_pg_dead_params(
	struct tt_pg_params *p, const struct tt_pg_dead_row *d, size_t n, size_t max_payload_bytes)
{
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, d[i].id));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, tt_str_c(d[i].letter->stage)));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, d[i].letter->source));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, d[i].letter->where));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, d[i].letter->reason));
	COLUMN(p, TT_PG_BYTEA, n, tt_pg_put_bytes(p, cut(d[i].letter->payload, max_payload_bytes)));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, d[i].letter->at_ms));
	COLUMN(p, TT_PG_INT8, n, put_size(p, d[i].letter));
	record_columns(p, d, n);
}
