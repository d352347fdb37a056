/* rewrite.c - see rewrite.h. One pass over the text with a stack of open elements. */
#include "ingest/feed/rewrite.h"

#include <string.h>
#include <strings.h>

#include "common/err.h"
#include "common/utf8.h"
#include "ingest/feed/entities.h"
#include "ingest/feed/text.h"

enum { DEPTH_MAX = 256, ATTRS_MAX = 64, EXPANDED_MAX = 1 << 20 };

struct rewrite {
	struct tt_str text;
	size_t at;
	struct tt_buf *out;
	struct tt_dtd dtd;
	struct tt_str open[DEPTH_MAX]; /* names of the open elements, as written */
	size_t depth, max_depth;
	size_t expanded; /* bytes that DTD entities gave */
	bool repaired, done;
};

static struct tt_str rest_of(const struct rewrite *r)
{
	return (struct tt_str){r->text.p + r->at, r->text.n - r->at};
}

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_blank(struct tt_str s)
{
	return tt_str_trim(s).n == 0;
}

/* Only ASCII names: no feed has others, and libxml2 is stricter about them than is worth repeating. */
static size_t name_length(struct tt_str s)
{
	size_t n = 0;
	for (; n < s.n; n++) {
		char c = s.p[n];
		bool start = ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_';
		if (!start && (n == 0 || !((c >= '0' && c <= '9') || c == '-' || c == '.' || c == ':')))
			break;
	}
	return n;
}

static struct tt_str local_name(struct tt_str name)
{
	const char *colon = memrchr(name.p, ':', name.n);
	return colon ? (struct tt_str){colon + 1, name.n - (size_t)(colon + 1 - name.p)} : name;
}

/* Bytes up to and with the end mark; all that is left when it is missing. */
static size_t through(struct tt_str s, struct tt_str mark)
{
	const char *at = memmem(s.p, s.n, mark.p, mark.n);
	return at ? (size_t)(at - s.p) + mark.n : s.n;
}

/* A character that XML does not allow: controls, U+FFFE, U+FFFF. Returns the bytes to leave out. */
static size_t forbidden(struct tt_str s)
{
	unsigned char c = (unsigned char)s.p[0];
	if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
		return 1;
	if (c == 0xef && s.n >= 3 && (unsigned char)s.p[1] == 0xbf && (unsigned char)s.p[2] >= 0xbe)
		return 3;
	return 0;
}

/* Bytes that need no look: everything but < " and what begins a forbidden character. */
static size_t harmless(struct tt_str s)
{
	size_t n = 0;
	while (n < s.n && s.p[n] != '<' && s.p[n] != '"' && (unsigned char)s.p[n] >= 0x20 &&
		(unsigned char)s.p[n] != 0xef)
		n++;
	return n;
}

/* Text or an attribute's value with < " and forbidden characters made harmless; references are left as they
 * are. */
static int put_value(struct rewrite *r, struct tt_str s)
{
	while (s.n) {
		size_t n = harmless(s);
		int rc = tt_buf_add(r->out, s.p, n);
		s.p += n, s.n -= n;
		if (rc < 0 || s.n == 0)
			return rc;
		n = forbidden(s);
		if (n)
			r->repaired = true;
		else if (s.p[0] == '<')
			rc = tt_buf_str(r->out, TT_STR("&lt;"));
		else if (s.p[0] == '"')
			rc = tt_buf_str(r->out, TT_STR("&quot;"));
		else
			rc = tt_buf_char(r->out, s.p[0]);
		if (rc < 0)
			return rc;
		n += n == 0;
		s.p += n, s.n -= n;
	}
	return TT_OK;
}

static bool is_xml_entity(struct tt_str name)
{
	static const char *const names[] = {"amp", "lt", "gt", "quot", "apos"};
	for (size_t i = 0; i < TT_LEN(names); i++)
		if (tt_str_eq(name, tt_str_c(names[i])))
			return true;
	return false;
}

/* A reference by number that XML takes as it is. */
static bool is_good_number(struct tt_str ref, uint32_t code)
{
	return ref.p[ref.n - 1] == ';' && code && code != 0xfffe && code != 0xffff && !(ref.p[2] == 'X');
}

