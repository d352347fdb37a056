/* explain.h - why a text has its score: what each word, and each run of two or three words, adds to it, by
 * occlusion (Zeiler and Fergus 2014; Li, Monroe and Jurafsky 2016): contribution = score of the text − score
 * of the text without the word, where a token that the model does not know ([UNK]) stands in its place, so
 * that positions and the rest stay. All variants are scored in one batch.
 *
 * Contributions are not a sum by nature: `sum` is that of the words, and score − baseline what all words
 * together add (baseline: all of them occluded); the difference of the two is what words mean only together.
 */
#ifndef TT_NLP_EXPLAIN_EXPLAIN_H
#define TT_NLP_EXPLAIN_EXPLAIN_H

#include "common/arena.h"
#include "nlp/scorer.h"

enum { TT_EXPLAIN_WORDS_MAX = 128 /* of a text; what follows is not looked at */ };

struct tt_explained_word {
	size_t start, end;   /* bytes of the text, without punctuation around it */
	double contribution; /* NAN: without it the entity is not there: its own name */
};

struct tt_explained_phrase {
	size_t first, n_words;
	double contribution;
};

struct tt_explanation {
	struct tt_sentiment sentiment;
	double baseline, sum;
	struct tt_explained_word *words;
	size_t n_words;
	struct tt_explained_phrase
		*phrases; /* those that are more than their words: by descending |contribution| */
	size_t n_phrases;
};

/* symbol: what is said about that entity; absent: the text as a whole. clock: of the batch. Arrays live in
 * the arena. TT_ENOENT: the entity is not in the text, or there is no text to be scored. Others as
 * tt_scorer_score. */
int tt_explain(const struct tt_scorer *s, struct tt_score_ctx *ctx, struct tt_str text, struct tt_str symbol,
	bool phrases, const struct tt_clock *clock, struct tt_arena *arena, struct tt_explanation *ret,
	struct tt_err *err);

#endif
