/* roll_up.h - what one item adds to the minute of a subject: function roll_up_of of the database
 * (docs/SQL.md), for items that are in no database. Pure. */
#ifndef TT_MOOD_ROLL_UP_H
#define TT_MOOD_ROLL_UP_H

#include "mood/index.h"

/* What an item says about one entity. */
struct tt_said {
	double score;  /* p_positive - p_negative */
	double weight; /* relevance × novelty; 0: it does not count */
	float p_negative, p_neutral, p_positive;
};

/* v: of the entity itself (n 1), or of all entities in the item that belong to the group, a sector or the
 * market, which count it once: with the greatest weight, and the weighted mean of what is said. The minute's
 * number is left 0, as everything is when nothing counts. */
struct tt_minute tt_roll_up(const struct tt_said *v, size_t n);

#endif
