/* names.c - see names.h. */
#include "nlp/train/augment/names.h"

#include <stdlib.h>

#include "nlp/entity/legal.h"
#include "nlp/entity/words.h"
#include "nlp/train/augment/augment_parts.h"
#include "nlp/train/augment/direction.h"

enum { TICKER_MAX = 5, BARE_MIN = 3 };

/* Institutions, funds and bonds are too different from each other: FDA, OPEC. */
static bool swappable(enum tt_entity_kind kind)
{
	return kind == TT_KIND_COMPANY || kind == TT_KIND_INDEX || kind == TT_KIND_CURRENCY ||
	       kind == TT_KIND_COMMODITY || kind == TT_KIND_CRYPTO || kind == TT_KIND_CENTRAL_BANK;
}

int tt_name_core(const struct tt_fold *fold, struct tt_str name, struct tt_str *ret)
{
	struct tt_folded folded = {0};
	int rc = tt_fold_text(fold, name, &folded);
	if (rc == TT_OK) {
		struct tt_str whole = {folded.p, folded.n}, stem = tt_legal_stem(whole);
		size_t from = (size_t)(stem.p - whole.p), to = from + stem.n;
		size_t start = from ? tt_folded_at(&folded, from) : 0;
		size_t end = to < whole.n ? tt_folded_at(&folded, to) : name.n;
		*ret = tt_str_trim((struct tt_str){name.p + start, end > start ? end - start : 0});
	}
	tt_folded_done(&folded);
	return rc;
}

/* The first listed spelling that is no ticker, else the name. Of commodities the first may be "sugar prices".
 */
static struct tt_str spelling(const struct tt_entity *e)
{
	for (size_t i = 0; i < e->n_aliases && e->kind != TT_KIND_COMMODITY; i++)
		if (e->aliases[i].rule != TT_ALIAS_TICKER)
			return e->aliases[i].text;
	return e->name;
}

static void set_ticker(struct tt_name *name)
{
	char lower[TICKER_MAX];
	struct tt_str s = name->entity->symbol;
	if (name->entity->kind != TT_KIND_COMPANY || s.n > TICKER_MAX || tt_letters_at(s, 0).n != s.n ||
		tt_direction_word(s))
		return;
	for (size_t i = 0; i < s.n; i++)
		lower[i] = tt_to_lower(s.p[i]);
	name->ticker = s;
	name->bare = s.n >= BARE_MIN && !tt_common_word((struct tt_str){lower, s.n});
}

static int add(struct tt_names *names, const struct tt_entity *e)
{
	struct tt_name name = {.entity = e};
	int rc = tt_name_core(names->fold, spelling(e), &name.text);
	if (rc < 0)
		return rc;
	if (name.text.n == 0 || tt_has_direction(name.text) || tt_has_direction(e->name) ||
		!tt_letters_at(name.text, 0).n)
		return TT_OK;
	set_ticker(&name);
	names->v[names->n++] = name;
	return TT_OK;
}

static int compare_group(const struct tt_entity *a, const struct tt_entity *b)
{
	return a->kind != b->kind ? (int)a->kind - (int)b->kind : tt_str_order(a->sector, b->sector);
}

static int compare(const void *a, const void *b)
{
	const struct tt_entity *x = ((const struct tt_name *)a)->entity,
			       *y = ((const struct tt_name *)b)->entity;
	int d = compare_group(x, y);
	return d ? d : (x->line > y->line) - (x->line < y->line);
}

int tt_names_init(struct tt_names *names, const struct tt_entity_dict *dict, struct tt_err *err)
{
	const size_t n = tt_entity_dict_count(dict);
	int rc = TT_OK;
	*names = (struct tt_names){0};
	names->fold = tt_fold_new();
	names->v = calloc(n + 1, sizeof(*names->v));
	if (!names->fold || !names->v)
		rc = TT_ENOMEM;
	for (size_t i = 0; i < n && rc == TT_OK; i++) {
		const struct tt_entity *e = tt_entity_dict_at(dict, i);
		rc = swappable(e->kind) ? add(names, e) : TT_OK;
	}
	if (rc < 0) {
		tt_names_done(names);
		return tt_err_set(err, rc, "%s: %s", tt_entity_dict_name(dict), tt_err_text(rc));
	}
	qsort(names->v, names->n, sizeof(*names->v), compare);
	return TT_OK;
}

void tt_names_done(struct tt_names *names)
{
	tt_fold_free(names->fold);
	free(names->v);
	*names = (struct tt_names){0};
}

size_t tt_names_like(const struct tt_names *names, const struct tt_entity *e, size_t *ret_from)
{
	size_t from = 0, end = names->n, n = 0;
	while (from < end) {
		size_t middle = from + (end - from) / 2;
		if (compare_group(names->v[middle].entity, e) < 0)
			from = middle + 1;
		else
			end = middle;
	}
	*ret_from = from;
	while (from + n < names->n && compare_group(names->v[from + n].entity, e) == 0)
		n++;
	return n;
}
