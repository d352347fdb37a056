/* opml.c - reading OPML, see opml.h. */
#include "ingest/opml.h"

#include <stdlib.h>
#include <string.h>

#include "common/conf_value.h"
#include "ingest/conf.h"
#include "ingest/feed/charset.h"
#include "ingest/feed/tags.h"
#include "ingest/feed_address.h"
#include "ingest/identity.h"

/* Of one attribute: URLs end at 2 KiB, names are cut. References make a value shorter, but for those of a
 * DTD. */
enum { VALUE_MAX = 16 << 10, TEXT_GROWTH = 4 };

struct reader {
	struct tt_tags tags;
	struct tt_tag tag;
	struct tt_arena *arena;
	struct tt_opml list;
	struct tt_buf value;
	char root[32]; /* the first element's name, for the message */
	bool opml;     /* an <opml> or an <outline> was there */
};

/* An attribute's value with references decoded, until the next call; absent when it is not there. */
static int attr(struct reader *r, const char *name, struct tt_str *ret)
{
	struct tt_str raw = tt_tag_attr(&r->tag, name);
	*ret = (struct tt_str){NULL, 0};
	if (!raw.p)
		return TT_OK;
	tt_text_cut(&raw, VALUE_MAX);
	int rc = tt_tags_decode(&r->tags, raw, &r->value);
	*ret = tt_str_trim(tt_buf_view(&r->value)); /* over the limit: what fitted */
	return rc == TT_ELIMIT ? TT_OK : rc;
}

/* One line of at most TT_OPML_NAME_MAX bytes, white space and control characters as single blanks; absent
 * when none remains. */
static int text_of(struct reader *r, struct tt_str raw, struct tt_str *ret)
{
	size_t n = 0;
	tt_text_cut(&raw, TT_OPML_NAME_MAX);
	*ret = (struct tt_str){NULL, 0};
	if (raw.n == 0)
		return TT_OK;
	char *out = tt_arena_alloc(r->arena, raw.n + 1);
	if (!out)
		return TT_ENOMEM;
	for (size_t i = 0; i < raw.n; i++) {
		bool blank = (unsigned char)raw.p[i] <= ' ' || raw.p[i] == 0x7f;
		if (!blank || (n && out[n - 1] != ' '))
			out[n++] = blank ? ' ' : raw.p[i];
	}
	n -= n && out[n - 1] == ' ';
	out[n] = '\0';
	if (n)
		*ret = (struct tt_str){out, n};
	return TT_OK;
}

static int attr_text(struct reader *r, const char *name, struct tt_str *ret)
{
	struct tt_str raw;
	int rc = attr(r, name, &raw);
	return rc == TT_OK ? text_of(r, raw, ret) : rc;
}

static int read_name(struct reader *r, struct tt_str *ret)
{
	int rc = attr_text(r, "text", ret);
	return rc == TT_OK && !ret->p ? attr_text(r, "title", ret) : rc;
}

/* "en_US" becomes en-US; what is no language tag ("unknown") is none. */
static int read_lang(struct reader *r, struct tt_str *ret)
{
	struct tt_str raw, lang;
	int rc = attr(r, "language", &raw);
	*ret = (struct tt_str){NULL, 0};
	if (rc < 0 || raw.n < 2 || raw.n > 35 || tt_str_eq_ci(raw, TT_STR("unknown")))
		return rc;
	lang = tt_arena_str(r->arena, raw);
	if (!lang.p)
		return TT_ENOMEM;
	for (char *p = (char *)lang.p; *p; p++) {
		bool alnum = (*p >= '0' && *p <= '9') || ((*p | 0x20) >= 'a' && (*p | 0x20) <= 'z');
		*p = *p == '_' ? '-' : *p;
		if (!alnum && *p != '-')
			return TT_OK;
	}
	*ret = lang;
	return TT_OK;
}

/* Our own two, by the configuration's rules; a value that breaks them is none. */
static int read_ours(struct reader *r, struct tt_opml_feed *feed)
{
	struct tt_str raw;
	int rc = attr(r, "tickertone:interval", &raw);
	for (const struct tt_opt *o = tt_feed_opts; rc == TT_OK && raw.n && o->name; o++)
		if (strcmp(o->name, "interval") == 0 &&
			tt_conf_value_parse(o, raw, NULL, &feed->interval_ms, NULL) < 0)
			feed->interval_ms = 0;
	if (rc == TT_OK)
		rc = attr(r, "tickertone:enabled", &raw);
	feed->disabled = rc == TT_OK && tt_str_eq_ci(raw, TT_STR("false"));
	return rc;
}

