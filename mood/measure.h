/* measure.h - what rules can ask for: names, arguments, and what each is a figure of (condition.h has the
 * language). Plain data. */
#ifndef TT_MOOD_MEASURE_H
#define TT_MOOD_MEASURE_H

#include <stdbool.h>

#include "common/str.h"

enum tt_measure {
	TT_MEASURE_MOOD,
	TT_MEASURE_DISPERSION,
	TT_MEASURE_CHANGE,
	TT_MEASURE_SHOCK,
	TT_MEASURE_BUZZ,
	TT_MEASURE_ITEMS,
	TT_MEASURE_NEGATIVE,
	TT_MEASURE_SCORE,
	TT_MEASURE_RELEVANCE,
	TT_MEASURE_NOVELTY,
	TT_MEASURE_QUIET,
	TT_MEASURE_FAILING,
	TT_MEASURE_LAG,
	TT_MEASURE_BEHIND,
	TT_MEASURE_OVERDUE,
	TT_MEASURES
};

/* What a measure is a figure of. One condition asks about one of these. */
enum tt_about { TT_ABOUT_MOOD, TT_ABOUT_ITEM, TT_ABOUT_FEED, TT_ABOUT_TOPIC, TT_ABOUT_POLLING };

struct tt_measure_kind {
	const char *name;
	int times; /* how many it takes, in parentheses */
	enum tt_about about;
	bool is_time; /* its values are minutes */
};
extern const struct tt_measure_kind tt_measures[TT_MEASURES];

/* "a feed", "polling", ... */
const char *tt_about_text(enum tt_about about);

#endif
