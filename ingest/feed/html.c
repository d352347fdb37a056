/* html.c - the text of HTML, see text.h. A tolerant scanner, no tree: what a browser would show as text, in
 * order. */
#include "ingest/feed/text.h"

#include <string.h>
#include <strings.h>

#include "common/err.h"
#include "common/utf8.h"
#include "ingest/feed/entities.h"

enum {
	K = TT_TAG_KNOWN,
	B = TT_TAG_KNOWN | TT_TAG_BLOCK,
	V = TT_TAG_KNOWN | TT_TAG_VOID,
	D = TT_TAG_KNOWN | TT_TAG_DROP
};

static const struct tag {
	char name[12];
	unsigned char flags;
} tags[] = {
	/* sorted */
	/* clang-format off */
	{"a", K}, {"abbr", K}, {"acronym", K}, {"address", B}, {"applet", K}, {"area", V}, {"article", B}, {"aside", B},
	{"audio", K}, {"b", K}, {"base", V}, {"bdi", K}, {"bdo", K}, {"big", K}, {"blink", K}, {"blockquote", B},
	{"body", B}, {"br", B | V}, {"button", B}, {"canvas", K}, {"caption", B}, {"center", B}, {"cite", K}, {"code", K},
	{"col", B | V}, {"colgroup", B}, {"dd", B}, {"del", K}, {"details", B}, {"dfn", K}, {"dir", B}, {"div", B}, {"dl", B},
	{"dt", B}, {"em", K}, {"embed", V}, {"fieldset", B}, {"figcaption", B}, {"figure", B}, {"font", K}, {"footer", B},
	{"form", B}, {"frame", V}, {"frameset", B}, {"h1", B}, {"h2", B}, {"h3", B}, {"h4", B}, {"h5", B}, {"h6", B},
	{"head", B}, {"header", B}, {"hgroup", B}, {"hr", B | V}, {"html", B}, {"i", K}, {"iframe", D}, {"img", V},
	{"input", V}, {"ins", K}, {"kbd", K}, {"label", K}, {"legend", B}, {"li", B}, {"link", V}, {"main", B}, {"map", K},
	{"mark", K}, {"menu", B}, {"meta", V}, {"meter", K}, {"nav", B}, {"nobr", K}, {"noframes", D}, {"noscript", B},
	{"object", K}, {"ol", B}, {"optgroup", B}, {"option", B}, {"output", K}, {"p", B}, {"param", V}, {"picture", K},
	{"pre", B}, {"progress", K}, {"q", K}, {"rp", K}, {"rt", K}, {"ruby", K}, {"s", K}, {"samp", K}, {"script", D},
	{"section", B}, {"select", B}, {"small", K}, {"source", V}, {"span", K}, {"strike", K}, {"strong", K},
	{"style", D}, {"sub", K}, {"summary", B}, {"sup", K}, {"table", B}, {"tbody", B}, {"td", B}, {"textarea", B},
	{"tfoot", B}, {"th", B}, {"thead", B}, {"time", K}, {"title", B}, {"tr", B}, {"track", V}, {"tt", K}, {"u", K},
	{"ul", B}, {"var", K}, {"video", K}, {"wbr", V},
	/* clang-format on */
};

