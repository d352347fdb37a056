/* rules.c - see rules.h. */
#include "nlp/entity/rules.h"

#include <string.h>

#include <utf8proc.h>

#include "nlp/entity/exchange.h"
#include "nlp/entity/legal.h"
#include "nlp/entity/words.h"
#include "common/utf8.h"

enum {
	AROUND = 80,    /* bytes on each side that tell whether a text is all in capitals */
	TICKER_MAX = 5, /* letters of a US ticker */
	LONG_WORD = 6,  /* letters: longer than any ticker */
	FORMS_MAX = 3,  /* legal forms in a row: "Pte Co Ltd" */
};

static bool is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

static bool is_alnum(char c)
{
	return is_upper(c) || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c & 0x80);
}

struct letters {
	size_t upper, lower;
};

static void count_letters(struct tt_str text, size_t from, size_t to, struct letters *count)
{
	for (size_t i = from; i < to; i++) {
		count->upper += is_upper(text.p[i]);
		count->lower += text.p[i] >= 'a' && text.p[i] <= 'z';
	}
}

/* Is there a word in capitals that is no ticker: a long or a common one? */
static bool has_prose(struct tt_str text, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		char word[LONG_WORD];
		size_t n = 0;
		for (; i < to && is_upper(text.p[i]); i++, n++)
			if (n < LONG_WORD)
				word[n] = (char)(text.p[i] + 'a' - 'A');
		if (n >= LONG_WORD || (n >= 2 && tt_common_word((struct tt_str){word, n})))
			return true;
	}
	return false;
}

/* Is the line around bytes [start, end) all in capitals, so that those between tell nothing? A list of tickers is not. */
static bool shouting(struct tt_str text, size_t start, size_t end)
{
	struct letters count = {0};
	size_t from = start, to = end;
	while (from > 0 && start - from < AROUND && text.p[from - 1] != '\n')
		from--;
	while (to < text.n && to - end < AROUND && text.p[to] != '\n')
		to++;
	count_letters(text, from, start, &count);
	count_letters(text, end, to, &count);
	return count.upper > 9 * count.lower && (has_prose(text, from, start) || has_prose(text, end, to));
}

static size_t byte_start(const struct tt_rule_text *t, size_t i)
{
	return tt_folded_at(t->folded, i);
}

/* Where the character that gave folded byte i - 1 ends in the text, marks on it included. */
static size_t byte_end(const struct tt_rule_text *t, size_t i)
{
	size_t at = tt_folded_at(t->folded, i - 1), len;
	tt_utf8_decode(t->text, at, &len);
	for (at += len; at < t->text.n && (t->text.p[at] & 0x80); at += len) {
		utf8proc_category_t cat = utf8proc_category((int32_t)tt_utf8_decode(t->text, at, &len));
		if (cat != UTF8PROC_CATEGORY_MN && cat != UTF8PROC_CATEGORY_ME)
			break;
	}
	return at;
}

static uint64_t letters_of(struct tt_str key)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < key.n && i < 64; i++)
		bits |= (uint64_t)(key.p[i] >= 'a' && key.p[i] <= 'z') << i;
	return bits;
}

static bool form_is_written(const struct tt_rule_text *t, size_t start, size_t end, enum tt_legal_case how)
{
	const struct tt_folded *f = t->folded;
	size_t word = end;
	if (how == TT_LEGAL_ANY)
		return true;
	while (word > start && !tt_fold_separator(f->p[word - 1]))
		word--;
	if (!is_upper(t->text.p[byte_start(t, word)]) ||
		(how == TT_LEGAL_CAPITALS && !is_upper(t->text.p[byte_start(t, end - 1)])))
		return false;
	return !shouting(t->text, byte_start(t, start), byte_end(t, end));
}

/* Folded end of the legal forms behind a name that ends at folded byte `end`; `end` when there are none. */
static size_t after_forms(const struct tt_rule_text *t, size_t end)
{
	const struct tt_folded *f = t->folded;
	for (int i = 0; i < FORMS_MAX && end < f->n && tt_fold_separator(f->p[end]); i++) {
		enum tt_legal_case how;
		size_t n = tt_legal_form((struct tt_str){f->p + end + 1, f->n - end - 1}, &how), start = end + 1;
		if (!n || !form_is_written(t, start, start + n, how))
			break;
		for (size_t at = byte_end(t, end); at < byte_start(t, start); at++)
			if (!strchr(" ,.&", t->text.p[at]))
				return end; /* "Apple: Corporate bonds" */
		size_t next = byte_end(t, start + n);
		if (next < t->text.n && t->text.p[next] == '-')
			break; /* "Apple Co-Founder" */
		end = start + n;
	}
	return end;
}

