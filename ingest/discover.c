/* discover.c - see discover.h. */
#include "ingest/discover.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ingest/feed/charset.h"
#include "ingest/feed/tags.h"
#include "ingest/feed/text.h"
#include "ingest/feed/url.h"
#include "ingest/feed_address.h"
#include "ingest/identity.h"

/* Of one attribute; of a title; where browsers look for the charset, and some; links that are looked at
 * closely. */
enum { VALUE_MAX = 16 << 10, TITLE_MAX = 300, META_BYTES = 4096, LINKS_MAX = 1000, TEXT_GROWTH = 4 };

/* What makes a candidate worse; sums order them. */
enum { GUESSED = 16, COMMENTS = 8, VAGUE_TYPE = 4, OTHER_HOST = 2, OTHER_TITLE = 1 };

struct candidate {
	struct tt_feed_link link;
	int badness;
	size_t at; /* place on the page */
};

struct page {
	struct tt_tags tags;
	struct tt_tag tag;
	struct tt_arena *arena;
	struct tt_str url, base, title;
	bool based; /* the first <base> counts */
	struct tt_buf value, scratch;
	struct candidate found[TT_DISCOVER_MAX];
	size_t n, seen;
};

static int attr(struct page *p, const char *name, struct tt_str *ret)
{
	struct tt_str raw = tt_tag_attr(&p->tag, name);
	*ret = (struct tt_str){NULL, 0};
	if (!raw.p || raw.n > VALUE_MAX)
		return TT_OK;
	int rc = tt_tags_decode(&p->tags, raw, &p->value);
	*ret = tt_str_trim(tt_buf_view(&p->value));
	return rc;
}

static int text_of(struct page *p, struct tt_str raw, struct tt_str *ret)
{
	bool cut = tt_text_cut(&raw, TITLE_MAX);
	*ret = (struct tt_str){NULL, 0};
	if (raw.n == 0)
		return TT_OK;
	return tt_text_make(raw, TT_TEXT_HTML, cut, &p->scratch, p->arena, ret);
}

/* ---- what things look like ---- */

static bool contains(struct tt_str s, const char *word)
{
	size_t n = strlen(word);
	for (size_t i = 0; i + n <= s.n; i++)
		if (strncasecmp(s.p + i, word, n) == 0)
			return true;
	return false;
}

static bool has_word(struct tt_str s, const char *word)
{
	while (s.n) {
		size_t n = 0;
		while (n < s.n && (unsigned char)s.p[n] > ' ')
			n++;
		if (tt_str_eq_ci((struct tt_str){s.p, n}, tt_str_c(word)))
			return true;
		n += n < s.n;
		s.p += n, s.n -= n;
	}
	return false;
}

/* 0: no feed's type, 1: XML or JSON of some kind, 2: a feed's. Parameters do not count. */
static int type_of(struct tt_str type)
{
	static const char *const feeds[] = {"application/rss+xml", "application/atom+xml",
		"application/feed+json", "application/rdf+xml", "application/x.atom+xml",
		"application/x-atom+xml", "application/rss", "text/rss+xml", "text/rss", "text/atom",
		"text/atom+xml"};
	static const char *const vague[] = {"application/xml", "text/xml", "application/json"};
	struct tt_str bare = tt_str_trim(tt_str_split(&type, ';'));
	for (size_t i = 0; i < TT_LEN(feeds); i++)
		if (tt_str_eq_ci(bare, tt_str_c(feeds[i])))
			return 2;
	for (size_t i = 0; i < TT_LEN(vague); i++)
		if (tt_str_eq_ci(bare, tt_str_c(vague[i])))
			return 1;
	return 0;
}

/* Host with port, without www.; empty for a relative reference. */
static struct tt_str host_of(struct tt_str url)
{
	const char *slashes = tt_url_is_absolute(url) ? memmem(url.p, url.n, "//", 2) : NULL;
	struct tt_str host = {slashes ? slashes + 2 : url.p, 0};
	size_t left = slashes ? url.n - (size_t)(host.p - url.p) : 0;
	while (host.n < left && !strchr("/?#", host.p[host.n]))
		host.n++;
	if (tt_str_starts_ci(host, TT_STR("www.")))
		host.p += 4, host.n -= 4;
	return host;
}

/* The last segment of its path. */
static struct tt_str last_segment(struct tt_str url)
{
	struct tt_str host = host_of(url), path = {host.p + host.n, 0};
	size_t left = url.n - (size_t)(path.p - url.p);
	while (path.n < left && path.p[path.n] != '?' && path.p[path.n] != '#')
		path.n++;
	while (path.n && path.p[path.n - 1] == '/')
		path.n--;
	const char *slash = path.n ? memrchr(path.p, '/', path.n) : NULL;
	size_t at = slash ? (size_t)(slash + 1 - path.p) : 0;
	return (struct tt_str){path.p + at, path.n - at};
}

