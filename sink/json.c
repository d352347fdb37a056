/* json.c - see json.h. */
#include "sink/json.h"

#include <math.h>

#include "common/json_text.h"
#include "sink/text.h"

enum { DIGITS = 7 /* of a float */ };

/* ---- values ---- */

static void key(struct tt_buf *out, const char *name)
{
	bool first = out->n && out->p[out->n - 1] == '{';
	tt_buf_printf(out, "%s\"%s\":", first ? "" : ",", name);
}

static void text_value(struct tt_buf *out, struct tt_str v)
{
	struct tt_buf repaired;
	if (tt_sink_text_fine(v)) {
		tt_json_str(out, v);
		return;
	}
	tt_buf_init(&repaired, 4 * v.n);
	if (tt_sink_text_repair(&repaired, v) < 0)
		out->rc = out->rc < 0 ? out->rc : repaired.rc;
	tt_json_str(out, tt_buf_view(&repaired));
	tt_buf_done(&repaired);
}

static void text(struct tt_buf *out, const char *name, struct tt_str v)
{
	key(out, name);
	text_value(out, v);
}

static void literal(struct tt_buf *out, const char *name, const char *v)
{
	key(out, name);
	tt_buf_str(out, tt_str_c(v));
}

static void boolean(struct tt_buf *out, const char *name, bool v)
{
	literal(out, name, v ? "true" : "false");
}

static void real(struct tt_buf *out, const char *name, float v)
{
	key(out, name);
	if (isfinite(v))
		tt_buf_printf(out, "%.*g", DIGITS, (double)v);
	else
		tt_buf_str(out, TT_STR("null"));
}

static void when(struct tt_buf *out, const char *name, int64_t ms)
{
	char v[40];
	tt_time_rfc3339(ms, v);
	text(out, name, *v ? tt_str_c(v) : (struct tt_str){NULL, 0});
}

static void id(struct tt_buf *out, const char *name, struct tt_id v)
{
	char uuid[37];
	tt_id_format(v, uuid);
	text(out, name, tt_str_c(uuid));
}

/* ---- items ---- */

static void categories(struct tt_buf *out, const struct tt_item *item)
{
	literal(out, "categories", "[");
	for (size_t i = 0; i < item->n_categories; i++) {
		if (i)
			tt_buf_char(out, ',');
		text_value(out, item->categories[i]);
	}
	tt_buf_char(out, ']');
}

int tt_sink_json_item(struct tt_buf *out, const struct tt_item *item)
{
	tt_buf_char(out, '{');
	id(out, "id", item->id);
	text(out, "source", item->source);
	text(out, "guid", item->guid);
	text(out, "url", item->url);
	text(out, "title", item->title);
	text(out, "summary", item->summary);
	if (item->content.p != item->summary.p) /* many feeds have one text for both */
		text(out, "content", item->content);
	text(out, "author", item->author);
	text(out, "lang", item->lang);
	when(out, "published_at", item->published_ms);
	when(out, "updated_at", item->updated_ms);
	when(out, "fetched_at", item->fetched_ms);
	categories(out, item);
	tt_buf_char(out, '}');
	return out->rc;
}

/* ---- scored items ---- */

static void sentiment(struct tt_buf *out, const struct tt_sentiment *v, bool scored)
{
	if (!scored) {
		literal(out, "score", "null");
		literal(out, "label", "null");
		literal(out, "p", "null");
		return;
	}
	real(out, "score", v->score);
	text(out, "label", tt_str_c(tt_label_name(v->label)));
	literal(out, "p", "{");
	for (enum tt_label l = 0; l < TT_LABELS; l++)
		real(out, tt_label_name(l), v->p[l]);
	tt_buf_char(out, '}');
}

static void entity(struct tt_buf *out, const struct tt_entity_score *e, bool scored)
{
	tt_buf_char(out, '{');
	text(out, "symbol", e->symbol);
	sentiment(out, &e->sentiment, scored);
	real(out, "relevance", e->relevance);
	key(out, "mentions");
	tt_buf_printf(out, "%d", e->mentions);
	boolean(out, "in_title", e->in_title);
	text(out, "mention", e->mention);
	tt_buf_char(out, '}');
}

static void published_item(struct tt_buf *out, const struct tt_item *item)
{
	id(out, "item_id", item->id);
	boolean(out, "revises", item->revises);
	when(out, "event_at", tt_item_event_ms(item, NULL));
	when(out, "published_at", item->published_ms);
	when(out, "fetched_at", item->fetched_ms);
	text(out, "source", item->source);
	text(out, "guid", item->guid);
	text(out, "url", item->url);
	text(out, "title", item->title);
	text(out, "summary", item->summary);
	text(out, "author", item->author);
	text(out, "lang", item->lang);
	categories(out, item);
}

static void place(struct tt_buf *out, const struct tt_place *p)
{
	if (tt_id_is_zero(p->story)) {
		literal(out, "story_id", "null");
		literal(out, "cluster_id", "null");
	} else {
		id(out, "story_id", p->story);
		id(out, "cluster_id", p->cluster);
	}
	real(out, "novelty", tt_novelty(p->repeat));
}

int tt_sink_json_event(struct tt_buf *out, const struct tt_scored *v)
{
	const char *unscored = v->unscored ? v->unscored : v->scored_ms == TT_TIME_NONE ? "not scored" : NULL;
	tt_buf_char(out, '{');
	text(out, "type", TT_STR("item"));
	id(out, "event_id", tt_scored_event_id(v));
	published_item(out, &v->item);
	when(out, "scored_at", v->scored_ms);
	sentiment(out, &v->sentiment, !unscored);
	text(out, "unscored", tt_str_c(unscored));
	place(out, &v->place);
	literal(out, "entities", "[");
	for (size_t i = 0; i < v->n_entities; i++) {
		if (i)
			tt_buf_char(out, ',');
		entity(out, &v->entities[i], !unscored);
	}
	tt_buf_str(out, TT_STR("]}"));
	return out->rc;
}

/* ---- dead letters ---- */

int tt_sink_json_dead(struct tt_buf *out, const struct tt_dead_letter *d)
{
	tt_buf_char(out, '{');
	text(out, "type", TT_STR("dead_letter"));
	when(out, "at", d->at_ms);
	text(out, "stage", tt_str_c(d->stage));
	text(out, "source", d->source);
	text(out, "where", d->where);
	text(out, "reason", d->reason);
	text(out, "payload", d->payload);
	tt_buf_char(out, '}');
	return out->rc;
}