static int refuse(struct reader *r, struct tt_str url, struct tt_str name, const char *reason)
{
	struct tt_opml *l = &r->list;
	if (l->n_refused == TT_OPML_FEEDS_MAX)
		return TT_ELIMIT;
	struct tt_opml_refused *v = tt_arena_grow(r->arena, l->refused, l->n_refused, sizeof(*v));
	if (!v)
		return TT_ENOMEM;
	l->refused = v;
	v[l->n_refused++] = (struct tt_opml_refused){url, name, reason};
	return TT_OK;
}

static int add(struct reader *r, const struct tt_opml_feed *feed)
{
	struct tt_opml *l = &r->list;
	if (l->n_feeds == TT_OPML_FEEDS_MAX)
		return TT_ELIMIT;
	struct tt_opml_feed *v = tt_arena_grow(r->arena, l->feeds, l->n_feeds, sizeof(*v));
	if (!v)
		return TT_ENOMEM;
	l->feeds = v;
	v[l->n_feeds++] = *feed;
	return TT_OK;
}

/* An outline with an address: a feed, or the reason why not. */
static int take_feed(struct reader *r, struct tt_str raw)
{
	struct tt_opml_feed feed = {0};
	const char *why = NULL;
	const struct tt_str none = {NULL, 0};
	struct tt_str site;
	int url_rc = tt_feed_url(raw, none, r->arena, &feed.url, &why);
	if (url_rc != TT_OK && url_rc != TT_EREFUSED)
		return url_rc;
	struct tt_str written = {NULL, 0};
	int rc = why ? text_of(r, raw, &written) : TT_OK;
	if (rc == TT_OK)
		rc = read_name(r, &feed.name);
	if (rc < 0 || why)
		return rc < 0 ? rc : refuse(r, written, feed.name, why);
	if (tt_str_eq(feed.name, feed.url)) /* what one writes who has no name */
		feed.name = (struct tt_str){NULL, 0};
	rc = attr(r, "htmlUrl", &site);
	if (rc == TT_OK && site.n) {
		rc = tt_feed_url(site, none, r->arena, &feed.site, &why);
		rc = rc == TT_EREFUSED ? TT_OK : rc;
	}
	if (rc == TT_OK)
		rc = read_lang(r, &feed.lang);
	if (rc == TT_OK)
		rc = read_ours(r, &feed);
	return rc == TT_OK ? add(r, &feed) : rc;
}

static bool one_of(struct tt_str s, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tt_str_eq_ci(s, tt_str_c(words[i])))
			return true;
	return false;
}

/* An outline without xmlUrl: old lists have the feed's address in url; folders and notes are passed over. */
static int take_other(struct reader *r)
{
	static const char *const feeds[] = {"rss", "rss1", "rss2", "atom", "pie", "feed", "rdf"};
	static const char *const lists[] = {"include", "link"};
	struct tt_str type, url = {NULL, 0}, name;
	int rc = attr(r, "type", &type);
	bool is_feed = one_of(type, feeds, TT_LEN(feeds)), is_list = one_of(type, lists, TT_LEN(lists));
	if (rc < 0 || (!is_feed && !is_list))
		return rc;
	rc = attr(r, "url", &url);
	if (rc == TT_OK && is_feed && url.n)
		return take_feed(r, url);
	if (rc == TT_OK)
		rc = text_of(r, url, &url);
	if (rc == TT_OK)
		rc = read_name(r, &name);
	return rc < 0 ? rc
		      : refuse(r, url, name,
				is_feed ? "no address (xmlUrl)" : "a link to another document, not a feed");
}

