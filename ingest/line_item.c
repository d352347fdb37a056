/* line_item.c - see line_item.h. */
#include "ingest/line_item.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "common/metrics.h"
#include "common/utf8.h"
#include "ingest/feed/date.h"
#include "ingest/feed/text.h"
#include "ingest/identity.h"

/* What a field becomes in the item. */
enum field_kind { FIELD_TEXT /* for reading */, FIELD_KEY /* as it is, trimmed */, FIELD_DATE };

static const struct {
	const char *name;
	enum field_kind kind;
	size_t offset;
} fields[] = {
	{"source", FIELD_KEY, offsetof(struct tt_item, source)},
	{"guid", FIELD_KEY, offsetof(struct tt_item, guid)},
	{"url", FIELD_KEY, offsetof(struct tt_item, url)},
	{"title", FIELD_TEXT, offsetof(struct tt_item, title)},
	{"summary", FIELD_TEXT, offsetof(struct tt_item, summary)},
	{"content", FIELD_TEXT, offsetof(struct tt_item, content)},
	{"author", FIELD_TEXT, offsetof(struct tt_item, author)},
	{"lang", FIELD_KEY, offsetof(struct tt_item, lang)},
	{"published_at", FIELD_DATE, offsetof(struct tt_item, published_ms)},
	{"updated_at", FIELD_DATE, offsetof(struct tt_item, updated_ms)},
};

void tt_line_reader_init(struct tt_line_reader *r, const struct tt_lines_conf *conf, struct tt_str source)
{
	*r = (struct tt_line_reader){.conf = conf, .source = source};
	tt_buf_init(&r->repaired, (size_t)conf->max_line_bytes * 3 + 16); /* each bad byte may become three */
	tt_buf_init(&r->scratch, (size_t)conf->max_text_bytes * 4 + 64);
}

void tt_line_reader_done(struct tt_line_reader *r)
{
	tt_buf_done(&r->repaired);
	tt_buf_done(&r->scratch);
}

static int take_text(struct tt_line_reader *r, struct tt_str s, struct tt_batch *b, struct tt_str *ret)
{
	bool cut = tt_text_cut(&s, (size_t)r->conf->max_text_bytes);
	if (cut)
		tt_metric_add(TT_M_limit_text, 1);
	return tt_text_make(s, TT_TEXT_PLAIN, cut, &r->scratch, &b->arena, ret);
}

static int take_key(struct tt_str s, struct tt_batch *b, struct tt_str *ret)
{
	s = tt_str_trim(s);
	if (s.n == 0)
		return TT_OK;
	*ret = tt_arena_str(&b->arena, s);
	return ret->p ? TT_OK : TT_ENOMEM;
}

/* ---- JSON ---- */

/* The value as text: a string, or a number in decimals. {NULL,0} for null and what is not there. */
static int scalar(const json_t *v, const char *name, char number[64], struct tt_str *ret, struct tt_err *err)
{
	*ret = (struct tt_str){NULL, 0};
	if (!v || json_is_null(v))
		return TT_OK;
	if (json_is_string(v)) {
		*ret = (struct tt_str){json_string_value(v), json_string_length(v)};
		return TT_OK;
	}
	if (json_is_integer(v))
		snprintf(number, 64, "%lld", (long long)json_integer_value(v));
	else if (json_is_real(v) && json_real_value(v) > -1e15 && json_real_value(v) < 1e15)
		snprintf(number, 64, "%.0f", json_real_value(v));
	else
		return tt_err_set(err, TT_EPARSE, "'%s' is not a text", name);
	*ret = tt_str_c(number);
	return TT_OK;
}

static int take_field(struct tt_line_reader *r, const json_t *object, size_t i, struct tt_batch *b,
	struct tt_item *item, struct tt_err *err)
{
	void *to = (char *)item + fields[i].offset;
	char number[64];
	struct tt_str s;
	int rc = scalar(json_object_get(object, fields[i].name), fields[i].name, number, &s, err);
	if (rc < 0 || !s.p)
		return rc;
	switch (fields[i].kind) {
	case FIELD_TEXT:
		return take_text(r, s, b, to);
	case FIELD_KEY:
		return take_key(s, b, to);
	case FIELD_DATE:
		tt_feed_date(s, to);
		break;
	}
	return TT_OK;
}

