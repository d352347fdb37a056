/* rewrite_text.c - character data and attribute values made well-formed, see rewrite_parts.h. What is good
 * already, which is nearly all, is found in long runs and copied at once. */
#include "ingest/feed/rewrite_parts.h"

#include <string.h>

#include "common/err.h"
#include "common/utf8.h"
#include "ingest/feed/entities.h"

enum { EXPANDED_MAX = 1 << 20, NAME_MAX = 64 };

/* Bytes that need a look. 0xef begins U+FFFE and U+FFFF. */
static const bool special[256] = {
	[0 ... 8] = true,
	[11 ... 12] = true,
	[14 ... 31] = true,
	['"'] = true,
	['&'] = true,
	['<'] = true,
	['>'] = true,
	[0xef] = true,
};

/* Bytes of a character that XML does not allow; 0 when s begins with another. */
static size_t forbidden(struct tt_str s)
{
	unsigned char c = (unsigned char)s.p[0];
	if (c < 0x20 && c != '\t' && c != '\n' && c != '\r')
		return 1;
	return c == 0xef && s.n >= 3 && (unsigned char)s.p[1] == 0xbf && (unsigned char)s.p[2] >= 0xbe ? 3
												       : 0;
}

/* Bytes of a reference that XML takes as it is: one of its five names, or a number. */
static size_t good_reference(struct tt_str s)
{
	static const struct tt_str names[] = {
		{"&amp;", 5}, {"&lt;", 4}, {"&gt;", 4}, {"&quot;", 6}, {"&apos;", 6}};
	for (size_t i = 0; i < TT_LEN(names); i++)
		if (tt_str_starts(s, names[i]))
			return names[i].n;
	uint32_t code;
	size_t n = s.n > 3 && s.p[1] == '#' && s.p[2] != 'X' ? tt_entity_read(s, &code) : 0;
	return n && s.p[n - 1] == ';' && code && code != 0xfffe && code != 0xffff ? n : 0;
}

/* Bytes of s that can stay as they are. `before` is the character before them: "]]>" is not allowed in text.
 */
static size_t good_run(struct tt_str s, char before, unsigned flags)
{
	size_t n = 0;
	for (; n < s.n; n++) {
		if (!special[(unsigned char)s.p[n]])
			continue;
		struct tt_str rest = {s.p + n, s.n - n};
		char c = s.p[n];
		size_t more = 1;
		if (c == '&')
			more = flags & TT_REWRITE_REFS ? good_reference(rest) : 0;
		else if (c == '>')
			more = (n ? s.p[n - 1] : before) != ']';
		else if (c == '"')
			more = !(flags & TT_REWRITE_ATTR);
		else
			more = c != '<' && !forbidden(rest);
		if (!more)
			break;
		n += more - 1;
	}
	return n;
}

/* A reference that XML does not know: HTML's, the document's own, or a bare ampersand. Moves *s behind it. */
static int put_reference(struct tt_rewrite *r, struct tt_str *s, unsigned flags)
{
	uint32_t code;
	char utf8[TT_UTF8_MAX];
	struct tt_str name = {s->p + 1, 0}, value;
	while (1 + name.n < s->n && name.n < NAME_MAX && !strchr("#;&", s->p[1 + name.n]))
		name.n++;
	if (1 + name.n < s->n && s->p[1 + name.n] == ';' && tt_dtd_find(&r->dtd, name, &value)) {
		s->p += name.n + 2, s->n -= name.n + 2;
		r->expanded += value.n;
		/* no reference in it is by name, so it does not come here again */
		return r->expanded > EXPANDED_MAX ? TT_OK : tt_rewrite_text(r, value, flags);
	}
	r->repaired = true;
	size_t n = tt_entity_read(*s, &code);
	s->p += n ? n : 1, s->n -= n ? n : 1;
	if (n == 0)
		return tt_rewrite_put(r, TT_STR("&amp;"));
	if (code == '&' || code == '<')
		return tt_rewrite_put(r, code == '&' ? TT_STR("&amp;") : TT_STR("&lt;"));
	return code && code != 0xfffe && code != 0xffff ? tt_rewrite_put(r, (struct tt_str){utf8, tt_utf8_encode(code, utf8)})
							: TT_OK;
}

/* What ended a good run. Moves *s behind it. */
static int put_special(struct tt_rewrite *r, struct tt_str *s, unsigned flags)
{
	char c = s->p[0];
	if (c == '&' && flags & TT_REWRITE_REFS)
		return put_reference(r, s, flags);
	size_t gone = forbidden(*s);
	s->p += gone ? gone : 1, s->n -= gone ? gone : 1;
	r->repaired |= gone > 0;
	return gone       ? TT_OK
	       : c == '&' ? tt_rewrite_put(r, TT_STR("&amp;"))
	       : c == '<' ? tt_rewrite_put(r, TT_STR("&lt;"))
	       : c == '>' ? tt_rewrite_put(r, TT_STR("&gt;"))
			  : tt_rewrite_put(r, TT_STR("&quot;"));
}

int tt_rewrite_text(struct tt_rewrite *r, struct tt_str s, unsigned flags)
{
	while (s.n) {
		size_t n = good_run(s, r->last, flags);
		int rc = tt_rewrite_put(r, (struct tt_str){s.p, n});
		s.p += n, s.n -= n;
		if (rc == TT_OK && s.n)
			rc = put_special(r, &s, flags);
		if (rc < 0)
			return rc;
	}
	return TT_OK;
}
