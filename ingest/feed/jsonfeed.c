/* jsonfeed.c - see jsonfeed.h. */
#include "ingest/feed/jsonfeed.h"

#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "ingest/feed/date.h"

enum { NEST_MAX = 128 };

/* A string member; numbers too, since ids are often written as such. */
static struct tt_str member(const json_t *object, const char *key, char number[32])
{
	const json_t *v = json_object_get(object, key);
	if (json_is_string(v))
		return (struct tt_str){json_string_value(v), json_string_length(v)};
	if (!json_is_number(v))
		return (struct tt_str){NULL, 0};
	if (json_is_integer(v))
		snprintf(number, 32, "%lld", (long long)json_integer_value(v));
	else
		snprintf(number, 32, "%.17g", json_real_value(v));
	return tt_str_c(number);
}

static int text_of(
	struct tt_build *b, const json_t *object, const char *key, enum tt_text_kind kind, struct tt_str *ret)
{
	char number[32];
	struct tt_str raw = member(object, key, number);
	return raw.p ? tt_build_text(b, raw, kind, ret) : TT_OK;
}

static int url_of(struct tt_build *b, const json_t *object, const char *key, struct tt_str *ret)
{
	char number[32];
	struct tt_str raw = member(object, key, number);
	return raw.p ? tt_build_url(b, (struct tt_str){NULL, 0}, raw, ret) : TT_OK;
}

static void date_of(const json_t *object, const char *key, int64_t *ret)
{
	char number[32];
	struct tt_str raw = member(object, key, number);
	if (raw.p)
		tt_feed_date(raw, ret);
}

/* authors[].name of 1.1, joined; author.name of 1.0. */
static int author_of(struct tt_build *b, const json_t *object, struct tt_str *ret)
{
	const json_t *many = json_object_get(object, "authors"), *one;
	size_t i;
	if (!json_is_array(many))
		return text_of(b, json_object_get(object, "author"), "name", TT_TEXT_PLAIN, ret);
	json_array_foreach(many, i, one)
	{
		struct tt_str name = {NULL, 0};
		int rc = text_of(b, one, "name", TT_TEXT_PLAIN, &name);
		if (rc < 0)
			return rc;
		if (!ret->p) {
			*ret = name;
		} else if (name.p) {
			char *joined = tt_arena_printf(b->arena, "%.*s, %.*s", TT_FMT(*ret), TT_FMT(name));
			if (!joined)
				return tt_build_oom(b);
			*ret = tt_str_c(joined);
		}
	}
	return TT_OK;
}

static int categories_of(struct tt_build *b, const json_t *object, struct tt_feed_item *item)
{
	const json_t *tags = json_object_get(object, "tags"), *tag;
	size_t i;
	json_array_foreach(tags, i, tag)
	{
		if (!json_is_string(tag))
			continue;
		int rc = tt_build_category(
			b, item, (struct tt_str){json_string_value(tag), json_string_length(tag)});
		if (rc < 0)
			return rc;
	}
	return TT_OK;
}

static int read_item(struct tt_build *b, const json_t *object)
{
	struct tt_feed_item it;
	struct tt_str content = {NULL, 0};
	char number[32];
	int rc;
	tt_item_init(&it);
	if ((rc = text_of(b, object, "id", TT_TEXT_PLAIN, &it.guid)) < 0 ||
		(rc = url_of(b, object, "url", &it.url)) < 0 ||
		(!it.url.p && (rc = url_of(b, object, "external_url", &it.url)) < 0) ||
		(rc = text_of(b, object, "title", TT_TEXT_GUESS, &it.title)) < 0 ||
		(rc = text_of(b, object, "summary", TT_TEXT_GUESS, &it.summary)) < 0 ||
		(rc = text_of(b, object, "content_text", TT_TEXT_PLAIN, &it.content)) < 0 ||
		(rc = text_of(b, object, "content_html", TT_TEXT_HTML, &content)) < 0 ||
		(rc = author_of(b, object, &it.author)) < 0 ||
		(rc = tt_build_lang(b, member(object, "language", number), &it.lang)) < 0 ||
		(rc = categories_of(b, object, &it)) < 0)
		return rc;
	if (content.p) /* the richer form of the same */
		it.content = content;
	date_of(object, "date_published", &it.published_ms);
	date_of(object, "date_modified", &it.updated_ms);
	return tt_build_item(b, &it, true);
}

