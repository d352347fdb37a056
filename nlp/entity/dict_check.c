/* dict_check.c - the dictionary as a whole: finding by symbol, no name used twice, and printing. */
#include <stdlib.h>

#include "nlp/entity/dict_parts.h"
#include "nlp/entity/fold.h"

/* A listed alias or phrase, folded. */
struct claim {
	struct tt_str key;
	uint32_t entity;
	bool phrase;
	bool exact; /* may stand there in several spellings: !NIO|!Nio */
};

static int compare_tickers(const void *a, const void *b)
{
	const struct tt_dict_ticker *x = a, *y = b;
	int d = tt_str_order(x->text, y->text);
	return d ? d : (x->entity > y->entity) - (x->entity < y->entity);
}

static int compare_claims(const void *a, const void *b)
{
	const struct claim *x = a, *y = b;
	int d = tt_str_order(x->key, y->key);
	return d ? d : (x->entity > y->entity) - (x->entity < y->entity);
}

static int taken(const struct tt_entity_dict *d, const char *what, struct tt_str text, uint32_t a, uint32_t b, struct tt_err *err)
{
	const struct tt_entity *first = &d->entities[a], *again = &d->entities[b];
	if (a == b)
		return tt_err_set(err, TT_EPARSE, "%s:%d: %s '%.*s' stands there twice", d->name, first->line, what, TT_FMT(text));
	return tt_err_set(err, TT_EPARSE, "%s:%d: %s '%.*s' is already that of %.*s, line %d", d->name, again->line, what,
		TT_FMT(text), TT_FMT(first->symbol), first->line);
}

static int index_tickers(struct tt_entity_dict *d, struct tt_err *err)
{
	size_t n = d->n;
	for (size_t i = 0; i < d->n; i++)
		n += d->entities[i].n_aliases;
	struct tt_dict_ticker *v = tt_arena_zalloc(&d->arena, n + 1, sizeof(*v));
	if (!v)
		return tt_err_set(err, TT_ENOMEM, "%s: out of memory", d->name);
	n = 0;
	for (size_t i = 0; i < d->n; i++) {
		const struct tt_entity *e = &d->entities[i];
		v[n++] = (struct tt_dict_ticker){e->symbol, (uint32_t)i};
		for (size_t k = 0; k < e->n_aliases; k++)
			if (e->aliases[k].rule == TT_ALIAS_TICKER)
				v[n++] = (struct tt_dict_ticker){e->aliases[k].text, (uint32_t)i};
	}
	qsort(v, n, sizeof(*v), compare_tickers);
	for (size_t i = 1; i < n; i++)
		if (tt_str_eq(v[i - 1].text, v[i].text))
			return taken(d, "symbol", v[i].text, v[i - 1].entity, v[i].entity, err);
	d->tickers = v;
	d->n_tickers = n;
	return TT_OK;
}

static int claim(struct tt_arena *a, const struct tt_fold *f, struct tt_folded *folded, struct tt_str text, struct claim *c)
{
	int rc = tt_fold_text(f, text, folded);
	c->key = tt_arena_str(a, (struct tt_str){folded->p ? folded->p : "", folded->n});
	return rc < 0 ? rc : c->key.p ? TT_OK : TT_ENOMEM;
}

static int collect(const struct tt_entity_dict *d, const struct tt_fold *f, struct tt_arena *a, struct claim *v, size_t *ret_n)
{
	struct tt_folded folded = {0};
	size_t n = 0;
	int rc = TT_OK;
	for (size_t i = 0; i < d->n && rc == TT_OK; i++) {
		const struct tt_entity *e = &d->entities[i];
		for (size_t k = 0; k < e->n_aliases && rc == TT_OK; k++) {
			if (e->aliases[k].rule == TT_ALIAS_TICKER)
				continue;
			v[n].entity = (uint32_t)i;
			v[n].exact = e->aliases[k].rule == TT_ALIAS_EXACT;
			rc = claim(a, f, &folded, e->aliases[k].text, &v[n++]);
		}
		for (size_t k = 0; k < e->n_not_phrases && rc == TT_OK; k++) {
			v[n].entity = (uint32_t)i;
			v[n].phrase = true;
			rc = claim(a, f, &folded, e->not_phrases[k], &v[n++]);
		}
	}
	tt_folded_done(&folded);
	*ret_n = n;
	return rc;
}

