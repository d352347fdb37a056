/* index.h - the mood of a subject (a company, a sector, the market) from its minutes: the formulas of
 * docs/SQL.md, which the database has as SQL functions over the same minutes; both agree to 1e-9.
 *
 * A minute holds what was said in it: item i of score s_i counts with weight w_i = relevance_i × novelty_i.
 * Times are whole minutes since 1970 (UTC). "At t" means at the beginning of minute t: minutes before t
 * count, t itself does not.
 *
 *   mood(t)       = Σ w s 2^(-(t-m)/h) / Σ w 2^(-(t-m)/h)       h: half-life; m: the minute
 *   dispersion(t) = sqrt(Σ w s² 2^(-(t-m)/h) / Σ w 2^(-(t-m)/h) - mood²)
 *   buzz(t)       = items in [t - window, t) / mean items of that length over [t - baseline, t)
 *   shock(t)      = (mood_short - mood_long) / max(dispersion_long, floor)
 *
 * Minutes older than TT_MOOD_HORIZON half-lives are left out (2^-48 = 4e-15). What is not known is NAN, never
 * 0. Pure; no function blocks. Owner: struct by the caller. Threads: one at a time. */
#ifndef TT_MOOD_INDEX_H
#define TT_MOOD_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TT_MOOD_HORIZON = 48 /* half-lives */ };

struct tt_minute {
	int64_t minute;
	int64_t n, n_pos, n_neg; /* items; those whose most probable label is positive, negative */
	double w, ws, wss;       /* Σ w, Σ w s, Σ w s² */
};

/* Ascending by minute, each once. Zeroed: empty. */
struct tt_minutes {
	struct tt_minute *v;
	size_t n, room;
};

/* What a change did to the array. */
struct tt_minutes_change {
	size_t index; /* of the minute, or of where it was */
	bool is_new;  /* it was inserted there */
	bool is_less; /* some figure has become smaller, or the minute has gone */
};

/* Adds m's figures, which may be negative (a text was replaced), to those of its minute; a minute without
 * items goes. TT_ENOMEM: nothing was changed. */
int tt_minutes_add(struct tt_minutes *h, const struct tt_minute *m, struct tt_minutes_change *ret); /* ret: may be NULL */
size_t tt_minutes_forget(struct tt_minutes *h, int64_t before);     /* returns how many */
size_t tt_minutes_find(const struct tt_minutes *h, int64_t minute); /* index of the first not before it */
void tt_minutes_done(struct tt_minutes *h);

struct tt_mood {
	double mood, dispersion; /* NAN while weight is below the floor */
	double weight;           /* Σ w 2^(-(t-m)/h) */
};

/* half_life in minutes, > 0; weight_floor: below it there is no mood. */
struct tt_mood tt_mood_at(const struct tt_minutes *h, int64_t at, double half_life, double weight_floor);

/* Items in [at - window, at). */
int64_t tt_items_at(const struct tt_minutes *h, int64_t at, int64_t window);

/* NAN when the baseline has no item. */
double tt_buzz_at(const struct tt_minutes *h, int64_t at, int64_t window, int64_t baseline);

/* NAN when one of the moods is. dispersion_floor > 0: what the divisor is at least. */
double tt_shock_at(const struct tt_minutes *h, int64_t at, double half_short, double half_long,
	double weight_floor, double dispersion_floor);

#endif
