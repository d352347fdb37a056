/* words.h - the words that mattered, put into the evidence of an alert that fires (nlp/explain/explain.h).
 * Costs a few hundred tokens of the model an item, so it is done for some alerts of a look only. Threads: one
 * at a time. */
#ifndef TT_APP_WORDS_H
#define TT_APP_WORDS_H

#include "common/arena.h"
#include "nlp/scorer.h"

struct tt_words_of {
	struct tt_scorer *scorer; /* counted; NULL: nothing is explained */
	struct tt_score_ctx *ctx;
};

/* Takes a reference; NULL is fine. */
void tt_words_use(struct tt_words_of *w, struct tt_scorer *scorer);

/* evidence: a JSON array as of alert_change.evidence. Returns it with `words` for the first max_items items
 * that have a title, in the arena; as it was when it cannot be done. symbol: about whom; absent: the items as
 * a whole. */
struct tt_str tt_words_add(struct tt_words_of *w, struct tt_str evidence, struct tt_str symbol,
	size_t max_items, struct tt_arena *arena);

#endif
