/* words.c - see words.h. */
#include "ingest/words.h"

#include <utf8proc.h>

#include "common/err.h"
#include "common/utf8.h"

enum {
	MOST_WORDS = 64, /* that are compared; headlines have fewer */
	GROWTH = 3,      /* a '?' becomes " ? "; no letter grows more in lower case */
	APOSTROPHE = 0x2019,
	MINUS_SIGN = 0x2212,
};

enum kind { LETTER, NOTHING, GAP, QUESTION, SIGN };

static enum kind kind_of(uint32_t c)
{
	if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
		return LETTER;
	switch (c) {
	case '%':
	case '$':
		return LETTER;
	case '\'':
	case APOSTROPHE:
		return NOTHING;
	case '?':
		return QUESTION;
	case '+':
	case '-':
	case MINUS_SIGN:
		return SIGN;
	}
	if (c < 0x80)
		return GAP;
	switch (utf8proc_category((utf8proc_int32_t)c)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
	case UTF8PROC_CATEGORY_SC:
		return LETTER;
	default:
		return GAP;
	}
}

static bool digit_at(struct tt_str text, size_t at)
{
	return at < text.n && text.p[at] >= '0' && text.p[at] <= '9';
}

/* Copies a letter in lower case; returns the new end. */
static char *put_letter(char *out, uint32_t c)
{
	if (c < 0x80) {
		*out = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
		return out + 1;
	}
	return out + tt_utf8_encode((uint32_t)utf8proc_tolower((utf8proc_int32_t)c), out);
}

int tt_words(struct tt_str text, struct tt_arena *arena, struct tt_str *ret)
{
	char *start = tt_arena_alloc(arena, text.n * GROWTH + TT_UTF8_MAX), *out = start;
	bool gap = false;
	size_t len;
	if (!start)
		return TT_ENOMEM;
	for (size_t at = 0; at < text.n; at += len) {
		uint32_t c = tt_utf8_decode(text, at, &len);
		enum kind kind = kind_of(c);
		if (kind == SIGN)
			kind = (gap || out == start) && digit_at(text, at + len) ? LETTER : GAP;
		if (kind == NOTHING)
			continue;
		if (kind == GAP) {
			gap = true;
			continue;
		}
		if ((gap || kind == QUESTION) && out > start && out[-1] != ' ')
			*out++ = ' ';
		gap = kind == QUESTION;
		out = put_letter(out, c == MINUS_SIGN ? '-' : c);
	}
	*ret = (struct tt_str){start, (size_t)(out - start)};
	return TT_OK;
}

static size_t split(struct tt_str text, struct tt_str words[MOST_WORDS])
{
	size_t n = 0;
	while (text.n && n < MOST_WORDS)
		words[n++] = tt_str_split(&text, ' ');
	return n;
}

bool tt_words_alike(struct tt_str a, struct tt_str b)
{
	struct tt_str x[MOST_WORDS], y[MOST_WORDS];
	size_t n = split(a, x), m = split(b, y), most = n > m ? n : m, shared = 0;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < m; k++)
			if (y[k].n && tt_str_eq(x[i], y[k])) {
				y[k].n = 0; /* each counts once */
				shared++;
				break;
			}
	return shared && shared * 2 >= most;
}
