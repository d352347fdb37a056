/* tags.c - see tags.h. */
#include "ingest/feed/tags.h"

#include <string.h>
#include <strings.h>

#include "common/err.h"
#include "common/utf8.h"
#include "ingest/feed/entities.h"

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_alpha(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static struct tt_str from(struct tt_str s, size_t at)
{
	return (struct tt_str){s.p + at, s.n - at};
}

void tt_tags_init(struct tt_tags *t, struct tt_str text, bool html)
{
	memset(t, 0, sizeof(*t));
	t->rest = text;
	t->html = html;
}

/* ---- what is passed over ---- */

/* Bytes of s up to and with the mark; 0 when it is not there, which is remembered. */
static size_t through(struct tt_str s, struct tt_str mark, bool *in_vain)
{
	const char *at = *in_vain ? NULL : memmem(s.p, s.n, mark.p, mark.n);
	*in_vain = !at;
	return at ? (size_t)(at - s.p) + mark.n : 0;
}

static size_t through_gt(struct tt_str s)
{
	const char *at = memchr(s.p, '>', s.n);
	return at ? (size_t)(at - s.p) + 1 : s.n;
}

/* Bytes at s.p[0] == '<' that are no start tag; 0 when one may be there. */
static size_t passed_over(struct tt_tags *t, struct tt_str s)
{
	size_t n = 0;
	if (s.n < 2)
		return s.n;
	if (tt_str_starts(s, TT_STR("<!--")))
		return (n = through(s, TT_STR("-->"), &t->no_comment_end)) ? n : 4;
	if (tt_str_starts(s, TT_STR("<![CDATA[")))
		return (n = through(s, TT_STR("]]>"), &t->no_cdata_end)) ? n : 9;
	if (tt_str_starts_ci(s, TT_STR("<!DOCTYPE")))
		return t->html ? through_gt(s) : tt_dtd_read(s, &t->dtd);
	if (s.p[1] == '!' || s.p[1] == '?' || s.p[1] == '/')
		return through_gt(s);
	return is_alpha(s.p[1]) || s.p[1] == '_' ? 0 : 1;
}

/* Bytes before the end tag of an element that holds no tags; all when it does not end. */
static size_t raw_length(struct tt_str s, struct tt_str name)
{
	const char *lt = s.p;
	while ((lt = memchr(lt, '<', s.n - (size_t)(lt - s.p)))) {
		struct tt_str here = from(s, (size_t)(lt - s.p));
		if (here.n > 1 && here.p[1] == '/' && tt_str_starts_ci(from(here, 2), name))
			return (size_t)(lt - s.p);
		lt++;
	}
	return s.n;
}

static bool holds_no_tags(struct tt_str name)
{
	static const char *const names[] = {
		"script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"};
	for (size_t i = 0; i < TT_LEN(names); i++)
		if (tt_str_eq_ci(name, tt_str_c(names[i])))
			return true;
	return false;
}

/* ---- attributes ---- */

/* Where in a quoted value the tag went on, as its closing quote was really the next attribute's opening one:
 * "...name=" stands before it and no end of an attribute behind it. SIZE_MAX when all is well. */
static size_t forgotten_quote(struct tt_str value, char behind)
{
	size_t at = value.n;
	if (at == 0 || value.p[at - 1] != '=' || is_space(behind) || behind == '>' || behind == '/' ||
		behind == '?')
		return SIZE_MAX;
	while (--at && (is_alpha(value.p[at - 1]) || value.p[at - 1] == ':' || value.p[at - 1] == '-'))
		;
	if (at == 0 || at == value.n - 1 || !is_space(value.p[at - 1]))
		return SIZE_MAX;
	const char *gt = memchr(value.p, '>', at);
	return gt ? (size_t)(gt - value.p) : at;
}

static struct tt_str unquoted(struct tt_str *s)
{
	struct tt_str v = {s->p, 0};
	while (s->n && !is_space(s->p[0]) && s->p[0] != '>')
		s->p++, s->n--, v.n++;
	return v;
}

/* The value behind '='; moves *s behind it. */
static struct tt_str read_value(struct tt_str *s)
{
	char quote = s->n ? s->p[0] : '\0';
	if (quote != '"' && quote != '\'')
		return unquoted(s);
	*s = from(*s, 1);
	const char *end = memchr(s->p, quote, s->n);
	if (!end)
		return unquoted(s);
	struct tt_str v = {s->p, (size_t)(end - s->p)};
	size_t cut = v.n + 1 < s->n ? forgotten_quote(v, s->p[v.n + 1]) : SIZE_MAX;
	if (cut == SIZE_MAX) {
		*s = from(*s, v.n + 1);
		return v;
	}
	v.n = cut;
	*s = from(*s, cut);
	return v;
}

static void skip_space(struct tt_str *s)
{
	while (s->n && is_space(s->p[0]))
		*s = from(*s, 1);
}

static struct tt_str read_name(struct tt_str *s)
{
	struct tt_str name = {s->p, 0};
	while (s->n && !is_space(s->p[0]) && s->p[0] != '=' && s->p[0] != '>' && s->p[0] != '/' &&
		s->p[0] != '<')
		s->p++, s->n--, name.n++;
	return name;
}

/* Attributes up to '>', or to a '<' where one should begin: the '>' was forgotten. False: the text ended
 * first. */
static bool read_attrs(struct tt_str *s, struct tt_tag *tag)
{
	for (;;) {
		while (s->n && (is_space(s->p[0]) || s->p[0] == '/' || s->p[0] == '='))
			*s = from(*s, 1);
		if (s->n == 0)
			return false;
		if (s->p[0] == '>' || s->p[0] == '<') {
			*s = from(*s, s->p[0] == '>');
			return true;
		}
		struct tt_str name = read_name(s), value = TT_STR("");
		skip_space(s);
		if (s->n && s->p[0] == '=') {
			*s = from(*s, 1);
			skip_space(s);
			value = read_value(s);
		}
		if (tag->n_attrs < TT_TAG_ATTRS) {
			tag->attrs[tag->n_attrs].name = name;
			tag->attrs[tag->n_attrs++].value = value;
		}
	}
}

/* ---- tags ---- */

static bool read_tag(struct tt_tags *t, struct tt_tag *ret)
{
	struct tt_str s = from(t->rest, 1), name = read_name(&s);
	const char *colon = memrchr(name.p, ':', name.n);
	if (colon)
		name = from(name, (size_t)(colon + 1 - name.p));
	ret->name = name;
	ret->n_attrs = 0;
	bool whole = read_attrs(&s, ret);
	t->rest = s;
	if (whole && t->html && holds_no_tags(name))
		t->raw = name;
	return whole;
}

bool tt_tags_next(struct tt_tags *t, struct tt_tag *ret)
{
	if (t->raw.p)
		t->rest = from(t->rest, raw_length(t->rest, t->raw));
	t->raw = (struct tt_str){NULL, 0};
	for (const char *lt; t->rest.n && (lt = memchr(t->rest.p, '<', t->rest.n));) {
		t->rest = from(t->rest, (size_t)(lt - t->rest.p));
		size_t n = passed_over(t, t->rest);
		if (n == 0)
			return read_tag(t, ret);
		t->rest = from(t->rest, n);
	}
	t->rest.n = 0;
	return false;
}

struct tt_str tt_tags_text(const struct tt_tags *t)
{
	const char *lt = t->rest.n ? memchr(t->rest.p, '<', t->rest.n) : NULL;
	return (struct tt_str){t->rest.p, lt ? (size_t)(lt - t->rest.p) : t->rest.n};
}

struct tt_str tt_tag_attr(const struct tt_tag *tag, const char *name)
{
	for (size_t i = 0; i < tag->n_attrs; i++)
		if (tt_str_eq_ci(tag->attrs[i].name, tt_str_c(name)))
			return tag->attrs[i].value;
	return (struct tt_str){NULL, 0};
}

/* A reference to an entity of the DTD at s.p[0] == '&': its bytes, 0 when it is none. */
static size_t declared(const struct tt_tags *t, struct tt_str s, struct tt_str *ret_value)
{
	const char *end = t->dtd.n ? memchr(s.p, ';', s.n < 64 ? s.n : 64) : NULL;
	struct tt_str name = {s.p + 1, end ? (size_t)(end - s.p) - 1 : 0};
	return end && tt_dtd_find(&t->dtd, name, ret_value) ? name.n + 2 : 0;
}

/* Appends s with character references decoded; those of the DTD when t is given, whose values hold none but
 * these. */
static int decode(const struct tt_tags *t, struct tt_str s, struct tt_buf *out)
{
	int rc = TT_OK;
	while (s.n && rc == TT_OK) {
		const char *amp = memchr(s.p, '&', s.n);
		size_t n = amp ? (size_t)(amp - s.p) : s.n;
		rc = tt_buf_add(out, s.p, n);
		s = from(s, n);
		if (rc < 0 || !amp)
			break;
		uint32_t code = 0;
		char utf8[TT_UTF8_MAX];
		struct tt_str value;
		if (t && (n = declared(t, s, &value))) {
			rc = decode(NULL, value, out);
		} else if ((n = tt_entity_read(s, &code))) {
			rc = code ? tt_buf_add(out, utf8, tt_utf8_encode(code, utf8)) : TT_OK;
		} else {
			n = 1;
			rc = tt_buf_char(out, '&');
		}
		s = from(s, n);
	}
	return rc;
}

int tt_tags_decode(const struct tt_tags *t, struct tt_str value, struct tt_buf *out)
{
	tt_buf_reset(out);
	return decode(t, value, out);
}
