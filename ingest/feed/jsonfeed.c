/* jsonfeed.c - see jsonfeed.h. One pass: each member is read where it stands; an item is made when it ends.
 */
#include "ingest/feed/jsonfeed.h"

#include <string.h>

#include "ingest/feed/date.h"
#include "ingest/map/json.h"

enum { NEST_MAX = 128, AUTHORS_MAX = 1024 }; /* levels; bytes of all names joined */

/* Members of an item that are one text. */
enum field { ID, URL, EXTERNAL_URL, TITLE, SUMMARY, TEXT, HTML, PUBLISHED, MODIFIED, LANGUAGE, FIELDS };
static const char *const names[FIELDS] = {"id", "url", "external_url", "title", "summary", "content_text",
	"content_html", "date_published", "date_modified", "language"};

/* A string or number as it is written; raw.p NULL: it is something else, or not there. */
struct value {
	struct tt_str raw;
	bool escaped;
};

struct reader {
	struct tt_build *b;
	struct tt_json j;
	struct tt_buf plain; /* the value being used, without escapes */
	bool named, listed;  /* has the version of a JSON Feed; has a list of items */
};

static bool is(struct tt_str name, const char *what)
{
	return tt_str_eq(name, tt_str_c(what));
}

/* Into an object or array; anything else is passed. */
static bool enter(struct reader *r, enum tt_json_kind kind)
{
	if (tt_json_peek(&r->j) == kind)
		return tt_json_enter(&r->j);
	tt_json_skip(&r->j);
	return false;
}

/* The name of an object's next member; false at its end, and where the document breaks. */
static bool member(struct reader *r, bool *first, struct tt_str *ret)
{
	bool escaped;
	if (r->j.why || !tt_json_more(&r->j, TT_JSON_OBJECT, *first))
		return false;
	*first = false;
	return tt_json_name(&r->j, ret, &escaped);
}

static bool element(struct reader *r, bool *first)
{
	if (r->j.why || !tt_json_more(&r->j, TT_JSON_ARRAY, *first))
		return false;
	*first = false;
	return true;
}

static struct value read_value(struct reader *r)
{
	struct value v = {{NULL, 0}, false};
	enum tt_json_kind kind = tt_json_peek(&r->j);
	bool good = kind == TT_JSON_STRING   ? tt_json_string(&r->j, &v.raw, &v.escaped)
		    : kind == TT_JSON_NUMBER ? tt_json_scalar(&r->j, &v.raw)
					     : tt_json_skip(&r->j);
	if (!good)
		v.raw.p = NULL;
	return v;
}

/* *ret is good until the next value is asked for. */
static int characters(struct reader *r, struct value v, struct tt_str *ret)
{
	*ret = v.raw;
	if (!v.escaped || !v.raw.p)
		return TT_OK;
	tt_buf_reset(&r->plain);
	int rc = tt_json_unescape(v.raw, &r->plain);
	*ret = tt_buf_view(&r->plain);
	return rc;
}

static int text_of(struct reader *r, struct value v, enum tt_text_kind kind, struct tt_str *ret)
{
	struct tt_str s;
	int rc = characters(r, v, &s);
	return rc == TT_OK && s.p ? tt_build_text(r->b, s, kind, ret) : rc;
}

static int url_of(struct reader *r, struct value v, struct tt_str *ret)
{
	struct tt_str s;
	int rc = characters(r, v, &s);
	return rc == TT_OK && s.p ? tt_build_url(r->b, (struct tt_str){NULL, 0}, s, ret) : rc;
}

static int lang_of(struct reader *r, struct value v, struct tt_str *ret)
{
	struct tt_str s;
	int rc = characters(r, v, &s);
	return rc == TT_OK ? tt_build_lang(r->b, s, ret) : rc;
}