unsigned tt_html_tag(struct tt_str name)
{
	char key[sizeof(tags[0].name)] = {0};
	size_t lo = 0, hi = TT_LEN(tags);
	if (name.n > sizeof(key))
		return TT_TAG_UNKNOWN;
	for (size_t i = 0; i < name.n; i++)
		key[i] = (char)(name.p[i] >= 'A' && name.p[i] <= 'Z' ? name.p[i] | 0x20 : name.p[i]);
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		int c = memcmp(key, tags[mid].name, sizeof(key));
		if (c == 0)
			return tags[mid].flags;
		if (c < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return TT_TAG_UNKNOWN;
}

static bool is_alpha(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static struct tt_str from(struct tt_str s, size_t at)
{
	return (struct tt_str){s.p + at, s.n - at};
}

/* What was looked for in vain is not looked for again: it keeps "<<<<..." linear. */
struct scan {
	bool no_gt, no_comment_end;
};

/* Offset behind the first occurrence of `what`, 0 when there is none. */
static size_t behind(struct tt_str s, const char *what, bool *in_vain)
{
	const char *at = s.n && !*in_vain ? memmem(s.p, s.n, what, strlen(what)) : NULL;
	*in_vain |= !at;
	return at ? (size_t)(at - s.p) + strlen(what) : 0;
}

/* Bytes of the tag that begins at s.p[0] == '<', to its '>'; one in quotes does not count, unless no other
 * comes. */
static size_t tag_length(struct scan *scan, struct tt_str s)
{
	char quote = 0;
	for (size_t i = 1; i < s.n && !scan->no_gt; i++) {
		char c = s.p[i];
		if (quote) {
			quote = c == quote ? 0 : quote;
		} else if (c == '>') {
			return i + 1;
		} else if ((c == '"' || c == '\'') && s.p[i - 1] == '=') {
			quote = c;
		}
	}
	return behind(s, ">", &scan->no_gt);
}

/* Bytes of an element whose contents are not text, to the end of its end tag or of the fragment. */
static size_t dropped_length(struct tt_str s, struct tt_str name)
{
	for (size_t i = 1; i + 2 + name.n <= s.n; i++)
		if (s.p[i] == '<' && s.p[i + 1] == '/' && strncasecmp(s.p + i + 2, name.p, name.n) == 0) {
			bool in_vain = false;
			size_t end = behind(from(s, i), ">", &in_vain);
			return end ? i + end : s.n;
		}
	return s.n;
}

static size_t name_length(struct tt_str s)
{
	size_t n = 0;
	while (n < s.n && (is_alpha(s.p[n]) || (n && ((s.p[n] >= '0' && s.p[n] <= '9') || s.p[n] == ':' ||
							     s.p[n] == '-'))))
		n++;
	return n;
}

/* Markup at s.p[0] == '<': returns its bytes, 0 when it is a less-than sign. *ret_gap: a blank belongs here.
 * *ret_text: what of it is text after all (CDATA). */
static size_t markup(struct scan *scan, struct tt_str s, bool *ret_gap, struct tt_str *ret_text)
{
	*ret_gap = false;
	if (s.n < 2)
		return 0;
	if (tt_str_starts(s, TT_STR("<!--"))) {
		size_t n = behind(from(s, 4), "-->", &scan->no_comment_end);
		return n ? n + 4 : 0;
	}
	if (tt_str_starts(s, TT_STR("<![CDATA["))) {
		bool in_vain = false;
		size_t n = behind(from(s, 9), "]]>", &in_vain);
		*ret_text = (struct tt_str){s.p + 9, n ? n - 3 : s.n - 9};
		return n ? n + 9 : s.n;
	}
	if ((s.p[1] == '!' && s.n > 2 && (is_alpha(s.p[2]) || s.p[2] == '[')) || s.p[1] == '?')
		return behind(s, ">", &scan->no_gt);
	bool close = s.p[1] == '/';
	size_t at = 1 + close, len = name_length(from(s, at));
	if (len == 0)
		return 0;
	char next = at + len < s.n ? s.p[at + len] : '\0';
	if (next != '>' && next != '/' && next != ' ' && !(next >= '\t' && next <= '\r'))
		return 0; /* "<AAPL.O>", "<me@example.com>" */
	size_t n = tag_length(scan, s);
	struct tt_str name = {s.p + at, len};
	unsigned flags = tt_html_tag(name);
	*ret_gap = flags & (TT_TAG_BLOCK | TT_TAG_DROP);
	if (n && !close && (flags & TT_TAG_DROP) && s.p[n - 2] != '/')
		return dropped_length(s, name);
	return n;
}

static int add_reference(struct tt_str s, struct tt_buf *out, size_t *ret_bytes)
{
	uint32_t code;
	char utf8[TT_UTF8_MAX];
	*ret_bytes = tt_entity_read(s, &code);
	if (*ret_bytes == 0) {
		*ret_bytes = 1;
		return tt_buf_char(out, '&');
	}
	return code ? tt_buf_add(out, utf8, tt_utf8_encode(code, utf8)) : TT_OK;
}

int tt_html_text(struct tt_str html, struct tt_buf *out)
{
	int rc = TT_OK;
	struct scan scan = {false, false};
	for (size_t i = 0; i < html.n && rc == TT_OK;) {
		struct tt_str s = from(html, i);
		if (s.p[0] == '&') {
			size_t n;
			rc = add_reference(s, out, &n);
			i += n;
			continue;
		}
		if (s.p[0] == '<') {
			bool gap;
			struct tt_str text = {NULL, 0};
			size_t n = markup(&scan, s, &gap, &text);
			if (n && gap)
				rc = tt_buf_char(out, ' ');
			if (rc == TT_OK)
				rc = n ? tt_buf_str(out, text) : tt_buf_char(out, '<');
			i += n ? n : 1;
			continue;
		}
		size_t n = 0;
		while (n < s.n && s.p[n] != '<' && s.p[n] != '&')
			n++;
		rc = tt_buf_add(out, s.p, n);
		i += n;
	}
	return rc;
}