/* What stands at '&': writes what replaces it, *ret_bytes is how much it was. */
static int put_reference(struct rewrite *r, struct tt_str s, size_t *ret_bytes)
{
	size_t n = 1;
	while (n < s.n && n < 64 &&
		(name_length((struct tt_str){s.p + n, 1}) || (n > 1 && s.p[n] >= '0' && s.p[n] <= '9')))
		n++;
	struct tt_str name = {s.p + 1, n - 1}, value;
	*ret_bytes = n + 1;
	if (n < s.n && s.p[n] == ';' && name.n) {
		if (is_xml_entity(name))
			return tt_buf_add(r->out, s.p, n + 1);
		if (tt_dtd_find(&r->dtd, name, &value)) {
			r->expanded += value.n;
			return r->expanded > EXPANDED_MAX ? TT_OK : put_value(r, value);
		}
	}
	r->repaired = true;
	uint32_t code;
	char utf8[TT_UTF8_MAX];
	*ret_bytes = tt_entity_read(s, &code);
	if (*ret_bytes == 0) {
		*ret_bytes = 1;
		return tt_buf_str(r->out, TT_STR("&amp;"));
	}
	if (code == '&' || code == '<')
		return tt_buf_printf(r->out, "&#%u;", (unsigned)code);
	return code && code != 0xfffe && code != 0xffff ? tt_buf_add(r->out, utf8, tt_utf8_encode(code, utf8))
							: TT_OK;
}

/* Character data up to the next '<', or an attribute's value: references looked at one by one. */
static int put_text(struct rewrite *r, struct tt_str s)
{
	while (s.n) {
		const char *amp = memchr(s.p, '&', s.n);
		size_t n = amp ? (size_t)(amp - s.p) : s.n;
		int rc = put_value(r, (struct tt_str){s.p, n});
		s.p += n, s.n -= n;
		if (rc < 0 || !amp)
			return rc;
		uint32_t code;
		size_t ref = s.n > 2 && s.p[1] == '#' ? tt_entity_read(s, &code) : 0;
		if (ref && is_good_number((struct tt_str){s.p, ref}, code))
			rc = tt_buf_add(r->out, s.p, ref);
		else
			rc = put_reference(r, s, &ref);
		if (rc < 0)
			return rc;
		s.p += ref, s.n -= ref;
	}
	return TT_OK;
}

static int close_to(struct rewrite *r, size_t depth)
{
	while (r->depth > depth) {
		struct tt_str name = r->open[--r->depth];
		int rc = tt_buf_printf(r->out, "</%.*s>", TT_FMT(name));
		if (rc < 0)
			return rc;
	}
	r->done = r->depth == 0;
	return TT_OK;
}

static int put_end_tag(struct rewrite *r, struct tt_str name)
{
	size_t d = r->depth;
	while (d && !tt_str_eq_ci(r->open[d - 1], name))
		d--;
	r->repaired |= d != r->depth || !tt_str_eq(r->open[d - 1], name);
	return d ? close_to(r, d - 1) : TT_OK;
}

static bool is_item(struct tt_str name)
{
	struct tt_str local = local_name(name);
	return tt_str_eq_ci(local, TT_STR("item")) || tt_str_eq_ci(local, TT_STR("entry"));
}

/* Elements that cannot hold the one that begins are closed first: an item ends the one before, <p> and <li>
 * likewise. */
static int close_before(struct rewrite *r, struct tt_str name)
{
	for (size_t d = r->depth; is_item(name) && d > 0; d--)
		if (tt_str_eq(r->open[d - 1], name)) {
			r->repaired = true;
			return close_to(r, d - 1);
		}
	bool repeats = tt_str_eq_ci(name, TT_STR("p")) || tt_str_eq_ci(name, TT_STR("li"));
	if (repeats && r->depth && tt_str_eq(r->open[r->depth - 1], name)) {
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

/* Bytes up to the closing quote; SIZE_MAX when it is missing, or when a tag comes before it, so that it must
 * be. */
static size_t quoted_length(struct tt_str s, char quote)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == quote)
			return i;
		if (s.p[i] == '<' && i + 1 < s.n &&
			(s.p[i + 1] == '/' || name_length((struct tt_str){s.p + i + 1, 1})))
			return SIZE_MAX;
	}
	return SIZE_MAX;
}

/* The value behind '=': quoted, or up to white space or '>'. Moves *s behind it. */
static struct tt_str attr_value(struct rewrite *r, struct tt_str *s)
{
	char quote = s->n && (s->p[0] == '"' || s->p[0] == '\'') ? s->p[0] : '\0';
	if (quote)
		s->p++, s->n--;
	size_t n = quote ? quoted_length(*s, quote) : SIZE_MAX;
	if (n != SIZE_MAX) {
		struct tt_str v = {s->p, n};
		s->p += n + 1, s->n -= n + 1;
		return v;
	}
	r->repaired = true;
	struct tt_str v = {s->p, 0};
	while (s->n && !is_space(s->p[0]) && s->p[0] != '>' &&
		!(s->p[0] == '/' && s->n > 1 && s->p[1] == '>'))
		s->p++, s->n--, v.n++;
	return v;
}

