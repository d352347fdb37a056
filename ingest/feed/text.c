/* text.c - see text.h. */
#include "ingest/feed/text.h"

#include <string.h>

#include "common/err.h"
#include "common/utf8.h"
#include "ingest/feed/entities.h"

static bool is_alpha(char c)
{
	return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_alnum(char c)
{
	return (c >= '0' && c <= '9') || is_alpha(c);
}

static struct tt_str word_at(struct tt_str s, size_t at)
{
	size_t n = 0;
	while (at + n < s.n && is_alnum(s.p[at + n]))
		n++;
	return (struct tt_str){s.p + at, n};
}

bool tt_text_looks_html(struct tt_str s)
{
	bool sure = false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '<') {
			bool close = i + 1 < s.n && s.p[i + 1] == '/';
			struct tt_str name = word_at(s, i + 1 + close);
			if (name.n == 0 || !is_alpha(name.p[0])) /* "<1 %" */
				continue;
			unsigned tag = tt_html_tag(name);
			if (!tag)
				return false;
			size_t end = i + 1 + close + name.n;
			sure |= (close && end < s.n && s.p[end] == '>') || (tag & TT_TAG_VOID);
		} else if (s.p[i] == '&') {
			bool number = i + 1 < s.n && s.p[i + 1] == '#';
			struct tt_str name = word_at(s, i + 1 + number);
			size_t end = i + 1 + number + name.n;
			if (name.n == 0 || end >= s.n || s.p[end] != ';')
				continue;
			if (!number && !tt_entity_find(name))
				return false;
			sure = true;
		}
	}
	return sure;
}

static int base64_value(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;
	return at ? (int)(at - digits) : -1;
}

/* Decodes what is there; a character outside the alphabet that is no white space: false, and the text is
 * taken as it is. */
static int base64_decode(struct tt_str s, struct tt_buf *out, bool *ret_ok)
{
	uint32_t bits = 0;
	int have = 0;
	*ret_ok = true;
	for (size_t i = 0; i < s.n && s.p[i] != '='; i++) {
		int v = base64_value(s.p[i]);
		if (v < 0) {
			if (s.p[i] == ' ' || (s.p[i] >= '\t' && s.p[i] <= '\r'))
				continue;
			*ret_ok = false;
			break;
		}
		bits = bits << 6 | (uint32_t)v;
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		int rc = tt_buf_char(out, (char)(bits >> have));
		if (rc < 0)
			return rc;
	}
	for (size_t i = 0; i < out->n;) {
		uint32_t c;
		size_t n = tt_utf8_char((struct tt_str){out->p + i, out->n - i}, &c);
		*ret_ok &= n > 0;
		i += n ? n : 1;
	}
	return TT_OK;
}

/* The byte that windows-1252 has for code point c, -1 when none. */
static int cp1252_byte(uint32_t c)
{
	if (c < 0x100)
		return (int)c;
	for (int b = 0x80; b < 0xa0; b++)
		if (tt_cp1252((unsigned char)b) == c)
			return b;
	return -1;
}

/* Whether b may be the second byte of a character that begins with lead: neither overlong, nor a surrogate,
 * nor beyond U+10FFFF. */
static bool second_fits(int lead, int b)
{
	switch (lead) {
	case 0xe0:
		return b >= 0xa0;
	case 0xed:
		return b < 0xa0;
	case 0xf0:
		return b >= 0x90;
	case 0xf4:
		return b < 0x90;
	default:
		return true;
	}
}

/* UTF-8 that was taken for windows-1252 and encoded again: undone in place when every character fits and what
 * results is valid UTF-8 with something beyond ASCII. Single accented letters never are, so right text is
 * left alone. */
static size_t undo_double_utf8(char *p, size_t n)
{
	size_t out = 0;
	bool beyond = false;
	for (int pass = 0; pass < 2; pass++) { /* first look, then write */
		out = 0;
		unsigned tail = 0; /* continuation bytes that must follow */
		int before = 0;
		for (size_t i = 0; i < n;) {
			uint32_t c;
			i += tt_utf8_char((struct tt_str){p + i, n - i}, &c);
			int b = c < 0x80 ? (int)c : cp1252_byte(c);
			if (b < 0 || (tail > 0) != ((b & 0xc0) == 0x80) || b > 0xf4 || b == 0xc0 ||
				b == 0xc1 || (tail && !second_fits(before, b)))
				return n;
			if (tail)
				tail--;
			else if (b >= 0xc2)
				tail = b >= 0xf0 ? 3 : b >= 0xe0 ? 2 : 1, beyond = true;
			if (pass)
				p[out] = (char)b;
			before = b;
			out++;
		}
		if (tail || !beyond)
			return n;
	}
	return out;
}

