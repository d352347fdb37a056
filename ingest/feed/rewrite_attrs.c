/* rewrite_attrs.c - the attributes of a start tag made well-formed, see rewrite_parts.h: each once, with a
 * value, in quotes. */
#include "ingest/feed/rewrite_parts.h"

#include <stdint.h>

#include "common/err.h"

enum { ATTRS_MAX = 64 };

struct attrs {
	struct tt_str seen[ATTRS_MAX];
	size_t n;
};

/* Bytes up to the closing quote; SIZE_MAX when it is missing, or when a tag comes before it, so that it must
 * be. */
static size_t quoted_length(struct tt_str s, char quote)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == quote)
			return i;
		if (s.p[i] == '<' && i + 1 < s.n &&
			(s.p[i + 1] == '/' || tt_xml_name((struct tt_str){s.p + i + 1, 1})))
			return SIZE_MAX;
	}
	return SIZE_MAX;
}

static void skip_space(struct tt_str *s)
{
	while (s->n && tt_xml_space(s->p[0]))
		s->p++, s->n--;
}

/* The value behind '=': quoted, or up to white space or '>'. Moves *s behind it. */
static struct tt_str attr_value(struct tt_rewrite *r, struct tt_str *s)
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
	while (s->n && !tt_xml_space(s->p[0]) && s->p[0] != '>' &&
		!(s->p[0] == '/' && s->n > 1 && s->p[1] == '>'))
		s->p++, s->n--, v.n++;
	return v;
}

/* One attribute at *s, which begins with its name. */
static int put_attr(struct tt_rewrite *r, struct attrs *attrs, struct tt_str *s)
{
	struct tt_str name = {s->p, tt_xml_name(*s)}, value = {"", 0};
	s->p += name.n, s->n -= name.n;
	struct tt_str eq = *s;
	skip_space(&eq);
	if (eq.n && eq.p[0] == '=') {
		eq.p++, eq.n--;
		skip_space(&eq);
		value = attr_value(r, &eq);
		*s = eq;
	} else {
		r->repaired = true;
	}
	bool again = attrs->n == ATTRS_MAX;
	for (size_t i = 0; i < attrs->n; i++)
		again |= tt_str_eq(attrs->seen[i], name);
	if (again) {
		r->repaired = true;
		return TT_OK;
	}
	attrs->seen[attrs->n++] = name;
	int rc = tt_rewrite_put(r, TT_STR(" "));
	if (rc == TT_OK)
		rc = tt_rewrite_put(r, name);
	if (rc == TT_OK)
		rc = tt_rewrite_put(r, TT_STR("=\""));
	if (rc == TT_OK)
		rc = tt_rewrite_text(r, value, TT_REWRITE_REFS | TT_REWRITE_ATTR);
	return rc == TT_OK ? tt_rewrite_put(r, TT_STR("\"")) : rc;
}

int tt_rewrite_attrs(struct tt_rewrite *r, struct tt_str *s, bool *ret_empty)
{
	struct attrs attrs;
	attrs.n = 0;
	*ret_empty = false;
	while (s->n && s->p[0] != '>' && s->p[0] != '<') {
		int rc = TT_OK;
		*ret_empty = s->p[0] == '/';
		if (tt_xml_name(*s)) {
			rc = put_attr(r, &attrs, s);
		} else {
			r->repaired |=
				!tt_xml_space(s->p[0]) && !(s->p[0] == '/' && s->n > 1 && s->p[1] == '>');
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
