/* make.c - see make.h. */
#include "ingest/map/make.h"

#include <stdio.h>
#include <string.h>

#include "common/metrics.h"
#include "common/utf8.h"
#include "ingest/identity.h"
#include "ingest/map/when.h"

enum { CATEGORIES_MAX = 64, NUMBER_BYTES = 40 };

/* What a field becomes in the item. */
static const struct {
	enum {
		FIELD_TEXT /* for reading */,
		FIELD_KEY /* as it is, trimmed */,
		FIELD_DATE,
		FIELD_ID,
		FIELD_LIST
	} kind;
	size_t offset;
	const char *joint; /* between the values of a [] path */
} fields[TT_MAP_FIELDS] = {
	[TT_MAP_ID] = {FIELD_ID, 0, NULL},
	[TT_MAP_SOURCE] = {FIELD_KEY, offsetof(struct tt_item, source), NULL},
	[TT_MAP_GUID] = {FIELD_KEY, offsetof(struct tt_item, guid), NULL},
	[TT_MAP_URL] = {FIELD_KEY, offsetof(struct tt_item, url), NULL},
	[TT_MAP_TITLE] = {FIELD_TEXT, offsetof(struct tt_item, title), " "},
	[TT_MAP_SUMMARY] = {FIELD_TEXT, offsetof(struct tt_item, summary), " "},
	[TT_MAP_CONTENT] = {FIELD_TEXT, offsetof(struct tt_item, content), " "},
	[TT_MAP_AUTHOR] = {FIELD_TEXT, offsetof(struct tt_item, author), ", "},
	[TT_MAP_LANG] = {FIELD_KEY, offsetof(struct tt_item, lang), NULL},
	[TT_MAP_PUBLISHED_AT] = {FIELD_DATE, offsetof(struct tt_item, published_ms), NULL},
	[TT_MAP_UPDATED_AT] = {FIELD_DATE, offsetof(struct tt_item, updated_ms), NULL},
	[TT_MAP_FETCHED_AT] = {FIELD_DATE, offsetof(struct tt_item, fetched_ms), NULL},
	[TT_MAP_CATEGORIES] = {FIELD_LIST, 0, NULL},
};

/* One record on its way. */
struct work {
	struct tt_make *m;
	const struct tt_record *record;
	struct tt_batch *b;
	struct tt_item *item;
	bool title_wanted; /* something must stand where the title should be */
	struct tt_str id;
	char number[NUMBER_BYTES];
};

void tt_make_init(struct tt_make *m, const struct tt_map *map, size_t max_record_bytes, size_t max_text_bytes,
	int max_depth)
{
	m->map = map;
	m->max_text_bytes = max_text_bytes;
	m->max_depth = max_depth;
	m->strict = false;
	tt_find_init(&m->find, max_record_bytes * 3 + 16);
	tt_buf_init(&m->repaired, max_record_bytes * 3 + 16); /* each bad byte may become three */
	tt_buf_init(&m->decoded, max_record_bytes * 4 + 64);
	tt_buf_init(&m->scratch, max_text_bytes * 4 + 64);
}

void tt_make_done(struct tt_make *m)
{
	tt_find_done(&m->find);
	tt_buf_done(&m->repaired);
	tt_buf_done(&m->decoded);
	tt_buf_done(&m->scratch);
}

static int clean(struct tt_buf *repaired, struct tt_str *text)
{
	if (tt_str_starts(*text, TT_STR("\xef\xbb\xbf")))
		*text = (struct tt_str){text->p + 3, text->n - 3};
	*text = tt_str_trim(*text);
	if (tt_utf8_valid(*text))
		return TT_OK;
	tt_buf_reset(repaired);
	int rc = tt_utf8_repair(repaired, *text);
	*text = tt_buf_view(repaired);
	return rc;
}

int tt_make_clean(struct tt_make *m, struct tt_str *text)
{
	return clean(&m->repaired, text);
}

/* ---- texts ---- */

static int make_text(
	struct tt_make *m, struct tt_str s, enum tt_text_kind kind, struct tt_batch *b, struct tt_str *ret)
{
	bool cut = tt_text_cut(&s, m->max_text_bytes);
	if (cut)
		tt_metric_add(TT_M_limit_text, 1);
	return tt_text_make(s, kind, cut, &m->scratch, &b->arena, ret);
}

int tt_make_text(struct tt_make *m, struct tt_str text, struct tt_batch *b, struct tt_str *ret)
{
	return make_text(m, text, TT_TEXT_PLAIN, b, ret);
}

static bool is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

int tt_make_key(struct tt_str text, struct tt_batch *b, struct tt_str *ret)
{
	text = tt_str_trim(text);
	char *out = tt_arena_alloc(&b->arena, text.n + 1);
	size_t n = 0;
	if (!out)
		return TT_ENOMEM;
	for (size_t i = 0; i < text.n; i++)
		if (!is_control(text.p[i]))
			out[n++] = text.p[i];
	out[n] = '\0';
	if (n)
		*ret = (struct tt_str){out, n};
	return TT_OK;
}