static bool name_holds(const struct tt_rule_text *t, const struct tt_lex_rule *r, size_t start, size_t end, bool formal)
{
	uint64_t capitals = tt_lex_capitals(t->text, t->folded, start, end);
	size_t at = byte_start(t, start);
	if (r->key.p[0] >= '0' && r->key.p[0] <= '9' && at && t->text.p[at - 1] == '$')
		return false; /* "$3M" is money */
	if (r->how != TT_LEX_PHRASE && r->key.n <= TICKER_MAX && at && t->text.p[at - 1] == '$' &&
		(capitals & letters_of(r->key)) == letters_of(r->key))
		return false; /* "$ITC" is the cashtag of somebody else */
	if (r->how != TT_LEX_PHRASE && tt_exchange_introduces(t->text, at, byte_end(t, end)))
		return false; /* "NYSE: BA" */
	switch (r->how) {
	case TT_LEX_PHRASE:
	case TT_LEX_ANY:
		return true;
	case TT_LEX_CAPITAL:
		return formal || (capitals & r->capitals) == r->capitals;
	case TT_LEX_EXACT:
		return formal || (capitals == r->capitals && !shouting(t->text, at, byte_end(t, end)));
	default:
		return formal;
	}
}

static bool ticker_holds(const struct tt_rule_text *t, const struct tt_lex_rule *r, size_t start, size_t end,
	struct tt_rule_place *p)
{
	struct tt_str text = t->text;
	uint64_t letters = letters_of(r->key);
	bool dollar = p->start && text.p[p->start - 1] == '$';
	bool inside = dollar && p->start > 1 && is_alnum(text.p[p->start - 2]); /* "US$C", "C$AU" */
	bool us = r->exchange == TT_EXCHANGE_US && r->how != TT_LEX_SYMBOL;
	bool ends = end == t->folded->n || t->folded->p[end] != '.';
	if (inside)
		return false;
	if (dollar && ends && (us || r->how == TT_LEX_SYMBOL)) {
		p->start--;
		return true;
	}
	if ((tt_lex_capitals(text, t->folded, start, end) & letters) != letters)
		return false;
	if (!ends) {
		size_t n = us ? tt_exchange_reuters_us((struct tt_str){text.p + p->end, text.n - p->end}) : 0;
		p->end += (uint32_t)n;
		return n > 0;
	}
	if (r->how == TT_LEX_SYMBOL || tt_exchange_stands_before(text, p->start, r->exchange))
		return true;
	return r->how == TT_LEX_BARE && !shouting(text, p->start, p->end) &&
	       !tt_exchange_introduces(text, p->start, p->end);
}

bool tt_rule_holds(const struct tt_rule_text *t, const struct tt_lex_rule *rules, size_t n, size_t start, size_t end,
	struct tt_rule_place *ret)
{
	const struct tt_folded *f = t->folded;
	size_t at = byte_start(t, start);
	bool cashtag = at && t->text.p[at - 1] == '$', found = false;
	if (rules[0].how >= TT_LEX_SYMBOL && !cashtag && t->text.p[at] >= 'a')
		return false; /* "on", "all", "it": by far the most frequent case */
	struct tt_rule_place place = {(uint32_t)at, (uint32_t)byte_end(t, end), (uint32_t)(end - start), 0};
	for (size_t pass = 0; pass < 2 && !found; pass++) /* behind a '$' tickers come first, else names */
		for (size_t i = 0; i < n && !found; i++) {
			const struct tt_lex_rule *r = &rules[i];
			struct tt_rule_place p = place;
			bool ticker = r->how >= TT_LEX_SYMBOL;
			if (ticker != (cashtag == (pass == 0)))
				continue;
			if (ticker)
				found = ticker_holds(t, r, start, end, &p);
			else if (end == f->n || f->p[end] != '.') {
				size_t formal = r->how == TT_LEX_PHRASE ? end : after_forms(t, end);
				found = name_holds(t, r, start, end, formal > end);
				p.end = (uint32_t)byte_end(t, formal);
			}
			p.entity = r->how == TT_LEX_PHRASE ? TT_RULE_NO_ENTITY : r->entity;
			if (found)
				*ret = p;
		}
	return found;
}