/* The first hub that speaks WebSub: others (rssCloud) may stand before it. NULL: none. */
static const json_t *websub_hub(const json_t *root)
{
	const json_t *hub;
	size_t i;
	json_array_foreach(json_object_get(root, "hubs"), i, hub)
	{
		const char *type = json_string_value(json_object_get(hub, "type"));
		if (!type || tt_str_eq_ci(tt_str_c(type), TT_STR("WebSub")))
			return hub;
	}
	return NULL;
}

static int read_feed(struct tt_build *b, const json_t *root)
{
	struct tt_feed *f = &b->feed;
	const json_t *item;
	char number[32];
	size_t i;
	int rc;
	f->format = TT_FEED_JSON;
	if ((rc = text_of(b, root, "title", TT_TEXT_GUESS, &f->title)) < 0 ||
		(rc = url_of(b, root, "home_page_url", &f->url)) < 0 ||
		(rc = url_of(b, root, "feed_url", &f->self_url)) < 0 ||
		(rc = url_of(b, root, "next_url", &f->next_url)) < 0 ||
		(rc = tt_build_lang(b, member(root, "language", number), &f->lang)) < 0)
		return rc;
	if ((rc = url_of(b, websub_hub(root), "url", &f->hub_url)) < 0)
		return rc;
	json_array_foreach(json_object_get(root, "items"), i, item)
	{
		if (!json_is_object(item))
			continue;
		if (f->n_items == b->limits.max_items)
			f->n_dropped++;
		else if ((rc = read_item(b, item)) < 0)
			return rc;
	}
	return TT_OK;
}

/* Where a broken text can be ended: behind the last value that closed inside of two open brackets, which is
 * an item of
 * {"items": [...]}. Writes the brackets that close the rest; returns the length, 0 when there is nothing to
 * keep. */
static size_t complete_part(struct tt_str s, char closers[4])
{
	char stack[NEST_MAX];
	size_t depth = 0, keep = 0;
	bool in_string = false;
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];
		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (depth == NEST_MAX)
				return keep;
			stack[depth++] = c;
		} else if (c == '}' || c == ']') {
			if (depth == 0 || stack[--depth] != (c == '}' ? '{' : '['))
				return keep;
			if (depth == 2 && stack[0] == '{' && stack[1] == '[') {
				keep = i + 1;
				memcpy(closers, "]}", 3);
			}
		}
	}
	return keep;
}

static int load(struct tt_build *b, struct tt_str text, json_t **ret, struct tt_err *err)
{
	json_error_t why;
	char closers[4] = "";
	*ret = json_loadb(text.p, text.n, JSON_ALLOW_NUL, &why);
	if (*ret)
		return TT_OK;
	size_t keep = complete_part(text, closers);
	int line = why.line;
	if (keep) {
		char *part = tt_arena_printf(b->arena, "%.*s%s", (int)keep, text.p, closers);
		if (!part)
			return tt_build_oom(b);
		*ret = json_loads(part, 0, NULL);
	}
	if (!*ret)
		return tt_err_set(err,
			json_error_code(&why) == json_error_out_of_memory ? TT_ENOMEM : TT_EPARSE,
			"not a feed: JSON, line %d: %s", line, why.text);
	b->feed.recovered = true;
	return TT_OK;
}

int tt_jsonfeed_parse(struct tt_build *b, struct tt_str text, struct tt_err *err)
{
	json_t *root = NULL;
	int rc = load(b, text, &root, err);
	if (rc < 0)
		goto out;
	const json_t *version = json_object_get(root, "version");
	bool named = json_is_string(version) && strstr(json_string_value(version), "jsonfeed.org");
	if (!named && !json_is_array(json_object_get(root, "items"))) {
		rc = tt_err_set(err, TT_EPARSE,
			"not a feed: JSON without \"version\" of jsonfeed.org and without \"items\"");
		goto out;
	}
	rc = read_feed(b, root);
	if (rc < 0)
		tt_err_set(err, rc, "JSON Feed: %s", tt_err_text(rc));
out:
	json_decref(root);
	return rc;
}
