/* clean.c - see clean.h. A web address is http:// or https:// with at least one character behind it, up to
 * white space. */
#include "nlp/token/clean.h"

#include <stdlib.h>
#include <strings.h>

#include "nlp/token/unicode.h"
#include "common/utf8.h"

/* Bytes of the white space at `at`, 0 when there is none. Wider than BERT's: the training's cleaning also
 * took the control characters that separate lines and records, which the tokenizer would drop and so join the
 * words around. */
static size_t space_at(struct tt_str s, size_t at)
{
	size_t len;
	unsigned char b = (unsigned char)s.p[at];
	if (b < 0x80)
		return b == ' ' || (b >= '\t' && b <= '\r') || (b >= 0x1C && b <= 0x1F);
	uint32_t c = tt_utf8_decode(s, at, &len);
	return c == 0x85 || tt_uni_space(c) ? len : 0;
}

static size_t skip_to_space(struct tt_str s, size_t at)
{
	while (at < s.n && !space_at(s, at))
		at++;
	return at;
}

/* The end of the web address at `at`, or `at` when there is none. */
static size_t address_end(struct tt_str s, size_t at)
{
	static const struct tt_str schemes[] = {{"http://", 7}, {"https://", 8}};
	if ((s.p[at] | 0x20) != 'h')
		return at;
	for (size_t i = 0; i < TT_LEN(schemes); i++) {
		size_t n = schemes[i].n;
		if (s.n - at > n && strncasecmp(s.p + at, schemes[i].p, n) == 0 && !space_at(s, at + n))
			return skip_to_space(s, at + n);
	}
	return at;
}

void tt_clean_init(struct tt_clean *c)
{
	*c = (struct tt_clean){0};
}

void tt_clean_done(struct tt_clean *c)
{
	free(c->bytes);
	free(c->from);
	tt_clean_init(c);
}

static int reserve(struct tt_clean *c, size_t n)
{
	if (n <= c->cap)
		return TT_OK;
	n += n / 2;
	char *bytes = realloc(c->bytes, n);
	if (bytes)
		c->bytes = bytes;
	uint32_t *from = realloc(c->from, n * sizeof(*from));
	if (from)
		c->from = from;
	if (!bytes || !from)
		return TT_ENOMEM;
	c->cap = n;
	return TT_OK;
}

int tt_clean_text(struct tt_clean *c, struct tt_str given)
{
	size_t n = 0, len, gap_at = 0;
	bool gap = false;
	c->text = (struct tt_str){NULL, 0};
	int rc = given.n < TT_TEXT_MAX ? reserve(c, given.n + 1) : TT_ELIMIT;
	if (rc < 0)
		return rc;
	for (size_t at = 0; at < given.n; at += len) {
		size_t address = address_end(given, at) - at, space = address ? 0 : space_at(given, at);
		len = address + space;
		if (len > 0) {
			gap_at = gap ? gap_at : at;
			gap = true;
			continue;
		}
		if (gap && n > 0) {
			c->bytes[n] = ' ';
			c->from[n++] = (uint32_t)gap_at;
		}
		gap = false;
		c->bytes[n] = given.p[at];
		c->from[n++] = (uint32_t)at;
		len = 1;
	}
	c->from[n] = (uint32_t)given.n;
	c->text = (struct tt_str){c->bytes, n};
	return TT_OK;
}

/* The first cleaned byte that stood at `byte` of the given text or behind it. */
static size_t first_from(const struct tt_clean *c, uint32_t byte)
{
	size_t lo = 0, hi = c->text.n;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (c->from[mid] < byte)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

bool tt_clean_span(const struct tt_clean *c, struct tt_span given, struct tt_span *ret)
{
	size_t start = first_from(c, given.start), end = first_from(c, given.end);
	if (start >= end)
		return false;
	*ret = (struct tt_span){(uint32_t)start, (uint32_t)end};
	return true;
}

struct tt_span tt_clean_origin(const struct tt_clean *c, struct tt_span cleaned)
{
	uint32_t last = cleaned.end - 1;
	uint32_t end = c->text.p[last] == ' ' ? c->from[cleaned.end] : c->from[last] + 1;
	return (struct tt_span){c->from[cleaned.start], end};
}

bool tt_clean_tokens(const struct tt_clean *c, const struct tt_tokens *tokens, struct tt_span given,
	size_t *begin, size_t *end)
{
	struct tt_span in;
	if (tokens->n < 2 || !tt_clean_span(c, given, &in))
		return false;
	size_t lo = 1, hi = tokens->n - 1; /* without [CLS] and [SEP]; starts and ends never fall */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		if (tokens->spans[mid].end <= in.start)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*begin = *end = lo; *end < tokens->n - 1 && tokens->spans[*end].start < in.end;)
		++*end;
	return *begin < *end;
}
