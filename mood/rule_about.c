/* rule_about.c - see rule.h: whom a rule looks at. */
#include "mood/rule.h"

static bool is_listed(const struct tt_rule *r, struct tt_str name)
{
	for (size_t i = 0; i < r->n_symbols; i++)
		if (tt_str_eq(r->symbols[i], name))
			return true;
	return !r->n_symbols;
}

bool tt_rule_is_about(const struct tt_rule *r, struct tt_str kind, struct tt_str name, struct tt_str sector)
{
	if (r->over == TT_OVER_ITEM || tt_scope_is_observed(r->over) ||
		!tt_str_eq(kind, tt_str_c(tt_scope_name(r->over))))
		return false;
	if (r->sector.p && !tt_str_eq(r->sector, r->over == TT_OVER_SECTOR ? name : sector))
		return false;
	return is_listed(r, name);
}

bool tt_rule_is_about_items_of(const struct tt_rule *r, struct tt_str symbol, struct tt_str sector)
{
	return r->over == TT_OVER_ITEM && (!r->sector.p || tt_str_eq(r->sector, sector)) &&
	       is_listed(r, symbol);
}

bool tt_scope_is_observed(enum tt_scope over)
{
	return over == TT_OVER_FEED || over == TT_OVER_SERVICE;
}

/* * is any text. */
static bool fits(struct tt_str pattern, struct tt_str text)
{
	size_t p = 0, t = 0, star = pattern.n, from = 0;

	while (t < text.n) {
		if (p < pattern.n && pattern.p[p] == '*') {
			star = p++;
			from = t;
		} else if (p < pattern.n && pattern.p[p] == text.p[t]) {
			p++;
			t++;
		} else if (star < pattern.n) { /* the last star takes one more */
			p = star + 1;
			t = ++from;
		} else {
			return false;
		}
	}
	while (p < pattern.n && pattern.p[p] == '*')
		p++;
	return p == pattern.n;
}

bool tt_rule_watches(const struct tt_rule *r, enum tt_about about, struct tt_str name)
{
	if (!tt_scope_is_observed(r->over) || tt_condition_about(&r->when) != about)
		return false;
	for (size_t i = 0; i < r->n_only; i++)
		if (fits(r->only[i], name))
			return true;
	return !r->n_only;
}