int tt_make_check(const struct tt_item *item, struct tt_err *err)
{
	if (item->title.n || item->summary.n || item->content.n)
		return TT_OK;
	return tt_err_set(err, TT_EPARSE, "neither title nor summary nor content");
}

/* ---- values ---- */

/* What was decoded; TT_EPARSE: it has a NUL, and none may be. */
static int decoded(const struct tt_make *m, struct tt_str *ret)
{
	*ret = tt_buf_view(&m->decoded);
	return m->strict && ret->n && memchr(ret->p, '\0', ret->n) ? TT_EPARSE : TT_OK;
}

/* The characters of a value of the JSON; valid until the next one of this maker. */
static int characters(struct tt_make *m, const struct tt_found *found, struct tt_str *ret)
{
	*ret = found->raw;
	if (!found->escaped)
		return TT_OK;
	tt_buf_reset(&m->decoded);
	int rc = tt_json_unescape(found->raw, &m->decoded);
	return rc < 0 ? rc : decoded(m, ret);
}

/* All values of a [] path as one text. */
static int joined(struct tt_make *m, int at, const char *joint, struct tt_str *ret)
{
	tt_buf_reset(&m->decoded);
	int rc = TT_OK;
	for (; at >= 0 && rc == TT_OK; at = m->find.more[at].next) {
		const struct tt_found *found = &m->find.more[at];
		if (found->kind != TT_JSON_STRING)
			continue;
		if (m->decoded.n)
			rc = tt_buf_str(&m->decoded, tt_str_c(joint));
		if (rc == TT_OK)
			rc = tt_json_unescape(found->raw, &m->decoded);
	}
	return rc < 0 ? rc : decoded(m, ret);
}

static int of_json(
	struct work *w, const struct tt_found *found, const char *joint, bool *ret_wrong, struct tt_str *ret)
{
	if (found->next >= 0)
		return joined(w->m, found->next, joint, ret);
	if (found->kind == TT_JSON_STRING || found->kind == TT_JSON_NUMBER)
		return characters(w->m, found, ret);
	*ret_wrong = found->kind > TT_JSON_NULL;
	return TT_OK;
}

static int of_header(struct work *w, struct tt_str name, struct tt_str *ret)
{
	const struct tt_record *record = w->record;
	for (size_t i = record->n_headers; i-- > 0;) /* the last of a name counts */
		if (tt_str_eq(record->headers[i].name, name)) {
			*ret = record->headers[i].value;
			return clean(&w->m->decoded, ret);
		}
	return TT_OK;
}

/* What one alternative holds, empty when nothing; wrong: something that cannot be a text. */
static int value_of(struct work *w, const struct tt_map_alternative *alternative, const char *joint,
	bool *ret_wrong, struct tt_str *ret)
{
	const struct tt_record *record = w->record;
	int64_t number = record->timestamp_ms;
	*ret = (struct tt_str){NULL, 0};
	switch (alternative->from) {
	case TT_FROM_JSON:
		return of_json(w, &w->m->find.slots[alternative->node->slot], joint, ret_wrong, ret);
	case TT_FROM_CONSTANT:
		*ret = alternative->text;
		return TT_OK;
	case TT_FROM_KEY:
		*ret = record->key;
		return clean(&w->m->decoded, ret);
	case TT_FROM_TOPIC:
		*ret = record->topic;
		return TT_OK;
	case TT_FROM_HEADER:
		return of_header(w, alternative->text, ret);
	case TT_FROM_PARTITION:
		number = record->partition;
		break;
	case TT_FROM_OFFSET:
		number = record->offset;
		break;
	case TT_FROM_TIMESTAMP:
		if (number < 1)
			return TT_OK;
		break;
	}
	snprintf(w->number, sizeof(w->number), "%lld", (long long)number);
	*ret = tt_str_c(w->number);
	return TT_OK;
}

/* ---- fields ---- */

static bool is_blank(struct tt_str s)
{
	return tt_str_trim(s).n == 0;
}

static int add_category(struct work *w, struct tt_str s, enum tt_text_kind kind)
{
	struct tt_item *item = w->item;
	struct tt_str text = {NULL, 0};
	int rc = is_blank(s) ? TT_OK : make_text(w->m, s, kind, w->b, &text);
	if (rc < 0 || !text.p || item->n_categories == CATEGORIES_MAX)
		return rc;
	struct tt_str *all =
		tt_arena_grow(&w->b->arena, (void *)item->categories, item->n_categories, sizeof(*all));
	if (!all)
		return TT_ENOMEM;
	all[item->n_categories++] = text;
	item->categories = all;
	return TT_OK;
}

