/* sketch.h - what a story's text is recognised by when others tell it again: a set of hashed words for the
 * title and one for the summary, the title's numbers and entities, and whether it speaks of a rise or a fall.
 *
 * Words are folded (Unicode NFKC, case, marks), split at whatever is no letter or digit, and brought to one
 * form: plurals, usual abbreviations (bn, pct, Q2), words that headlines exchange for each other (jumps,
 * surges: "up"); what says nothing (the, says, UPDATE 1-, Reuters) is left out. Of more words than fit, those
 * with the smallest hashes are kept in both texts, a bottom-k MinHash (Broder 1997): up to that many words
 * the similarity is exact. The bytes are stored in databases: a change here makes stories that were stored
 * before unrecognisable, nothing else. Pure. Threads: any. */
#ifndef TT_NLP_STORY_SKETCH_H
#define TT_NLP_STORY_SKETCH_H

#include "common/arena.h"
#include "common/scored.h"
#include "common/sketch.h"

/* *ret lives in the arena; NULL of a text without words. TT_ENOMEM. names: of the entities in the title, in
 * any order. */
int tt_sketch_text(struct tt_str title, struct tt_str summary, const struct tt_str *names, size_t n_names,
	struct tt_arena *arena, const struct tt_sketch **ret);

/* Of an item whose entities are known. */
int tt_sketch_scored(const struct tt_scored *item, struct tt_arena *arena, const struct tt_sketch **ret);

/* How alike two texts are, in [0, 1]: the greater of the Jaccard similarities of the titles (where both have
 * TITLE_WORDS_MIN at least) and of the whole texts; 0 when their titles contradict each other: numbers or
 * entities of which none is in both, a rise in one and a fall in the other. */
double tt_sketch_similarity(const struct tt_sketch *a, const struct tt_sketch *b);

#endif
