/* rewrite.c - see rewrite.h. One pass over the text with a stack of open elements. */
#include "ingest/feed/rewrite_parts.h"

#include <string.h>

#include "common/err.h"
#include "ingest/feed/text.h"

enum { MOST_GROWTH = 8, GROWTH_MARGIN = 1 << 20 };

static int hand_on(struct tt_rewrite *r)
{
	struct tt_str piece = {r->piece, r->n_piece};
	r->n_piece = 0;
	return piece.n ? r->to->put(r->to->ctx, piece) : TT_OK;
}

int tt_rewrite_put(struct tt_rewrite *r, struct tt_str s)
{
	int rc = TT_OK;
	if (s.n == 0)
		return rc;
	r->written += s.n;
	if (r->written > r->max_written)
		return TT_ELIMIT;
	r->last = s.p[s.n - 1];
	if (s.n > sizeof(r->piece) - r->n_piece)
		rc = hand_on(r);
	if (rc < 0)
		return rc;
	if (s.n > sizeof(r->piece))
		return r->to->put(r->to->ctx, s);
	memcpy(r->piece + r->n_piece, s.p, s.n);
	r->n_piece += s.n;
	return TT_OK;
}

static struct tt_str rest_of(const struct tt_rewrite *r)
{
	return (struct tt_str){r->text.p + r->at, r->text.n - r->at};
}

static struct tt_str local_name(struct tt_str name)
{
	const char *colon = memrchr(name.p, ':', name.n);
	return colon ? (struct tt_str){colon + 1, name.n - (size_t)(colon + 1 - name.p)} : name;
}

static bool is_one_of(struct tt_str name, const char *const *names, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (tt_str_eq_ci(name, tt_str_c(names[i])))
			return true;
	return false;
}

/* Bytes up to and with the end mark; all that is left when it is missing. */
static size_t through(struct tt_str s, struct tt_str mark)
{
	const char *at = memmem(s.p, s.n, mark.p, mark.n);
	return at ? (size_t)(at - s.p) + mark.n : s.n;
}

/* Bytes of a comment; one that XML does not allow needs repair. */
static size_t comment(struct tt_rewrite *r, struct tt_str s)
{
	struct tt_str inside = {s.p + 4, s.n - 4};
	size_t n = 4 + through(inside, TT_STR("-->")), dashes = 4 + through(inside, TT_STR("--"));
	r->repaired |= dashes + 1 != n;
	return n;
}

/* Bytes of a processing instruction. An XML declaration's '?' is sometimes forgotten; it belongs at the very
 * beginning. */
static size_t instruction(struct tt_rewrite *r, struct tt_str s)
{
	bool declaration = tt_str_starts(s, TT_STR("<?xml ")) || tt_str_starts(s, TT_STR("<?xml?"));
	const char *end = declaration || r->no_pi_end ? NULL : memmem(s.p, s.n, "?>", 2);
	if (end)
		return (size_t)(end + 2 - s.p);
	r->no_pi_end |= !declaration;
	size_t n = through(s, TT_STR(">"));
	r->repaired |= s.p[n - 2] != '?' || (declaration && r->at > 0);
	return n;
}

static int put_end(struct tt_rewrite *r, struct tt_str name)
{
	int rc = tt_rewrite_put(r, TT_STR("</"));
	if (rc == TT_OK)
		rc = tt_rewrite_put(r, name);
	return rc == TT_OK ? tt_rewrite_put(r, TT_STR(">")) : rc;
}

static int close_to(struct tt_rewrite *r, size_t depth)
{
	while (r->depth > depth) {
		int rc = put_end(r, r->open[--r->depth]);
		if (rc < 0)
			return rc;
	}
	r->done = r->depth == 0;
	return TT_OK;
}

static int put_end_tag(struct tt_rewrite *r, struct tt_str name)
{
	size_t d = r->depth;
	while (d && !tt_str_eq_ci(r->open[d - 1], name))
		d--;
	r->repaired |= d != r->depth || !tt_str_eq(r->open[d - 1], name);
	return d ? close_to(r, d - 1) : TT_OK;
}

