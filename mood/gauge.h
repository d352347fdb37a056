/* gauge.h - the figures of one subject that rules ask for, kept up as minutes come and time passes, so that a
 * look costs the same however long the history is. They are those of index.h (mood/condition.h says which
 * measure is which) to 1e-9 of each other (for a weight_floor of 0.001 or more): each is a running sum, of
 * decayed weights or of the items of a window, some minutes ago (lag). What is taken out of a sum again
 * leaves rounding behind, so after such a change the sums are made anew. Owner: struct by the caller.
 * Threads: one at a time. */
#ifndef TT_MOOD_GAUGE_H
#define TT_MOOD_GAUGE_H

#include "mood/condition.h"

struct tt_gauge_kind {
	bool decays;  /* else it counts a window */
	int64_t span; /* half-life, or window; minutes */
	int64_t lag;  /* as of so many minutes ago */
};

enum { TT_GAUGES_MAX = 1024 /* kinds of all rules together */, TT_GAUGE_SLOTS = 4096 };

struct tt_gauge_plan {
	struct tt_gauge_kind *v; /* each once; the caller's memory, TT_GAUGES_MAX at least */
	size_t n;
	uint16_t slots[TT_GAUGE_SLOTS]; /* hash table: number of the kind, from 1; 0: none */
};

/* Adds what a condition needs. False: there are too many. */
bool tt_gauge_plan_add(struct tt_gauge_plan *plan, const struct tt_condition *c);

struct tt_gauge {
	bool is_valid;
	int64_t at; /* minutes before at - lag are in */
	size_t next,
		first; /* of the minutes: the first that is not in yet; of a window, the first that is in */
	int64_t last;  /* the latest minute that is in: what the sums are decayed to */
	double w, ws, wss;
	int64_t n, n_neg;
};

struct tt_gauges {
	const struct tt_gauge_plan *plan;
	struct tt_gauge *v; /* (plan->n), zeroed to begin with */
};

/* After a change of the minutes h: what h.at says was added, inserted or taken out (index.h). */
void tt_gauges_note(struct tt_gauges *g, const struct tt_minutes *h, const struct tt_minute *added,
	const struct tt_minutes_change *change);
/* After the first n minutes have been forgotten. */
void tt_gauges_forget(struct tt_gauges *g, size_t n);

/* As tt_condition_at. */
enum tt_truth tt_gauges_condition(struct tt_gauges *g, const struct tt_minutes *h,
	const struct tt_condition *c, int64_t at, const struct tt_mood_conf *conf, double *ret_value);

enum tt_until {
	TT_UNTIL_HOLDS,  /* a condition that does not hold may hold */
	TT_UNTIL_CHANGES /* it may be another: hold, not hold, not be known */
};

/* The first minute after `at` at which that may come with time alone, though nothing is said; INT64_MAX:
 * never. Time takes items out of windows and makes weights fade, so what asks for at least so many items, or
 * for a mood, cannot come true by it. */
int64_t tt_gauges_until(struct tt_gauges *g, const struct tt_minutes *h, const struct tt_condition *c,
	int64_t at, const struct tt_mood_conf *conf, enum tt_until until);

#endif
