/* item_rule.c - see item_rule.h. */
#include "app/run/item_rule.h"

#include <math.h>

/* A rule over items is a threshold for each measure (rule.c sees to it). */
struct tt_pg_item_rule tt_item_rule_of(const struct tt_rule *r, int64_t max_age_ms)
{
	struct tt_pg_item_rule item = {.name = r->name,
		.severity = r->severity,
		.below = NAN,
		.above = NAN,
		.sector = r->sector,
		.symbols = r->symbols,
		.n_symbols = r->n_symbols,
		.max_age_ms = max_age_ms};
	for (size_t i = 0; i < r->when.n; i++) {
		const struct tt_term *t = &r->when.terms[i];
		bool down = t->compare == TT_LESS || t->compare == TT_AT_MOST;
		double bound = t->compare == TT_LESS   ? nextafter(t->bound, -INFINITY)
			       : t->compare == TT_MORE ? nextafter(t->bound, INFINITY)
						       : t->bound;
		if (t->measure == TT_MEASURE_RELEVANCE)
			item.min_relevance = bound;
		else if (t->measure == TT_MEASURE_NOVELTY)
			item.min_novelty = bound;
		else if (down)
			item.below = bound;
		else
			item.above = bound;
	}
	if (isnan(item.below) && isnan(item.above)) /* whatever the score */
		item.above = -1;
	return item;
}