/* The categories of one alternative. A list is no wrong one: its elements are the next alternative. */
static int add_categories(struct work *w, const struct tt_map_alternative *alternative, bool *ret_wrong)
{
	const struct tt_find *find = &w->m->find;
	struct tt_str s;
	int rc = TT_OK;
	if (alternative->from == TT_FROM_JSON) {
		const struct tt_found *found = &find->slots[alternative->node->slot];
		if (found->kind == TT_JSON_ARRAY)
			return TT_OK;
		for (int at = found->next; at >= 0 && rc == TT_OK; at = find->more[at].next)
			if (find->more[at].kind == TT_JSON_STRING) {
				rc = characters(w->m, &find->more[at], &s);
				if (rc == TT_OK)
					rc = add_category(w, s, alternative->texts);
			}
		if (found->next >= 0)
			return rc;
	}
	rc = value_of(w, alternative, "", ret_wrong, &s);
	return rc < 0 ? rc : add_category(w, s, alternative->texts);
}

static int set_field(
	struct work *w, enum tt_map_field field, struct tt_str s, enum tt_text_kind texts, bool *ret_set)
{
	void *to = (char *)w->item + fields[field].offset;
	struct tt_str text = {NULL, 0};
	int rc = TT_OK;
	switch (fields[field].kind) {
	case FIELD_TEXT:
		rc = make_text(w->m, s, texts, w->b, &text);
		break;
	case FIELD_KEY:
	case FIELD_ID:
		rc = tt_make_key(s, w->b, &text);
		break;
	case FIELD_DATE:
		*ret_set = tt_map_when(s, to);
		return TT_OK;
	case FIELD_LIST:
		break;
	}
	*ret_set = text.p != NULL;
	if (*ret_set)
		*(fields[field].kind == FIELD_ID ? &w->id : (struct tt_str *)to) = text;
	return rc;
}

/* Whether nothing is where the title should be, not even null. */
static bool is_missing(const struct work *w, enum tt_map_field field)
{
	const struct tt_map_alternative *a = w->m->map->fields[field];
	if (!w->title_wanted || field != TT_MAP_TITLE || !a)
		return false;
	for (; a; a = a->next) {
		const struct tt_found *found = a->from == TT_FROM_JSON ? &w->m->find.slots[a->node->slot] : NULL;
		if (!found || found->kind != TT_JSON_NONE || found->next >= 0)
			return false;
	}
	return true;
}

static int fail(struct tt_err *err, int rc, enum tt_map_field field)
{
	const char *what = rc == TT_EPARSE ? "holds NUL (U+0000), which no text has" : tt_err_text(rc);
	return tt_err_set(err, rc, "'%s' %s", tt_map_field_name(field), what);
}

static int take_field(struct work *w, enum tt_map_field field, struct tt_err *err)
{
	bool wrong = false, set = false;
	const struct tt_map_alternative *alternative = w->m->map->fields[field];
	for (; alternative && !set; alternative = alternative->next) {
		bool is_wrong = false;
		struct tt_str s = {NULL, 0};
		int rc;
		if (field == TT_MAP_CATEGORIES) {
			rc = add_categories(w, alternative, &is_wrong);
			set = w->item->n_categories > 0;
		} else {
			rc = value_of(w, alternative, fields[field].joint, &is_wrong, &s);
			if (rc == TT_OK && !is_blank(s))
				rc = set_field(w, field, s, alternative->texts, &set);
		}
		if (rc < 0)
			return fail(err, rc, field);
		wrong |= is_wrong;
	}
	if (wrong && !set)
		return tt_err_set(err, TT_EPARSE, "'%s' is not a text", tt_map_field_name(field));
	if (is_missing(w, field))
		return tt_err_set(err, TT_EPARSE, "'%s' is missing", tt_map_field_name(field));
	return TT_OK;
}

static int take_fields(struct work *w, struct tt_str *ret_id, struct tt_err *err)
{
	int rc = TT_OK;
	for (int field = 0; field < TT_MAP_FIELDS && rc == TT_OK; field++)
		rc = take_field(w, (enum tt_map_field)field, err);
	*ret_id = w->id;
	return rc;
}

int tt_make_json(struct tt_make *m, struct tt_str text, const struct tt_record *record, struct tt_batch *b,
	struct tt_item *item, struct tt_str *ret_id, struct tt_err *err)
{
	struct work w = {.m = m, .record = record, .b = b, .item = item, .title_wanted = m->strict};
	int rc = tt_find_json(&m->find, m->map, text, m->max_depth, err);
	return rc < 0 ? rc : take_fields(&w, ret_id, err);
}

int tt_make_own(struct tt_make *m, const struct tt_record *record, struct tt_batch *b, struct tt_item *item,
	struct tt_str *ret_id, struct tt_err *err)
{
	struct work w = {.m = m, .record = record, .b = b, .item = item};
	tt_find_nothing(&m->find, m->map);
	return take_fields(&w, ret_id, err);
}
