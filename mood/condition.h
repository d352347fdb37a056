/* condition.h - the language of rules: what must hold of a subject, or of an item.
 *
 *   condition = term { "and" term }
 *   term      = measure compare bound
 *   compare   = "<" | "<=" | ">" | ">="
 *   measure   = mood(HALF) | dispersion(HALF) | change(WINDOW, HALF) | shock(SHORT, LONG)
 *             | buzz(WINDOW, BASELINE) | items(WINDOW) | negative(WINDOW)      of a subject (mood/index.h)
 *             | score | relevance | novelty                                    of an item
 *             | quiet | failing                                                of a feed
 *             | lag | behind                                                   of a topic
 *             | overdue                                                        of polling
 *   bound     = number, or a time where the measure is one: quiet, failing, behind, overdue
 *
 * Times are whole minutes, hours or days: 30m, 6h, 7d; as a bound also seconds: 90s. change: mood now minus
 * mood WINDOW ago; negative: share of the negative items in the window; the last five are observed
 * (observed.h). A measure that is not known (index.h: NAN) makes the term unknown, and the condition, unless
 * another term is false. Pure, plain data. */
#ifndef TT_MOOD_CONDITION_H
#define TT_MOOD_CONDITION_H

#include <stdbool.h>

#include "common/err.h"
#include "common/str.h"
#include "mood/index.h"
#include "mood/measure.h"

enum tt_compare { TT_LESS, TT_AT_MOST, TT_MORE, TT_AT_LEAST };

struct tt_term {
	enum tt_measure measure;
	int64_t times[2]; /* its arguments, in minutes */
	enum tt_compare compare;
	double bound; /* of a measure that is a time: minutes */
};

enum { TT_TERMS_MAX = 8 };

struct tt_condition {
	struct tt_term terms[TT_TERMS_MAX];
	size_t n; /* 0: none was given */
};

enum tt_truth { TT_FAILS, TT_HOLDS, TT_UNKNOWN };

struct tt_mood_conf {
	double weight_floor;     /* below it there is no mood */
	double dispersion_floor; /* what shock is divided by at least */
};

/* TT_ECONF: "column N: ..." */
int tt_condition_parse(struct tt_str text, struct tt_condition *ret, struct tt_err *err);

/* What all its terms are about; the parser refuses a mixture. */
enum tt_about tt_condition_about(const struct tt_condition *c);

/* How far back it looks from a minute on, in minutes. */
int64_t tt_condition_lookback(const struct tt_condition *c);

/* At the beginning of minute `at`. *ret_value: what the first term's measure is. */
enum tt_truth tt_condition_at(const struct tt_condition *c, const struct tt_minutes *h, int64_t at,
	const struct tt_mood_conf *conf, double *ret_value);

enum tt_truth tt_truth_not(enum tt_truth truth); /* what is not known stays so */

/* The truth of terms so far, and of one more with this value. */
enum tt_truth tt_term_join(enum tt_truth truth, const struct tt_term *t, double value);

enum { TT_TERM_TEXT = 80 };
/* "shock(1h, 24h)", NUL-terminated. */
void tt_term_format(const struct tt_term *t, char out[TT_TERM_TEXT]);

#endif
