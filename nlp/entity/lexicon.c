/* lexicon.c - see lexicon.h. */
#include "nlp/entity/lexicon.h"

#include <stdlib.h>
#include <string.h>

#include <utf8proc.h>

#include "nlp/entity/exchange.h"
#include "nlp/entity/legal.h"
#include "nlp/entity/words.h"
#include "common/utf8.h"

enum { BARE_MIN = 3 /* letters of a ticker, or bytes of a short name, that may stand alone */ };

struct builder {
	struct tt_lexicon *l;
	const struct tt_fold *fold;
	struct tt_folded folded; /* of the text at hand */
	uint64_t capitals;
};

uint64_t tt_lex_capitals(struct tt_str text, struct tt_folded *f, size_t start, size_t end)
{
	uint64_t bits = 0;
	const struct tt_fold_step *step = start < end ? tt_folded_step(f, start) : NULL;
	for (size_t i = start; i < end && i - start < 64; i++) {
		if (step + 1 < f->steps + f->n_steps && step[1].i <= i)
			step++;
		size_t at = step->at + (i - step->i);
		unsigned char c = (unsigned char)text.p[at];
		bool capital = c >= 'A' && c <= 'Z';
		if (c >= 0x80) {
			size_t len;
			utf8proc_category_t cat = utf8proc_category((int32_t)tt_utf8_decode(text, at, &len));
			capital = cat == UTF8PROC_CATEGORY_LU || cat == UTF8PROC_CATEGORY_LT;
		}
		bits |= (uint64_t)(capital && !tt_fold_separator(f->p[i])) << (i - start);
	}
	return bits;
}

uint64_t tt_lex_initials(struct tt_str key)
{
	uint64_t bits = 0;
	for (size_t i = 0; i < key.n && i < 64; i++)
		bits |= (uint64_t)(i == 0 || tt_fold_separator(key.p[i - 1])) << i;
	return bits;
}

static struct tt_str key_of(const struct builder *b)
{
	return (struct tt_str){b->folded.p ? b->folded.p : "", b->folded.n};
}

static int fold(struct builder *b, struct tt_str text)
{
	int rc = tt_fold_text(b->fold, text, &b->folded);
	if (rc == TT_OK)
		b->capitals = tt_lex_capitals(text, &b->folded, 0, b->folded.n);
	return rc;
}

static int add(struct builder *b, struct tt_lex_rule rule)
{
	struct tt_lexicon *l = b->l;
	if (!rule.key.n)
		return TT_OK;
	rule.key = tt_arena_str(&l->arena, rule.key);
	if (!rule.key.p)
		return TT_ENOMEM;
	struct tt_lex_rule *v = tt_arena_grow(&l->arena, l->rules, l->n, sizeof(*v));
	if (!v)
		return TT_ENOMEM;
	v[l->n++] = rule;
	l->rules = v;
	return TT_OK;
}

/* The rule, and once more without its apostrophes when it has any. */
static int add_name(struct builder *b, struct tt_lex_rule rule)
{
	int rc = add(b, rule);
	if (rc < 0 || !memchr(rule.key.p, '\'', rule.key.n))
		return rc;
	char plain[256];
	uint64_t capitals = 0;
	size_t n = 0;
	for (size_t i = 0; i < rule.key.n && n < sizeof(plain); i++) {
		if (rule.key.p[i] == '\'')
			continue;
		if (i < 64)
			capitals |= (rule.capitals >> i & 1) << (n & 63);
		plain[n++] = rule.key.p[i];
	}
	rule.key = (struct tt_str){plain, n};
	rule.capitals = capitals;
	return add(b, rule);
}

static bool all_common(struct tt_str key)
{
	while (key.n) {
		size_t n = 0;
		while (n < key.n && !tt_fold_separator(key.p[n]))
			n++;
		if (!tt_common_word((struct tt_str){key.p, n}))
			return false;
		n += n < key.n;
		key.p += n, key.n -= n;
	}
	return true;
}

static bool one_word(struct tt_str key)
{
	for (size_t i = 0; i < key.n; i++)
		if (tt_fold_separator(key.p[i]))
			return false;
	return true;
}

/* How a name that was not listed may be written. */
static enum tt_lex_how how_derived(struct tt_str key, enum tt_entity_kind kind)
{
	bool common = all_common(key);
	if (one_word(key) && (common || key.n < BARE_MIN))
		return TT_LEX_FORMAL;
	if (kind != TT_KIND_COMPANY && !common)
		return TT_LEX_ANY;
	return common || one_word(key) ? TT_LEX_CAPITAL : TT_LEX_ANY;
}

