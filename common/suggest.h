/* suggest.h - "did you mean": the nearest of several names to one that was mistyped.
 * Distance counts inserted, missing, wrong and swapped neighbouring letters (optimal string alignment). A
 * name is only suggested when at most a third of the typed letters are wrong. No allocation; names over 63
 * bytes are not considered.
 *
 *   struct tt_suggest s = {.typed = TT_STR("modle")};
 *   for (...) tt_suggest_try(&s, tt_str_c(opts[i].name));
 *   if (s.best.p) ... */
#ifndef TT_COMMON_SUGGEST_H
#define TT_COMMON_SUGGEST_H

#include "common/str.h"

struct tt_suggest {
	struct tt_str typed;
	struct tt_str best; /* {NULL, 0}: nothing is near; borrowed from the caller of tt_suggest_try */
	size_t distance;    /* of best */
};

void tt_suggest_try(struct tt_suggest *s, struct tt_str name);
size_t tt_edit_distance(struct tt_str a, struct tt_str b); /* SIZE_MAX when one is too long */

#endif
