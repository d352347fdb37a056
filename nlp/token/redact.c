/* redact.c - see redact.h: e-mail addresses, handles, and the text put together. */
#include "nlp/token/redact.h"

#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"
#include "nlp/token/redact_parts.h"
#include "nlp/token/unicode.h"

enum { HANDLE_MAX = 30, LABEL_MAX = 63, LOCAL_MAX = 64 };

static const struct tt_str placeholders[TT_PRIVATE_KINDS] = {
	[TT_PRIVATE_EMAIL] = {"[email]", 7},
	[TT_PRIVATE_PHONE] = {"[phone]", 7},
	[TT_PRIVATE_IBAN] = {"[iban]", 6},
	[TT_PRIVATE_CARD] = {"[card]", 6},
	[TT_PRIVATE_HANDLE] = {"[handle]", 8},
};

const char *tt_private_name(enum tt_private kind)
{
	static const char *const names[TT_PRIVATE_KINDS] = {"email", "phone", "iban", "card", "handle"};
	return names[kind];
}

/* Bytes of a character that e-mail names are made of: ASCII as usual, and letters of scripts that set words
 * apart by spaces (below U+2E80). */
static size_t name_char(struct tt_str s, size_t at)
{
	size_t len;
	if (at >= s.n)
		return 0;
	if ((unsigned char)s.p[at] < 0x80)
		return tt_private_word(s, at) || (s.p[at] && strchr(".%+-", s.p[at]));
	uint32_t c = tt_utf8_decode(s, at, &len);
	bool letter = c >= 0xC0 && c < 0x2E80 && c != 0xD7 && c != 0xF7 && !(c >= 0x2000 && c < 0x2C00) &&
		      !tt_uni_space(c) && !tt_uni_punct(c);
	return letter ? len : 0;
}

/* "example.co.uk": labels with a dot between them, the last one of two letters at least. */
static size_t domain(struct tt_str s, size_t at)
{
	size_t end = at, good = 0, labels = 0;
	for (;;) {
		size_t from = end, letters = 0, len;
		while (end < s.n && s.p[end] != '.' && s.p[end] != '_' && s.p[end] != '%' &&
			s.p[end] != '+' && (len = name_char(s, end)) > 0) {
			letters += !tt_private_digit(s, end) && s.p[end] != '-';
			end += len;
		}
		if (end == from || end - from > LABEL_MAX)
			break;
		if (++labels > 1 && letters > 1)
			good = end - at;
		if (end >= s.n || s.p[end] != '.')
			break;
		end++;
	}
	return good;
}

size_t tt_private_email(struct tt_str s, size_t at)
{
	size_t end = at, len;
	while (end - at <= LOCAL_MAX && (len = name_char(s, end)) > 0)
		end += len;
	if (end == at || end >= s.n || s.p[end] != '@')
		return 0;
	size_t n = domain(s, end + 1);
	return n ? end + 1 + n - at : 0;
}

/* "@name", "@name@server.example". "@25" is a price. */
static size_t handle(struct tt_str s, size_t at)
{
	size_t end = at + 1;
	if (s.p[at] != '@' || !(tt_private_letter(s, end) || (end < s.n && s.p[end] == '_')))
		return 0;
	while (tt_private_word(s, end))
		end++;
	if (end - at > HANDLE_MAX)
		return 0;
	const size_t server = end < s.n && s.p[end] == '@' ? domain(s, end + 1) : 0;
	return end - at + (server ? 1 + server : 0);
}

/* What of these kinds begins at `at`. `s` is what is left behind the last thing redacted, whose own letters
 * are nobody's unit or "call" any more: what is found is then the same as would be found behind its
 * placeholder. */
static size_t find(struct tt_str s, size_t at, unsigned kinds, bool name_goes_on, enum tt_private *kind)
{
	static const struct {
		enum tt_private kind;
		size_t (*length)(struct tt_str s, size_t at);
	} words[] = {{TT_PRIVATE_HANDLE, handle}, {TT_PRIVATE_IBAN, tt_private_iban},
		{TT_PRIVATE_CARD, tt_private_card}, {TT_PRIVATE_PHONE, tt_private_phone}};
	const bool word_goes_on = at > 0 && tt_private_word(s, at - 1);
	size_t n = name_goes_on || !(kinds & (1U << TT_PRIVATE_EMAIL)) ? 0 : tt_private_email(s, at);
	*kind = TT_PRIVATE_EMAIL;
	for (size_t i = 0; !n && !word_goes_on && i < TT_LEN(words); i++) {
		*kind = words[i].kind;
		n = kinds & (1U << words[i].kind) ? words[i].length(s, at) : 0;
	}
	return n;
}

void tt_redacted_init(struct tt_redacted *r)
{
	*r = (struct tt_redacted){.kinds = (1U << TT_PRIVATE_KINDS) - 1};
	tt_buf_init(&r->text, (size_t)UINT32_MAX);
}

void tt_redacted_done(struct tt_redacted *r)
{
	tt_buf_done(&r->text);
	free(r->v);
	tt_redacted_init(r);
}

static int add(struct tt_redacted *r, enum tt_private kind, size_t at, size_t n)
{
	if (r->n == r->cap) {
		size_t cap = r->cap ? 2 * r->cap : 8;
		struct tt_redaction *v = realloc(r->v, cap * sizeof(*v));
		if (!v)
			return TT_ENOMEM;
		r->v = v;
		r->cap = cap;
	}
	uint32_t from = (uint32_t)r->text.n;
	tt_buf_str(&r->text, placeholders[kind]);
	r->v[r->n++] = (struct tt_redaction){
		kind, {(uint32_t)at, (uint32_t)(at + n)}, {from, from + (uint32_t)placeholders[kind].n}};
	return r->text.rc;
}

int tt_redact(struct tt_redacted *r, struct tt_str given)
{
	enum tt_private kind;
	size_t n, copied = 0; /* copied: of the given text */
	bool name_goes_on = false;
	int rc = given.n < TT_TEXT_MAX ? TT_OK : TT_ELIMIT;
	tt_buf_reset(&r->text);
	r->n = 0;
	for (size_t at = 0; rc == TT_OK && at < given.n;) {
		struct tt_str left = {given.p + copied, given.n - copied};
		n = find(left, at - copied, r->kinds, name_goes_on, &kind);
		if (n > 0) {
			tt_buf_add(&r->text, given.p + copied, at - copied);
			rc = add(r, kind, at, n);
			copied = at += n;
			name_goes_on = false;
		} else {
			n = name_char(given, at);
			name_goes_on = n > 0;
			at += n ? n : 1;
		}
	}
	if (rc == TT_OK)
		rc = tt_buf_add(&r->text, given.p + copied, given.n - copied);
	if (rc < 0) {
		tt_buf_reset(&r->text);
		r->n = 0;
	}
	return rc;
}

/* Where a byte of the given text went; inside something redacted: the placeholder's start or its end. */
static uint32_t moved(const struct tt_redacted *r, uint32_t byte, bool is_end)
{
	size_t i = 0;
	while (i < r->n && r->v[i].given.end <= byte)
		i++;
	if (i < r->n && r->v[i].given.start < byte)
		return is_end ? r->v[i].placeholder.end : r->v[i].placeholder.start;
	return i ? r->v[i - 1].placeholder.end + (byte - r->v[i - 1].given.end) : byte;
}

struct tt_span tt_redacted_span(const struct tt_redacted *r, struct tt_span given)
{
	return (struct tt_span){moved(r, given.start, false), moved(r, given.end, true)};
}