static int add_derived(struct builder *b, const struct tt_entity *e, uint32_t entity, struct tt_str key)
{
	const char *whole = b->folded.p;
	struct tt_lex_rule rule = {.key = key, .entity = entity, .derived = true};
	rule.how = (uint8_t)how_derived(key, e->kind);
	size_t skipped = (size_t)(key.p - whole);
	rule.capitals = skipped < 64 ? b->capitals >> skipped & tt_lex_initials(key) : 0;
	return add_name(b, rule);
}

static int add_names(struct builder *b, const struct tt_entity *e, uint32_t entity)
{
	int rc = fold(b, e->name);
	if (rc < 0)
		return rc;
	struct tt_str whole = key_of(b), stem = tt_legal_stem(whole), brief = tt_legal_short(stem);
	whole.n -= (size_t)(stem.p - whole.p); /* "the" is no part of a name */
	whole.p = stem.p;
	rc = add_derived(b, e, entity, whole);
	if (rc == TT_OK && stem.n < whole.n)
		rc = add_derived(b, e, entity, stem);
	if (rc == TT_OK && brief.n < stem.n && e->kind == TT_KIND_COMPANY && !all_common(brief))
		rc = add_derived(b, e, entity, brief);
	return rc;
}

static int add_listed(struct builder *b, const struct tt_entity *e, uint32_t entity)
{
	static const uint8_t how[] = {
		[TT_ALIAS_ANY] = TT_LEX_ANY, [TT_ALIAS_CAPITAL] = TT_LEX_CAPITAL, [TT_ALIAS_EXACT] = TT_LEX_EXACT};
	int rc = TT_OK;
	for (size_t i = 0; i < e->n_aliases && rc == TT_OK; i++) {
		if (e->aliases[i].rule == TT_ALIAS_TICKER)
			continue;
		struct tt_lex_rule rule = {.entity = entity, .how = how[e->aliases[i].rule]};
		rc = fold(b, e->aliases[i].text);
		rule.key = key_of(b);
		rule.capitals = rule.how == TT_LEX_CAPITAL ? b->capitals & tt_lex_initials(rule.key) : b->capitals;
		if (rc == TT_OK)
			rc = add_name(b, rule);
	}
	for (size_t i = 0; i < e->n_not_phrases && rc == TT_OK; i++) {
		rc = fold(b, e->not_phrases[i]);
		if (rc == TT_OK)
			rc = add_name(b, (struct tt_lex_rule){.key = key_of(b), .entity = entity, .how = TT_LEX_PHRASE});
	}
	return rc;
}

static bool has_letters(struct tt_str s, size_t at_least)
{
	size_t n = 0;
	for (size_t i = 0; i < s.n; i++)
		n += s.p[i] >= 'A' && s.p[i] <= 'Z';
	return n >= at_least;
}

/* A ticker of exchange 0 may be a share class, "BRK.B", which is written with '-', '/' or a blank, too. */
static int add_ticker(struct builder *b, struct tt_str ticker, uint32_t entity, int exchange)
{
	struct tt_lex_rule rule = {.entity = entity, .exchange = (uint8_t)exchange, .derived = true, .how = TT_LEX_TICKER};
	int rc = fold(b, ticker);
	if (rc < 0)
		return rc;
	rule.key = key_of(b);
	if (exchange == TT_EXCHANGE_US && has_letters(ticker, BARE_MIN) && !tt_common_word(rule.key))
		rule.how = TT_LEX_BARE;
	rc = add(b, rule);
	char *dot = exchange == TT_EXCHANGE_US && rule.key.n ? memchr(b->folded.p, '.', b->folded.n) : NULL;
	for (const char *other = " ,"; dot && *other && rc == TT_OK; other++) {
		*dot = *other;
		rc = add(b, rule);
	}
	return rc;
}

/* A symbol with an exchange suffix: whole in capitals, and its base behind the exchange's name. */
static int add_foreign(struct builder *b, struct tt_str whole, struct tt_str base, uint32_t entity, int exchange)
{
	int rc = fold(b, whole);
	if (rc == TT_OK)
		rc = add(b, (struct tt_lex_rule){
				.key = key_of(b), .entity = entity, .how = TT_LEX_SYMBOL, .derived = true});
	return rc == TT_OK ? add_ticker(b, base, entity, exchange) : rc;
}

