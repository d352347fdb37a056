/* score_cache.h - the same text is read by the model once: what it said of texts lately met.
 *
 * Texts are the same when the model is given the same: token ids and the tokens of the mentions, compared by
 * a 128-bit hash (id.h). Results are bit for bit those of reading it again. The least lately met of eight
 * makes room, so that memory stays what it is at the start: 136 bytes a text. Texts with more than 8 mentions
 * are not kept. Threads: any number; one lock, held for a call's lookups and not while texts are read. Two
 * threads that meet a new text at once both read it. */
#ifndef TT_NLP_SCORE_CACHE_H
#define TT_NLP_SCORE_CACHE_H

#include "common/arena.h"
#include "nlp/crew.h"

struct tt_score_cache;

int tt_score_cache_new(
	struct tt_score_cache **ret, size_t texts, struct tt_err *err); /* texts > 0, rounded up to 8 */
void tt_score_cache_free(struct tt_score_cache *c);                     /* NULL is fine */

/* As tt_crew_classify, but reads no text twice, and leaves `layers` alone. c NULL: reads all. What is needed
 * meanwhile is taken from the arena. */
int tt_score_cached(struct tt_score_cache *c, struct tt_crew *crew, struct tt_sequence *seqs, size_t n,
	struct tt_arena *arena, struct tt_err *err);

#endif
