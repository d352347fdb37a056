/* stories.h - which items tell the same story: a memory of the stories of the last days, by their first
 * item's sketch.
 *
 * An item belongs to the story whose first item it is most like, when that is like it enough (similarity) and
 * at most span_ms away in event time; else it begins one. Within a story, items are counted in clusters: a
 * cluster begins with an item and has the items that come up to window_ms after it in event time. The k-th
 * repeat of a cluster has novelty 0.75^k (tt_novelty). So what is told again after a day is news once more,
 * though the same story.
 *
 * Candidates are found by an inverted index over the words of the sketches; an item's rarest words are looked
 * up, so many that a story as like as asked for must have one of them (prefix filter, Chaudhuri et al. 2006),
 * each with its CHAIN_MAX latest stories. Bounded: the oldest stories are forgotten when max_stories are
 * known. Not safe for threads: one user at a time. */
#ifndef TT_NLP_STORY_STORIES_H
#define TT_NLP_STORY_STORIES_H

#include "common/err.h"
#include "common/id.h"
#include "common/scored.h"
#include "common/sketch.h"

struct tt_stories_conf {
	int64_t max_stories;
	double similarity; /* in (0, 1] */
	int64_t window_ms, span_ms;
};

struct tt_stories;

int tt_stories_new(struct tt_stories **ret, const struct tt_stories_conf *conf, struct tt_err *err);
void tt_stories_free(struct tt_stories *s);   /* NULL is fine */
void tt_stories_forget(struct tt_stories *s); /* all of them */

/* Finds the place of an item in its story, and counts it. sketch NULL: an item without words is a story by
 * itself. */
struct tt_place tt_stories_place(
	struct tt_stories *s, struct tt_id item, int64_t event_ms, const struct tt_sketch *sketch);

/* An item that another one like this has placed. sketch: of the first item of a story; not needed else. */
void tt_stories_learn(struct tt_stories *s, struct tt_id item, int64_t event_ms, const struct tt_place *place,
	const struct tt_sketch *sketch);

#endif