static int add_symbol(struct builder *b, const struct tt_entity *e, uint32_t entity)
{
	struct tt_str s = e->symbol;
	const char *dot = memrchr(s.p, '.', s.n);
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '^' || s.p[i] == '=' || s.p[i] == '/' || s.p[i] == ':')
			return TT_OK; /* "^GSPC", "CL=F": keys that nobody writes in a text */
	if (e->kind != TT_KIND_COMPANY && e->kind != TT_KIND_FUND)
		return TT_OK; /* listed where it is used: "EUR", "$BTC" */
	struct tt_str base = s, whole = s;
	int exchange = TT_EXCHANGE_US;
	if (dot) {
		base.n = (size_t)(dot - s.p);
		exchange = tt_exchange_of_suffix((struct tt_str){dot + 1, s.n - base.n - 1});
	}
	if (exchange <= TT_EXCHANGE_US)
		return add_ticker(b, s, entity, TT_EXCHANGE_US);
	int rc = add_foreign(b, whole, base, entity, exchange);
	while (base.n > 1 && base.p[0] == '0') /* Hong Kong: "0700.HK" is "700.HK", "HKG: 700", too */
		base.p++, base.n--, whole.p++, whole.n--;
	return rc == TT_OK && whole.p != s.p ? add_foreign(b, whole, base, entity, exchange) : rc;
}

static int add_entity(struct builder *b, const struct tt_entity *e, uint32_t entity)
{
	int rc = add_listed(b, e, entity);
	if (rc == TT_OK)
		rc = add_names(b, e, entity);
	if (rc == TT_OK)
		rc = add_symbol(b, e, entity);
	for (size_t i = 0; i < e->n_aliases && rc == TT_OK; i++)
		if (e->aliases[i].rule == TT_ALIAS_TICKER)
			rc = add_ticker(b, e->aliases[i].text, entity, TT_EXCHANGE_US);
	return rc;
}

static bool is_name(const struct tt_lex_rule *r)
{
	return r->how < TT_LEX_SYMBOL;
}

/* By key; listed names first, then derived ones by the line of the file, then tickers. */
static int compare(const void *a, const void *b)
{
	const struct tt_lex_rule *x = a, *y = b;
	int d = memcmp(x->key.p, y->key.p, x->key.n < y->key.n ? x->key.n : y->key.n);
	if (!d)
		d = (x->key.n > y->key.n) - (x->key.n < y->key.n);
	if (!d)
		d = is_name(y) - is_name(x);
	if (!d)
		d = x->derived - y->derived;
	if (!d)
		d = (x->entity > y->entity) - (x->entity < y->entity);
	return d ? d : x->how - y->how;
}

/* Leaves the listed names of each key, else the first derived one, and of its tickers one an exchange: the others could
 * never count. */
static void drop_shadowed(struct tt_lexicon *l)
{
	size_t n = 0;
	for (size_t i = 0; i < l->n; i++) {
		const struct tt_lex_rule *r = &l->rules[i];
		bool shadowed = false;
		for (size_t k = n; k-- > 0 && tt_str_eq(l->rules[k].key, r->key) && !shadowed;)
			shadowed = is_name(r) ? r->derived && is_name(&l->rules[k])
					      : !is_name(&l->rules[k]) && l->rules[k].exchange == r->exchange;
		if (!shadowed)
			l->rules[n++] = *r;
	}
	l->n = n;
	for (size_t i = n; i-- > 0;) {
		bool last = i + 1 == n || !tt_str_eq(l->rules[i].key, l->rules[i + 1].key);
		l->rules[i].n_same = last ? 1 : l->rules[i + 1].n_same + 1;
	}
}

int tt_lexicon_init(struct tt_lexicon *l, const struct tt_entity_dict *dict, const struct tt_fold *f, struct tt_err *err)
{
	struct builder b = {.l = l, .fold = f};
	int rc = TT_OK;
	*l = (struct tt_lexicon){0};
	tt_arena_init(&l->arena, SIZE_MAX);
	for (size_t i = 0; i < tt_entity_dict_count(dict) && rc == TT_OK; i++)
		rc = add_entity(&b, tt_entity_dict_at(dict, i), (uint32_t)i);
	tt_folded_done(&b.folded);
	if (rc < 0) {
		tt_lexicon_done(l);
		return tt_err_set(err, rc, "%s: %s", tt_entity_dict_name(dict), tt_err_text(rc));
	}
	if (l->n)
		qsort(l->rules, l->n, sizeof(*l->rules), compare);
	drop_shadowed(l);
	return TT_OK;
}

void tt_lexicon_done(struct tt_lexicon *l)
{
	tt_arena_done(&l->arena);
	*l = (struct tt_lexicon){0};
}