static int check_claims(const struct tt_entity_dict *d, struct claim *v, size_t n, struct tt_err *err)
{
	qsort(v, n, sizeof(*v), compare_claims);
	for (size_t i = 0; i < n; i++) {
		const struct claim *a = i ? &v[i - 1] : NULL, *b = &v[i];
		const struct tt_entity *e = &d->entities[b->entity];
		if (b->key.n == 0)
			return tt_err_set(err, TT_EPARSE, "%s:%d: an alias or phrase of %.*s has no letter or digit", d->name, e->line,
				TT_FMT(e->symbol));
		if (!a || !tt_str_eq(a->key, b->key) || (a->phrase && b->phrase))
			continue;
		if (a->entity != b->entity || !a->exact || !b->exact)
			return taken(d, "alias", b->key, a->entity, b->entity, err);
	}
	return TT_OK;
}

static int check_aliases(const struct tt_entity_dict *d, struct tt_err *err)
{
	size_t n = 0;
	struct tt_arena a;
	tt_arena_init(&a, SIZE_MAX);
	for (size_t i = 0; i < d->n; i++)
		n += d->entities[i].n_aliases + d->entities[i].n_not_phrases;
	struct tt_fold *f = tt_fold_new();
	struct claim *v = tt_arena_zalloc(&a, n + 1, sizeof(*v));
	int rc = f && v ? collect(d, f, &a, v, &n) : TT_ENOMEM;
	if (rc < 0)
		tt_err_set(err, rc, "%s: %s", d->name, tt_err_text(rc));
	else
		rc = check_claims(d, v, n, err);
	tt_fold_free(f);
	tt_arena_done(&a);
	return rc;
}

int tt_entity_dict_index(struct tt_entity_dict *d, struct tt_err *err)
{
	int rc = index_tickers(d, err);
	return rc < 0 ? rc : check_aliases(d, err);
}

const struct tt_entity *tt_entity_dict_find(const struct tt_entity_dict *d, struct tt_str symbol)
{
	size_t lo = 0, hi = d->n_tickers;
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int c = symbol.n ? tt_str_order(d->tickers[mid].text, symbol) : 1;
		if (c == 0)
			return &d->entities[d->tickers[mid].entity];
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

int tt_entity_print_header(struct tt_buf *out)
{
	return tt_buf_str(out, TT_STR("symbol\tname\tkind\tsector\tcountry\taliases\tnot\n"));
}

int tt_entity_print(const struct tt_entity *e, struct tt_buf *out)
{
	static const char *const marks[] = {"", "^", "!", "$"};
	int rc = tt_buf_printf(out, "%.*s\t%.*s\t%s\t%.*s\t%.*s\t", TT_FMT(e->symbol), TT_FMT(e->name),
		tt_entity_kind_name(e->kind), TT_FMT(e->sector), TT_FMT(e->country));
	for (size_t i = 0; i < e->n_aliases && rc == TT_OK; i++)
		rc = tt_buf_printf(out, "%s%s%.*s", i ? "|" : "", marks[e->aliases[i].rule], TT_FMT(e->aliases[i].text));
	if (rc == TT_OK)
		rc = tt_buf_char(out, '\t');
	for (size_t i = 0; i < e->n_not_phrases && rc == TT_OK; i++)
		rc = tt_buf_printf(out, "%s%.*s", i ? "|" : "", TT_FMT(e->not_phrases[i]));
	return rc < 0 ? rc : tt_buf_char(out, '\n');
}