static bool valid_utf8(const char *p, size_t n)
{
	for (size_t i = 0; i < n;) {
		uint32_t c;
		size_t k = tt_utf8_char((struct tt_str){p + i, n - i}, &c);
		if (k == 0)
			return false;
		i += k;
	}
	return true;
}

/* Bytes that tidy() leaves as they are: words with single blanks between them. */
static size_t plain_length(struct tt_str s)
{
	static const bool odd[256] = {[0 ... 31] = true, [0x7f] = true, [0xc2] = true};
	size_t n = 0;
	for (; n < s.n && !odd[(unsigned char)s.p[n]]; n++)
		if (s.p[n] == ' ' && (n + 1 == s.n || s.p[n + 1] == ' ' || odd[(unsigned char)s.p[n + 1]]))
			break;
	return n;
}

/* White space collapsed, C0 and C1 controls out, windows-1252 characters written as C1 put right. */
static struct tt_str tidy(struct tt_str s, struct tt_arena *arena)
{
	size_t n = 0, growth = 0;
	bool gap = false, high = false;
	for (const char *p = s.p; (p = memchr(p, 0xc2, s.n - (size_t)(p - s.p))); p++)
		growth++; /* C1 becomes up to 3 bytes from 2 */
	char *out = tt_arena_alloc(arena, s.n + growth + 1);
	if (!out)
		return (struct tt_str){NULL, 1};
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];
		if (c <= ' ' || c == 0x7f) {
			gap |= c == ' ' || (c >= '\t' && c <= '\r');
			continue;
		}
		if (gap && n)
			out[n++] = ' ';
		gap = false;
		if (c == 0xc2 && i + 1 < s.n && (unsigned char)s.p[i + 1] < 0xa0) {
			n += tt_utf8_encode(tt_cp1252((unsigned char)s.p[++i]), out + n);
			high = true;
			continue;
		}
		struct tt_str run = {s.p + i, 1 + plain_length((struct tt_str){s.p + i + 1, s.n - i - 1})};
		high |= tt_utf8_ascii(run) < run.n;
		memcpy(out + n, run.p, run.n);
		n += run.n;
		i += run.n - 1;
	}
	if (high && valid_utf8(out, n))
		n = undo_double_utf8(out, n);
	out[n] = '\0';
	return (struct tt_str){out, n};
}

/* Without a last tag that has no end. */
static struct tt_str whole_tags(struct tt_str s)
{
	const char *open = s.n ? memrchr(s.p, '<', s.n) : NULL;
	if (open && !memchr(open, '>', s.n - (size_t)(open - s.p)))
		s.n = (size_t)(open - s.p);
	return s;
}

int tt_text_make(struct tt_str raw, enum tt_text_kind kind, bool cut, struct tt_buf *scratch,
	struct tt_arena *arena, struct tt_str *ret)
{
	struct tt_buf decoded;
	int rc = TT_OK;
	tt_buf_init(&decoded, raw.n);
	tt_buf_reset(scratch);
	if (kind == TT_TEXT_BASE64) {
		bool ok;
		rc = base64_decode(raw, &decoded, &ok);
		if (rc < 0)
			goto out;
		raw = ok ? tt_buf_view(&decoded) : raw;
	}
	bool html = kind == TT_TEXT_HTML || kind == TT_TEXT_BASE64 ||
		    (kind == TT_TEXT_GUESS && tt_text_looks_html(raw));
	if (html && (memchr(raw.p, '<', raw.n) || memchr(raw.p, '&', raw.n))) {
		rc = tt_html_text(cut ? whole_tags(raw) : raw, scratch);
		if (rc < 0)
			goto out;
		raw = tt_buf_view(scratch);
	}
	struct tt_str s = tidy(raw, arena);
	rc = s.p ? TT_OK : TT_ENOMEM;
	if (s.p)
		*ret = s.n ? s : (struct tt_str){NULL, 0};
out:
	tt_buf_done(&decoded);
	return rc;
}