static bool ends_ci(struct tt_str s, struct tt_str tail)
{
	return s.n >= tail.n && tt_str_eq_ci((struct tt_str){s.p + s.n - tail.n, tail.n}, tail);
}

/* "blog.example.com" belongs to "example.com". */
static bool same_site(struct tt_str a, struct tt_str b)
{
	struct tt_str x = host_of(a), y = host_of(b);
	if (x.n < y.n) {
		struct tt_str z = x;
		x = y, y = z;
	}
	return ends_ci(x, y) && (x.n == y.n || x.p[x.n - y.n - 1] == '.');
}

/* What servers usually call a feed; ref may be relative. */
static bool looks_like_feed(struct tt_str ref)
{
	static const char *const names[] = {"feed", "feeds", "rss", "rss2", "atom", "rdf", "index.xml",
		"feed.xml", "rss.xml", "atom.xml", "feed.json", "rss.php", "feed.php", "atom.php"};
	static const char *const endings[] = {".rss", ".atom", ".rdf"};
	struct tt_str last = last_segment(ref);
	for (size_t i = 0; i < TT_LEN(names); i++)
		if (tt_str_eq_ci(last, tt_str_c(names[i])))
			return true;
	for (size_t i = 0; i < TT_LEN(endings); i++)
		if (ends_ci(last, tt_str_c(endings[i])))
			return true;
	return last.n && tt_str_starts_ci(host_of(ref), TT_STR("feeds."));
}

static bool is_about_comments(struct tt_str url, struct tt_str title)
{
	static const char *const words[] = {"comment", "kommentar", "commentaire", "comentario"};
	for (size_t i = 0; i < TT_LEN(words); i++)
		if (contains(url, words[i]) || contains(title, words[i]))
			return true;
	return false;
}

/* ---- candidates ---- */

/* Adds one, or makes the one that is there better. Over the maximum a worse one has to go. */
static void keep(struct page *p, const struct candidate *c)
{
	size_t worst = 0;
	for (size_t i = 0; i < p->n; i++) {
		if (tt_str_eq(p->found[i].link.url, c->link.url)) {
			if (c->badness < p->found[i].badness)
				p->found[i] = *c;
			return;
		}
		if (p->found[i].badness >= p->found[worst].badness)
			worst = i;
	}
	if (p->n < TT_DISCOVER_MAX)
		p->found[p->n++] = *c;
	else if (c->badness < p->found[worst].badness)
		p->found[worst] = *c;
}

static bool is_other_title(const struct page *p, struct tt_str title)
{
	if (!p->title.p || !title.p || contains(title, "rss") || contains(title, "atom"))
		return false;
	return !tt_str_starts_ci(title, p->title) && !tt_str_starts_ci(p->title, title);
}

static int add(struct page *p, struct tt_str href, struct tt_str title, int badness)
{
	struct candidate c = {.link = {.title = title, .declared = !(badness & GUESSED)}, .at = p->seen++};
	const char *why;
	int rc = tt_feed_url(href, p->base, p->arena, &c.link.url, &why);
	if (rc < 0)
		return rc == TT_EREFUSED ? TT_OK : rc;
	c.badness = badness;
	c.badness |= is_about_comments(c.link.url, title) ? COMMENTS : 0;
	c.badness |= same_site(c.link.url, p->url) ? 0 : OTHER_HOST;
	c.badness |= is_other_title(p, title) ? OTHER_TITLE : 0;
	keep(p, &c);
	return TT_OK;
}

static int take_link(struct page *p)
{
	struct tt_str rel, type, href = {NULL, 0}, title;
	int rc = attr(p, "rel", &rel);
	bool alternate = has_word(rel, "alternate") && !has_word(rel, "stylesheet"),
	     feed = has_word(rel, "feed");
	if (rc < 0 || (!alternate && !feed))
		return rc;
	rc = attr(p, "type", &type);
	int kind = type_of(type);
	if (rc < 0 || (kind == 0 && !feed))
		return rc;
	bool json = tt_str_starts_ci(type, TT_STR("application/json"));
	rc = attr(p, "title", &title);
	if (rc == TT_OK)
		rc = text_of(p, title, &title);
	if (rc == TT_OK)
		rc = attr(p, "href", &href);
	if (rc < 0 || href.n == 0 || (json && !contains(href, "feed"))) /* WordPress declares its API so */
		return rc;
	return add(p, href, title, kind == 2 || feed ? 0 : VAGUE_TYPE);
}