/* Whether the open element `top` cannot hold `name`, so that its end tag is missing. */
static bool excludes(struct tt_str top, struct tt_str name)
{
	static const char *const bare[] = {
		"link", "guid", "pubdate", "comments", "id", "updated", "published"};
	static const char *const texts[] = {"title", "description", "summary"};
	static const char *const fields[] = {"link", "guid", "pubdate", "comments", "category", "author"};
	if (tt_str_eq_ci(name, TT_STR("p")) || tt_str_eq_ci(name, TT_STR("li")))
		return tt_str_eq(top, name);
	return is_one_of(top, bare, TT_LEN(bare)) ||
	       (is_one_of(top, texts, TT_LEN(texts)) && is_one_of(name, fields, TT_LEN(fields)));
}

/* Elements that cannot hold the one that begins are closed first; an item ends the one before. */
static int close_before(struct tt_rewrite *r, struct tt_str name)
{
	static const char *const items[] = {"item", "entry"};
	bool item = is_one_of(local_name(name), items, TT_LEN(items));
	for (size_t d = r->depth; item && d > 0; d--)
		if (tt_str_eq(r->open[d - 1], name)) {
			r->repaired = true;
			return close_to(r, d - 1);
		}
	if (r->depth > 1 && excludes(r->open[r->depth - 1], name)) {
		r->repaired = true;
		return close_to(r, r->depth - 1);
	}
	return TT_OK;
}

/* HTML elements without end tag, written into a feed unescaped. <link> and <source> are elements of feeds,
 * too. */
static bool is_void(struct tt_str name)
{
	return (tt_html_tag(name) & TT_TAG_VOID) && !tt_str_eq_ci(name, TT_STR("link")) &&
	       !tt_str_eq_ci(name, TT_STR("source"));
}

/* s is behind "<name". */
static int put_start_tag(struct tt_rewrite *r, struct tt_str name, struct tt_str *s)
{
	bool empty = false;
	int rc = close_before(r, name);
	if (rc == TT_OK)
		rc = tt_rewrite_put(r, TT_STR("<"));
	if (rc == TT_OK)
		rc = tt_rewrite_put(r, name);
	if (rc == TT_OK)
		rc = tt_rewrite_attrs(r, s, &empty);
	if (rc < 0)
		return rc;
	if (!empty && is_void(name))
		empty = r->repaired = true;
	if (!empty) {
		if (r->depth == r->max_depth)
			return TT_ELIMIT;
		r->open[r->depth++] = name;
	}
	r->done = r->depth == 0;
	return tt_rewrite_put(r, empty ? TT_STR("/>") : TT_STR(">"));
}

/* CDATA as escaped text: it then cannot be cut, and its bad characters are found like others. One without an
 * end ends with the element it stands in. */
static int put_cdata(struct tt_rewrite *r, struct tt_str s)
{
	static const struct tt_str begin = {"<![CDATA[", 9};
	struct tt_str text = {s.p + begin.n, s.n - begin.n};
	const char *end = r->no_cdata_end ? NULL : memmem(text.p, text.n, "]]>", 3);
	if (end) {
		text.n = (size_t)(end - text.p);
		r->at += begin.n + text.n + 3;
		return tt_rewrite_text(r, text, 0);
	}
	struct tt_str name = r->depth ? r->open[r->depth - 1] : TT_STR("");
	r->repaired = r->no_cdata_end = true;
	for (const char *p = text.p; (p = memmem(p, text.n - (size_t)(p - text.p), "</", 2)); p += 2) {
		struct tt_str after = {p + 2, text.n - (size_t)(p + 2 - text.p)};
		if (name.n && tt_str_starts(after, name)) {
			text.n = (size_t)(p - text.p);
			break;
		}
	}
	r->at += begin.n + text.n;
	return tt_rewrite_text(r, text, 0);
}

/* A start or end tag whose name begins at s. */
static int put_tag(struct tt_rewrite *r, struct tt_str s, bool end)
{
	const char *from = s.p;
	struct tt_str name = {s.p, tt_xml_name(s)};
	if (!memchr(s.p, '>', s.n)) { /* a tag whose '>' the text's end took is not there at all */
		r->repaired = true;
		if (!end || r->depth != 1) { /* but "</rss" at the very end is meant as it stands */
			r->at = r->text.n;
			return TT_OK;
		}
	}
	s.p += name.n, s.n -= name.n;
	int rc;
	if (end) {
		size_t n = through(s, TT_STR(">"));
		r->repaired |= tt_str_trim((struct tt_str){s.p, n ? n - 1 : 0}).n > 0;
		s.p += n;
		rc = put_end_tag(r, name);
	} else {
		rc = put_start_tag(r, name, &s);
	}
	r->at += 1 + (size_t)end + (size_t)(s.p - from);
	return rc;
}

