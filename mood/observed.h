/* observed.h - figures that are no moods: how feeds and the service's own work are doing. Whoever can ask for
 * them gives them to the observer (observer.h) as observations. Pure.
 *
 *   a feed, by its URL        quiet    time since it last brought an item, as of its last poll
 *                             failing  time since a poll last went well; 0 while the last one did
 *   a topic, as GROUP/TOPIC   lag      records that are in it and not stored
 *                             behind   for how long what comes in could not be kept up with
 *   polling, called "feeds"   overdue  how long ago the feed that waits longest should have been polled, its
 *                                      items stored
 *
 * Times are minutes. */
#ifndef TT_MOOD_OBSERVED_H
#define TT_MOOD_OBSERVED_H

#include "mood/rule.h"

enum { TT_OBSERVED_MAX = 2 }; /* figures of one thing */

struct tt_observation {
	enum tt_about about;            /* TT_ABOUT_FEED or later */
	struct tt_str name;             /* names it among those of its kind */
	double values[TT_OBSERVED_MAX]; /* in the order above; NAN: not known */
};

/* *ret_value: what the first term's measure is. NULL: nothing is known. */
enum tt_truth tt_observation_condition(
	const struct tt_condition *c, const struct tt_observation *o, double *ret_value);

/* "feed https://example.com/rss has been silent for 7 h (limit 6 h)", in the arena; .p NULL: memory is out.
 * The value is s->value. */
struct tt_str tt_observed_say(
	struct tt_arena *arena, const struct tt_rule *r, struct tt_str name, const struct tt_rule_state *s);

#endif