static int take_tag(struct reader *r)
{
	struct tt_str url;
	if (!r->root[0])
		memcpy(r->root, r->tag.name.p,
			r->tag.name.n < sizeof(r->root) ? r->tag.name.n : sizeof(r->root) - 1);
	if (tt_str_eq_ci(r->tag.name, TT_STR("title")) && !r->list.n_feeds && !r->list.title.p) {
		int rc = tt_tags_decode(&r->tags, tt_tags_text(&r->tags), &r->value);
		return rc < 0 && rc != TT_ELIMIT ? rc : text_of(r, tt_buf_view(&r->value), &r->list.title);
	}
	bool outline = tt_str_eq_ci(r->tag.name, TT_STR("outline"));
	r->opml = r->opml || outline || tt_str_eq_ci(r->tag.name, TT_STR("opml"));
	if (!outline)
		return TT_OK;
	int rc = attr(r, "xmlUrl", &url);
	if (rc < 0)
		return rc;
	return url.n ? take_feed(r, url) : take_other(r);
}

/* ---- each feed once ---- */

struct seen {
	struct tt_str url;
	size_t at;
};

static int compare(const void *a, const void *b)
{
	const struct seen *x = a, *y = b;
	size_t n = x->url.n < y->url.n ? x->url.n : y->url.n;
	int order = memcmp(x->url.p, y->url.p, n);
	if (!order)
		order = (x->url.n > y->url.n) - (x->url.n < y->url.n);
	return order ? order : (x->at > y->at) - (x->at < y->at);
}

/* Of several with one address the first stays. */
static int drop_doubles(struct reader *r)
{
	struct tt_opml *l = &r->list;
	size_t kept = 0;
	struct seen *v = tt_arena_zalloc(r->arena, l->n_feeds + 1, sizeof(*v));
	bool *again = tt_arena_zalloc(r->arena, l->n_feeds + 1, sizeof(*again));
	if (!v || !again)
		return TT_ENOMEM;
	for (size_t i = 0; i < l->n_feeds; i++)
		v[i] = (struct seen){l->feeds[i].url, i};
	qsort(v, l->n_feeds, sizeof(*v), compare);
	for (size_t i = 1; i < l->n_feeds; i++)
		again[v[i].at] = tt_str_eq(v[i].url, v[i - 1].url);
	int rc = TT_OK;
	for (size_t i = 0; i < l->n_feeds && rc == TT_OK; i++) {
		if (again[i])
			rc = refuse(r, l->feeds[i].url, l->feeds[i].name, "stands in this list twice");
		else
			l->feeds[kept++] = l->feeds[i];
	}
	l->n_feeds = kept;
	return rc;
}

static int not_opml(const struct reader *r, struct tt_err *err)
{
	if (!r->root[0])
		return tt_err_set(err, TT_EPARSE, "not OPML: there is no element in it");
	if (tt_str_eq_ci(tt_str_c(r->root), TT_STR("html")))
		return tt_err_set(err, TT_EPARSE, "not OPML: an HTML page");
	return tt_err_set(err, TT_EPARSE, "not OPML: the root element is <%s>", r->root);
}

static int read_all(struct reader *r, struct tt_str text, struct tt_err *err)
{
	int rc = TT_OK;
	tt_tags_init(&r->tags, text, false);
	while (rc == TT_OK && tt_tags_next(&r->tags, &r->tag))
		rc = take_tag(r);
	if (rc == TT_OK && !r->opml)
		return not_opml(r, err);
	if (rc == TT_OK)
		rc = drop_doubles(r);
	if (rc == TT_ELIMIT)
		return tt_err_set(err, rc, "more than %d outlines", TT_OPML_FEEDS_MAX);
	return rc;
}

int tt_opml_parse(struct tt_str bytes, struct tt_arena *arena, struct tt_opml *ret, struct tt_err *err)
{
	struct tt_charset charset;
	struct tt_buf converted;
	struct reader *r = calloc(1, sizeof(*r));
	tt_buf_init(&converted, bytes.n * TEXT_GROWTH + 64);
	int rc = r ? tt_charset_decode(bytes, (struct tt_str){NULL, 0}, &converted, &charset) : TT_ENOMEM;
	if (rc == TT_OK) {
		r->arena = arena;
		tt_buf_init(&r->value, 2 * VALUE_MAX);
		rc = read_all(r, charset.text, err);
		if (rc == TT_OK)
			*ret = r->list;
		tt_buf_done(&r->value);
	}
	if (rc == TT_ENOMEM)
		tt_err_set(err, rc, "OPML: %s", tt_err_text(rc));
	tt_buf_done(&converted);
	free(r);
	return rc;
}
