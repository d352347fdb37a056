/* rewrite_dtd.c - the DOCTYPE: skipped, but for its plain entities. See rewrite.h. */
#include "ingest/feed/rewrite.h"

#include <string.h>
#include <strings.h>

static bool is_space(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct tt_str word(struct tt_str *s)
{
	while (s->n && is_space(s->p[0]))
		s->p++, s->n--;
	size_t n = 0;
	while (n < s->n && !is_space(s->p[n]) && s->p[n] != '>')
		n++;
	struct tt_str w = {s->p, n};
	s->p += n, s->n -= n;
	return w;
}

/* Characters and references to characters only: what replaces the reference cannot hold another one. Markup in
 * it comes out as text. */
static bool is_plain(struct tt_str v)
{
	for (size_t i = 0; i < v.n; i++)
		if (v.p[i] == '%' || (v.p[i] == '&' && !(i + 1 < v.n && v.p[i + 1] == '#')))
			return false;
	return v.n <= TT_DTD_VALUE_MAX;
}

/* What no publisher writes: an entity from a file, one made of others, one of many kilobytes. Parameter entities
 * (%) of published DTDs are harmless, for they are left out. */
static bool is_mean(struct tt_str value, bool quoted)
{
	enum { LARGE = 16 * TT_DTD_VALUE_MAX };
	if (!quoted)
		return tt_str_starts_ci(value, TT_STR("SYSTEM")) || tt_str_starts_ci(value, TT_STR("PUBLIC"));
	for (size_t i = 0; i < value.n; i++)
		if (value.p[i] == '&' && !(i + 1 < value.n && value.p[i + 1] == '#'))
			return true;
	return value.n > LARGE;
}

/* `decl` is what stands between "<!ENTITY" and its '>'. */
static void add_entity(struct tt_dtd *dtd, struct tt_str decl)
{
	struct tt_str name = word(&decl);
	struct tt_str value = tt_str_trim(decl), seen;
	bool quoted = value.n >= 2 && (value.p[0] == '"' || value.p[0] == '\'') &&
		      value.p[value.n - 1] == value.p[0];
	dtd->n_mean += name.n && !tt_str_eq(name, TT_STR("%")) && is_mean(value, quoted);
	if (!quoted || name.n == 0 || dtd->n == TT_DTD_ENTITIES)
		return;
	value = (struct tt_str){value.p + 1, value.n - 2};
	if (!is_plain(value) || tt_dtd_find(dtd, name, &seen)) /* the first declaration counts */
		return;
	dtd->ent[dtd->n].name = name;
	dtd->ent[dtd->n++].value = value;
}

/* Bytes of a declaration or of what looks like one, to its '>' outside of quotes. */
static size_t declaration(struct tt_str s)
{
	char quote = 0;
	if (tt_str_starts(s, TT_STR("<!--"))) {
		const char *end = memmem(s.p, s.n, "-->", 3);
		return end ? (size_t)(end + 3 - s.p) : s.n;
	}
	for (size_t i = 1; i < s.n; i++) {
		if (quote)
			quote = s.p[i] == quote ? 0 : quote;
		else if (s.p[i] == '"' || s.p[i] == '\'')
			quote = s.p[i];
		else if (s.p[i] == '>')
			return i + 1;
	}
	return s.n;
}

size_t tt_dtd_read(struct tt_str s, struct tt_dtd *dtd)
{
	char quote = 0;
	size_t i = 2;
	bool inside = false; /* between [ and ] */
	while (i < s.n) {
		char c = s.p[i];
		if (inside && c == '<') {
			struct tt_str d = {s.p + i, s.n - i};
			size_t n = declaration(d);
			if (tt_str_starts(d, TT_STR("<!ENTITY")) && n > 9)
				add_entity(dtd, (struct tt_str){d.p + 8, n - 9});
			i += n;
			continue;
		}
		if (quote)
			quote = c == quote ? 0 : quote;
		else if (!inside && (c == '"' || c == '\''))
			quote = c;
		else if (c == '[')
			inside = true;
		else if (c == ']')
			inside = false;
		else if (c == '>' && !inside)
			return i + 1;
		i++;
	}
	const char *gt = memchr(s.p, '>', s.n); /* a quote without its pair */
	return gt ? (size_t)(gt + 1 - s.p) : s.n;
}

bool tt_dtd_find(const struct tt_dtd *dtd, struct tt_str name, struct tt_str *ret)
{
	for (size_t i = 0; i < dtd->n; i++)
		if (tt_str_eq(dtd->ent[i].name, name)) {
			*ret = dtd->ent[i].value;
			return true;
		}
	return false;
}