/* Markup at '<'. */
static int put_markup(struct tt_rewrite *r)
{
	struct tt_str s = rest_of(r);
	bool end = s.n > 1 && s.p[1] == '/';
	struct tt_str tag = {s.p + 1 + end, s.n - 1 - (size_t)end};
	if (tt_xml_name(tag))
		return put_tag(r, tag, end);
	if (tt_str_starts(s, TT_STR("<![CDATA[")))
		return put_cdata(r, s);
	if (tt_str_starts(s, TT_STR("<!--")) || tt_str_starts(s, TT_STR("<?"))) {
		r->at += s.p[1] == '!' ? comment(r, s) : instruction(r, s);
		return TT_OK;
	}
	r->repaired = true;
	r->at++;
	return tt_rewrite_put(r, TT_STR("&lt;"));
}

static bool is_root(struct tt_str name)
{
	static const char *const roots[] = {"rss", "rdf", "feed", "channel"};
	return is_one_of(local_name(name), roots, TT_LEN(roots));
}

/* Moves r->at to the feed's root element, else to the first element; reads the DOCTYPE on the way. */
static void skip_prolog(struct tt_rewrite *r)
{
	size_t first = r->text.n;
	bool junk = false;
	while (r->at < r->text.n) {
		struct tt_str s = rest_of(r);
		size_t name = s.p[0] == '<' ? tt_xml_name((struct tt_str){s.p + 1, s.n - 1}) : 0;
		if (name && is_root((struct tt_str){s.p + 1, name}))
			break;
		if (name && first == r->text.n)
			first = r->at;
		if (tt_str_starts(s, TT_STR("<!--"))) {
			r->at += comment(r, s);
		} else if (tt_str_starts(s, TT_STR("<?"))) {
			r->at += instruction(r, s);
		} else if (tt_str_starts_ci(s, TT_STR("<!DOCTYPE"))) {
			r->at += tt_dtd_read(s, &r->dtd);
		} else {
			junk |= !tt_xml_space(s.p[0]);
			r->at++;
		}
	}
	if (r->at == r->text.n)
		r->at = first;
	r->repaired |= junk;
}

/* What may follow the root: white space, comments and processing instructions. */
static bool is_clean_end(struct tt_rewrite *r)
{
	while (r->at < r->text.n) {
		struct tt_str s = rest_of(r);
		if (tt_str_starts(s, TT_STR("<!--")))
			r->at += comment(r, s);
		else if (tt_str_starts(s, TT_STR("<?")))
			r->at += instruction(r, s);
		else if (tt_xml_space(s.p[0]))
			r->at++;
		else
			return false;
	}
	return true;
}

int tt_rewrite(struct tt_str text, size_t max_depth, const struct tt_rewrite_to *to, struct tt_rewritten *ret)
{
	struct tt_rewrite r;
	int rc = TT_OK;
	memset(&r, 0, offsetof(struct tt_rewrite, open));
	r.text = text;
	r.to = to;
	r.max_written = text.n * MOST_GROWTH + GROWTH_MARGIN;
	r.max_depth = max_depth < TT_REWRITE_DEPTH_MAX ? max_depth : TT_REWRITE_DEPTH_MAX;
	skip_prolog(&r);
	while (r.at < text.n && !r.done && rc == TT_OK) {
		if (text.p[r.at] == '<') {
			rc = put_markup(&r);
			continue;
		}
		struct tt_str s = rest_of(&r);
		const char *lt = memchr(s.p, '<', s.n);
		s.n = lt ? (size_t)(lt - s.p) : s.n;
		rc = tt_rewrite_text(&r, s, TT_REWRITE_REFS);
		r.at += s.n;
	}
	if (rc == TT_OK)
		rc = hand_on(&r);
	*ret = (struct tt_rewritten){!r.done || !is_clean_end(&r) || r.repaired, r.dtd.n_mean};
	return rc;
}