/* Adds {"name": ...} to the names so far. */
static int read_author(struct reader *r, struct tt_str *all)
{
	struct tt_str key, name = {NULL, 0};
	int rc = TT_OK;
	if (!enter(r, TT_JSON_OBJECT))
		return TT_OK;
	for (bool first = true; rc == TT_OK && member(r, &first, &key);) {
		struct value v = read_value(r);
		rc = is(key, "name") ? text_of(r, v, TT_TEXT_PLAIN, &name) : TT_OK;
	}
	if (rc < 0 || !name.p)
		return rc;
	if (!all->p)
		*all = name;
	else if (all->n + name.n < AUTHORS_MAX)
		*all = tt_str_c(tt_arena_printf(r->b->arena, "%.*s, %.*s", TT_FMT(*all), TT_FMT(name)));
	return all->p ? TT_OK : tt_build_oom(r->b);
}

static int read_authors(struct reader *r, struct tt_str *all)
{
	int rc = TT_OK;
	if (enter(r, TT_JSON_ARRAY))
		for (bool first = true; rc == TT_OK && element(r, &first);)
			rc = read_author(r, all);
	return rc;
}

static int read_tags(struct reader *r, struct tt_feed_item *it)
{
	int rc = TT_OK;
	if (!enter(r, TT_JSON_ARRAY))
		return rc;
	for (bool first = true; rc == TT_OK && element(r, &first);) {
		bool text = tt_json_peek(&r->j) == TT_JSON_STRING;
		struct value v = read_value(r);
		struct tt_str tag;
		rc = characters(r, v, &tag);
		if (rc == TT_OK && text && tag.p)
			rc = tt_build_category(r->b, it, tag);
	}
	return rc;
}

static int date_of(struct reader *r, struct value v, int64_t *ret)
{
	struct tt_str s;
	int rc = characters(r, v, &s);
	if (rc == TT_OK && s.p)
		tt_feed_date(s, ret);
	return rc;
}

/* An item from its members. The HTML is the richer form of the same content. */
static int make_item(struct reader *r, struct tt_feed_item *it, const struct value v[FIELDS])
{
	bool html = v[HTML].raw.n > 0;
	int rc;
	if ((rc = text_of(r, v[ID], TT_TEXT_PLAIN, &it->guid)) < 0 ||
		(rc = url_of(r, v[URL], &it->url)) < 0 ||
		(!it->url.p && (rc = url_of(r, v[EXTERNAL_URL], &it->url)) < 0) ||
		(rc = text_of(r, v[TITLE], TT_TEXT_GUESS, &it->title)) < 0 ||
		(rc = text_of(r, v[SUMMARY], TT_TEXT_GUESS, &it->summary)) < 0 ||
		(rc = text_of(r, v[html ? HTML : TEXT], html ? TT_TEXT_HTML : TT_TEXT_PLAIN, &it->content)) <
			0 ||
		(rc = lang_of(r, v[LANGUAGE], &it->lang)) < 0 ||
		(rc = date_of(r, v[PUBLISHED], &it->published_ms)) < 0 ||
		(rc = date_of(r, v[MODIFIED], &it->updated_ms)) < 0)
		return rc;
	return tt_build_item(r->b, it, true);
}

static int read_item(struct reader *r)
{
	struct value v[FIELDS] = {0};
	struct tt_str key, old_author = {NULL, 0};
	struct tt_feed_item it;
	int rc = TT_OK;
	tt_item_init(&it);
	for (bool first = true; rc == TT_OK && member(r, &first, &key);) {
		size_t f = 0;
		while (f < FIELDS && !is(key, names[f]))
			f++;
		if (f < FIELDS)
			v[f] = read_value(r);
		else if (is(key, "authors"))
			rc = read_authors(r, &it.author);
		else if (is(key, "author")) /* of 1.0 */
			rc = read_author(r, &old_author);
		else if (is(key, "tags"))
			rc = read_tags(r, &it);
		else
			tt_json_skip(&r->j);
	}
	if (!it.author.p)
		it.author = old_author;
	return rc < 0 || r->j.why ? rc : make_item(r, &it, v);
}