/* An array of texts, or one text; what else is in it is left out. */
static int take_categories(
	struct tt_line_reader *r, const json_t *v, struct tt_batch *b, struct tt_item *item)
{
	size_t n = json_is_array(v) ? json_array_size(v) : json_is_string(v);
	struct tt_str *list = tt_arena_zalloc(&b->arena, n ? n : 1, sizeof(*list));
	if (!list)
		return TT_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const json_t *c = json_is_array(v) ? json_array_get(v, i) : v;
		struct tt_str s = {json_string_value(c), json_string_length(c)};
		int rc = s.n ? take_text(r, s, b, &list[item->n_categories]) : TT_OK;
		if (rc < 0)
			return rc;
		item->n_categories += list[item->n_categories].p != NULL;
	}
	item->categories = item->n_categories ? list : NULL;
	return TT_OK;
}

static int take_json(struct tt_line_reader *r, struct tt_str line, struct tt_batch *b, struct tt_item *item,
	struct tt_str *id, struct tt_err *err)
{
	json_error_t why;
	json_t *object = json_loadb(line.p, line.n, JSON_ALLOW_NUL, &why);
	char number[64];
	struct tt_str s = {NULL, 0};
	int rc = TT_OK;
	if (!object)
		return tt_err_set(err, TT_EPARSE, "not JSON: %s (column %d)", why.text, why.column);
	if (!json_is_object(object))
		rc = tt_err_set(err, TT_EPARSE, "not a JSON object");
	for (size_t i = 0; i < TT_LEN(fields) && rc == TT_OK; i++)
		rc = take_field(r, object, i, b, item, err);
	if (rc == TT_OK)
		rc = take_categories(r, json_object_get(object, "categories"), b, item);
	if (rc == TT_OK)
		rc = scalar(json_object_get(object, "id"), "id", number, &s, err);
	if (rc == TT_OK && s.p)
		rc = take_key(s, b, id);
	json_decref(object);
	return rc;
}

/* ---- a line ---- */

/* What of the line means something: without line end and byte order mark, valid UTF-8. */
static int clean(struct tt_line_reader *r, struct tt_str *line)
{
	if (tt_str_starts(*line, TT_STR("\xef\xbb\xbf")))
		*line = (struct tt_str){line->p + 3, line->n - 3};
	*line = tt_str_trim(*line);
	if (tt_utf8_valid(*line))
		return TT_OK;
	tt_buf_reset(&r->repaired);
	int rc = tt_utf8_repair(&r->repaired, *line);
	*line = tt_buf_view(&r->repaired);
	return rc;
}

static int fill(struct tt_line_reader *r, struct tt_str line, struct tt_batch *b, struct tt_item *item,
	struct tt_err *err)
{
	struct tt_str id = {NULL, 0};
	int rc;
	if (r->conf->format == TT_LINES_JSONL || (r->conf->format == TT_LINES_AUTO && line.p[0] == '{'))
		rc = take_json(r, line, b, item, &id, err);
	else
		rc = take_text(r, line, b, &item->title);
	if (rc < 0)
		return rc;
	if (!item->title.n && !item->summary.n && !item->content.n)
		return tt_err_set(err, TT_EPARSE, "neither title nor summary nor content");
	if (!item->source.n)
		rc = take_key(r->source, b, &item->source);
	if (rc == TT_OK && !item->lang.n && r->conf->lang)
		rc = take_key(tt_str_c(r->conf->lang), b, &item->lang);
	return rc < 0 ? rc : tt_item_identify(item, id, &b->arena);
}

int tt_line_item(
	struct tt_line_reader *r, struct tt_str line, int64_t now_ms, struct tt_batch *b, struct tt_err *err)
{
	int rc = clean(r, &line);
	if (rc < 0)
		return rc;
	if (line.n == 0)
		return TT_OK;
	struct tt_scored *scored = tt_batch_add_item(b);
	if (!scored)
		return TT_ENOMEM;
	scored->item.fetched_ms = now_ms;
	rc = fill(r, line, b, &scored->item, err);
	if (rc < 0)
		b->n_items--;
	return rc;
}