/* A link for people: its type, its address, or "RSS" for its text say that it is a feed. */
static int take_anchor(struct page *p)
{
	struct tt_str type, href = {NULL, 0}, title, text = tt_str_trim(tt_tags_text(&p->tags));
	int rc = attr(p, "type", &type);
	bool feed = type_of(type) == 2 || tt_str_eq_ci(text, TT_STR("rss")) || tt_str_eq_ci(text, TT_STR("atom"));
	if (rc == TT_OK)
		rc = attr(p, "href", &href);
	if (rc < 0 || href.n == 0 || href.p[0] == '#')
		return rc;
	if (!feed && !tt_str_starts_ci(href, TT_STR("feed:")) && !looks_like_feed(href))
		return TT_OK;
	rc = attr(p, "title", &title);
	if (rc == TT_OK)
		rc = text_of(p, title.n ? title : text, &title);
	if (rc == TT_OK)
		rc = attr(p, "href", &href); /* again: one value at a time */
	return rc == TT_OK ? add(p, href, title, GUESSED) : rc;
}

static int take_base(struct page *p)
{
	struct tt_str href, base;
	const char *why;
	int rc = attr(p, "href", &href);
	if (rc < 0 || href.n == 0 || p->based)
		return rc;
	p->based = true;
	rc = tt_feed_url(href, p->url, p->arena, &base, &why);
	if (rc == TT_OK)
		p->base = base;
	return rc == TT_EREFUSED ? TT_OK : rc;
}

static int take_tag(struct page *p)
{
	if (p->seen == LINKS_MAX)
		return TT_OK;
	if (tt_str_eq_ci(p->tag.name, TT_STR("link")))
		return take_link(p);
	if (tt_str_eq_ci(p->tag.name, TT_STR("a")))
		return take_anchor(p);
	if (tt_str_eq_ci(p->tag.name, TT_STR("base")))
		return take_base(p);
	if (tt_str_eq_ci(p->tag.name, TT_STR("title")) && !p->title.p)
		return text_of(p, tt_tags_text(&p->tags), &p->title);
	return TT_OK;
}

static int compare(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;
	return x->badness != y->badness ? x->badness - y->badness : (x->at > y->at) - (x->at < y->at);
}

/* ---- the page ---- */

/* What <meta> at the start of the page says of its encoding, as a Content-Type; for pages in encodings like
 * ASCII. */
static struct tt_str meta_type(struct tt_str bytes, struct tt_tag *tag, char out[80])
{
	struct tt_tags tags;
	if (bytes.n > META_BYTES)
		bytes.n = META_BYTES;
	tt_tags_init(&tags, bytes, true);
	while (tt_tags_next(&tags, tag)) {
		struct tt_str charset = tt_tag_attr(tag, "charset");
		if (!tt_str_eq_ci(tag->name, TT_STR("meta")))
			continue;
		if (!charset.p && tt_str_eq_ci(tt_tag_attr(tag, "http-equiv"), TT_STR("content-type")))
			charset = tt_charset_param(tt_tag_attr(tag, "content"));
		if (charset.n && charset.n < 40)
			return (struct tt_str){
				out, (size_t)snprintf(out, 80, "text/html; charset=%.*s", TT_FMT(charset))};
	}
	return (struct tt_str){NULL, 0};
}

static int copy_out(struct page *p, struct tt_feed_link **ret, size_t *ret_n)
{
	struct tt_feed_link *v = tt_arena_zalloc(p->arena, p->n + 1, sizeof(*v));
	if (!v)
		return TT_ENOMEM;
	qsort(p->found, p->n, sizeof(*p->found), compare);
	for (size_t i = 0; i < p->n; i++)
		v[i] = p->found[i].link;
	*ret = v;
	*ret_n = p->n;
	return TT_OK;
}

static int read_page(struct page *p, struct tt_str bytes, struct tt_str content_type,
	struct tt_feed_link **ret, size_t *ret_n)
{
	struct tt_charset charset;
	struct tt_buf converted;
	char declared[80];
	tt_buf_init(&converted, bytes.n * TEXT_GROWTH + 64);
	if (!tt_charset_param(content_type).p)
		content_type = meta_type(bytes, &p->tag, declared);
	int rc = tt_charset_decode(bytes, content_type, &converted, &charset);
	if (rc == TT_OK)
		tt_tags_init(&p->tags, charset.text, true);
	while (rc == TT_OK && tt_tags_next(&p->tags, &p->tag))
		rc = take_tag(p);
	if (rc == TT_OK)
		rc = copy_out(p, ret, ret_n);
	tt_buf_done(&converted);
	return rc;
}

int tt_discover(struct tt_str bytes, struct tt_str content_type, struct tt_str page_url,
	struct tt_arena *arena, struct tt_feed_link **ret, size_t *ret_n, struct tt_err *err)
{
	struct page *p = calloc(1, sizeof(*p));
	if (!p)
		return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
	p->arena = arena;
	p->url = p->base = page_url;
	tt_buf_init(&p->value, VALUE_MAX);
	tt_buf_init(&p->scratch, 8 * TITLE_MAX);
	int rc = read_page(p, bytes, content_type, ret, ret_n);
	tt_buf_done(&p->value);
	tt_buf_done(&p->scratch);
	free(p);
	return rc < 0 ? tt_err_set(err, rc, "looking for feeds in the page: %s", tt_err_text(rc)) : rc;
}