static int read_items(struct reader *r)
{
	struct tt_feed *f = &r->b->feed;
	int rc = TT_OK;
	r->listed = tt_json_peek(&r->j) == TT_JSON_ARRAY;
	if (!enter(r, TT_JSON_ARRAY))
		return rc;
	for (bool first = true; rc == TT_OK && element(r, &first);) {
		bool item = tt_json_peek(&r->j) == TT_JSON_OBJECT, room = f->n_items < r->b->limits.max_items;
		f->n_dropped += item && !room;
		if (!room)
			tt_json_skip(&r->j);
		else if (enter(r, TT_JSON_OBJECT))
			rc = read_item(r);
	}
	return rc;
}

/* One of "hubs": its address, when it speaks WebSub or does not say what; others are rssCloud's. */
static int read_hub(struct reader *r)
{
	struct value url = {{NULL, 0}, false};
	struct tt_str key, type = {NULL, 0};
	if (!enter(r, TT_JSON_OBJECT))
		return TT_OK;
	for (bool first = true; member(r, &first, &key);) {
		struct value v = read_value(r);
		if (is(key, "url"))
			url = v;
		else if (is(key, "type"))
			type = v.raw;
	}
	struct tt_str address = {NULL, 0};
	int rc = characters(r, url, &address);
	bool websub = !type.p || tt_str_eq_ci(type, TT_STR("WebSub"));
	return rc == TT_OK && websub && address.p ? tt_build_hub(r->b, (struct tt_str){NULL, 0}, address) : rc;
}

static int read_hubs(struct reader *r)
{
	int rc = TT_OK;
	if (!enter(r, TT_JSON_ARRAY))
		return rc;
	for (bool first = true; rc == TT_OK && element(r, &first);)
		rc = read_hub(r);
	return rc;
}

static int read_member(struct reader *r, struct tt_str key)
{
	struct tt_feed *f = &r->b->feed;
	if (is(key, "items"))
		return read_items(r);
	if (is(key, "hubs"))
		return read_hubs(r);
	struct value v = read_value(r);
	if (is(key, "title"))
		return text_of(r, v, TT_TEXT_GUESS, &f->title);
	if (is(key, "home_page_url"))
		return url_of(r, v, &f->url);
	if (is(key, "feed_url"))
		return url_of(r, v, &f->self_url);
	if (is(key, "next_url"))
		return url_of(r, v, &f->next_url);
	if (is(key, "language"))
		return lang_of(r, v, &f->lang);
	struct tt_str version = {NULL, 0};
	int rc = is(key, "version") ? characters(r, v, &version) : TT_OK; /* "https:\/\/jsonfeed.org..." */
	if (rc == TT_OK && is(key, "version") && version.p)
		r->named = memmem(version.p, version.n, "jsonfeed.org", 12) != NULL;
	return rc;
}

/* What the document turned out to be. */
static int judge(const struct reader *r, struct tt_str text, struct tt_err *err)
{
	int line = 1;
	if (r->j.why && r->b->feed.n_items == 0) {
		for (const char *p = text.p; p < r->j.p; p++)
			line += *p == '\n';
		return tt_err_set(err, TT_EPARSE, "not a feed: JSON, line %d: %s", line, r->j.why);
	}
	if (!r->named && !r->listed)
		return tt_err_set(err, TT_EPARSE,
			"not a feed: JSON without \"version\" of jsonfeed.org and without \"items\"");
	return TT_OK;
}

int tt_jsonfeed_parse(struct tt_build *b, struct tt_str text, struct tt_err *err)
{
	struct reader r = {.b = b};
	struct tt_str key;
	int rc = TT_OK;
	tt_buf_init(&r.plain, text.n + 1);
	tt_json_init(&r.j, text, NEST_MAX);
	b->feed.format = TT_FEED_JSON;
	if (enter(&r, TT_JSON_OBJECT))
		for (bool first = true; rc == TT_OK && member(&r, &first, &key);)
			rc = read_member(&r, key);
	if (!r.j.why)
		tt_json_end(&r.j);
	b->feed.recovered = r.j.why != NULL;
	if (rc < 0)
		tt_err_set(err, rc, "JSON Feed: %s", tt_err_text(rc));
	else
		rc = judge(&r, text, err);
	tt_buf_done(&r.plain);
	return rc;
}