struct attrs {
	struct tt_str seen[ATTRS_MAX];
	size_t n;
};

/* One attribute at *s, which begins with its name. */
static int put_attr(struct rewrite *r, struct attrs *attrs, struct tt_str *s)
{
	struct tt_str name = {s->p, name_length(*s)}, value = {"", 0}, after;
	after = (struct tt_str){s->p + name.n, s->n - name.n};
	struct tt_str eq = after;
	while (eq.n && is_space(eq.p[0]))
		eq.p++, eq.n--;
	if (eq.n && eq.p[0] == '=') {
		eq.p++, eq.n--;
		while (eq.n && is_space(eq.p[0]))
			eq.p++, eq.n--;
		value = attr_value(r, &eq);
		after = eq;
	} else {
		r->repaired = true;
	}
	*s = after;
	bool again = attrs->n == ATTRS_MAX;
	for (size_t i = 0; i < attrs->n; i++)
		again |= tt_str_eq(attrs->seen[i], name);
	if (again) {
		r->repaired = true;
		return TT_OK;
	}
	attrs->seen[attrs->n++] = name;
	int rc = tt_buf_printf(r->out, " %.*s=\"", TT_FMT(name));
	if (rc == TT_OK)
		rc = put_text(r, value);
	return rc == TT_OK ? tt_buf_char(r->out, '"') : rc;
}

/* Attributes up to '>' or to the next '<', which then stood where '>' is missing. */
static int put_attrs(struct rewrite *r, struct tt_str *s, bool *ret_empty)
{
	struct attrs attrs;
	attrs.n = 0;
	*ret_empty = false;
	while (s->n && s->p[0] != '>' && s->p[0] != '<') {
		int rc = TT_OK;
		*ret_empty = s->p[0] == '/';
		if (name_length(*s)) {
			rc = put_attr(r, &attrs, s);
		} else {
			r->repaired |= !is_space(s->p[0]) && !(s->p[0] == '/' && s->n > 1 && s->p[1] == '>');
			s->p++, s->n--;
		}
		if (rc < 0)
			return rc;
	}
	if (s->n && s->p[0] == '>')
		s->p++, s->n--;
	else
		r->repaired = true;
	return TT_OK;
}

/* s is behind "<name". */
static int put_start_tag(struct rewrite *r, struct tt_str name, struct tt_str *s)
{
	bool empty = false;
	int rc = close_before(r, name);
	if (rc == TT_OK)
		rc = tt_buf_printf(r->out, "<%.*s", TT_FMT(name));
	if (rc == TT_OK)
		rc = put_attrs(r, s, &empty);
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
	return tt_buf_str(r->out, empty ? TT_STR("/>") : TT_STR(">"));
}

/* CDATA as escaped text: it then cannot be cut, and its bad characters are found like others. */
static int put_cdata(struct rewrite *r, struct tt_str s)
{
	for (size_t i = 0; i < s.n;) {
		const char *amp = memchr(s.p + i, '&', s.n - i);
		size_t n = amp ? (size_t)(amp - s.p) - i : s.n - i;
		int rc = put_value(r, (struct tt_str){s.p + i, n});
		if (rc == TT_OK && amp)
			rc = tt_buf_str(r->out, TT_STR("&amp;"));
		if (rc < 0)
			return rc;
		i += n + (amp != NULL);
	}
	return TT_OK;
}

/* A tag whose '>' the text's end took is not there at all. */
static bool is_cut(struct tt_str s)
{
	return !memchr(s.p, '>', s.n);
}

/* Markup at '<'. */
static int put_markup(struct rewrite *r)
{
	static const struct tt_str cdata = {"<![CDATA[", 9};
	struct tt_str s = rest_of(r), from = s;
	bool end = s.n > 1 && s.p[1] == '/';
	if (tt_str_starts(s, TT_STR("<!--"))) {
		r->at += through(s, TT_STR("-->"));
		return TT_OK;
	}
	if (tt_str_starts(s, TT_STR("<?"))) {
		r->at += through(s, TT_STR(">"));
		return TT_OK;
	}
	if (tt_str_starts(s, cdata)) {
		size_t n = through(s, TT_STR("]]>"));
		bool closed = n >= 12 && memcmp(s.p + n - 3, "]]>", 3) == 0;
		r->at += n;
		r->repaired |= !closed;
		return put_cdata(r, (struct tt_str){s.p + cdata.n, n - cdata.n - (closed ? 3 : 0)});
	}
	s.p += 1 + end, s.n -= 1 + (size_t)end;
	struct tt_str name = {s.p, name_length(s)};
	if (name.n == 0) {
		r->repaired = true;
		r->at++;
		return tt_buf_str(r->out, TT_STR("&lt;"));
	}
	if (is_cut(s)) {
		r->repaired = true;
		if (!end || r->depth != 1) { /* but "</rss" at the very end is meant as it stands */
			r->at = r->text.n;
			return TT_OK;
		}
	}
	s.p += name.n, s.n -= name.n;
	int rc;
	if (end) {
		size_t gt = through(s, TT_STR(">"));
		r->repaired |= !is_blank((struct tt_str){s.p, gt ? gt - 1 : 0});
		s.p += gt;
		rc = put_end_tag(r, name);
	} else {
		rc = put_start_tag(r, name, &s);
	}
	r->at += (size_t)(s.p - from.p);
	return rc;
}

static bool is_root(struct tt_str name)
{
	static const char *const roots[] = {"rss", "rdf", "feed", "channel"};
	struct tt_str local = local_name(name);
	for (size_t i = 0; i < TT_LEN(roots); i++)
		if (tt_str_eq_ci(local, tt_str_c(roots[i])))
			return true;
	return false;
}

/* Moves r->at to the feed's root element, else to the first element; reads the DOCTYPE on the way. */
static void skip_prolog(struct rewrite *r)
{
	size_t first = r->text.n;
	bool junk = false;
	while (r->at < r->text.n) {
		struct tt_str s = rest_of(r);
		size_t name = s.p[0] == '<' ? name_length((struct tt_str){s.p + 1, s.n - 1}) : 0;
		if (name && is_root((struct tt_str){s.p + 1, name}))
			break;
		if (name && first == r->text.n)
			first = r->at;
		if (tt_str_starts(s, TT_STR("<!--"))) {
			r->at += through(s, TT_STR("-->"));
		} else if (tt_str_starts(s, TT_STR("<?"))) {
			junk |= r->at > 0 && tt_str_starts(s, TT_STR("<?xml "));
			r->at += through(s, TT_STR(">"));
		} else if (tt_str_starts_ci(s, TT_STR("<!DOCTYPE"))) {
			r->at += tt_dtd_read(s, &r->dtd);
		} else {
			junk |= !is_space(s.p[0]);
			r->at++;
		}
	}
	if (r->at == r->text.n)
		r->at = first;
	r->repaired |= junk;
}

/* What may follow the root: white space, comments and processing instructions. */
static bool is_clean_end(struct rewrite *r)
{
	while (r->at < r->text.n) {
		struct tt_str s = rest_of(r);
		if (tt_str_starts(s, TT_STR("<!--")))
			r->at += through(s, TT_STR("-->"));
		else if (tt_str_starts(s, TT_STR("<?")))
			r->at += through(s, TT_STR(">"));
		else if (is_space(s.p[0]))
			r->at++;
		else
			return false;
	}
	return true;
}

int tt_rewrite(struct tt_str text, size_t max_depth, struct tt_buf *out, bool *ret_repaired)
{
	struct rewrite r;
	int rc = TT_OK;
	memset(&r, 0, offsetof(struct rewrite, open));
	r.text = text;
	r.out = out;
	r.depth = r.expanded = 0;
	r.max_depth = max_depth < DEPTH_MAX ? max_depth : DEPTH_MAX;
	r.repaired = r.done = false;
	tt_buf_reset(out);
	skip_prolog(&r);
	while (r.at < text.n && !r.done && rc == TT_OK) {
		if (text.p[r.at] == '<') {
			rc = put_markup(&r);
			continue;
		}
		struct tt_str s = rest_of(&r);
		const char *lt = memchr(s.p, '<', s.n);
		s.n = lt ? (size_t)(lt - s.p) : s.n;
		rc = put_text(&r, s);
		r.at += s.n;
	}
	if (rc == TT_OK)
		*ret_repaired = r.repaired || !r.done || !is_clean_end(&r);
	return rc;
}
