/* score_text.h - the texts of `tickertone score`, scored: whole, and for each entity that is listed or found
 * in them.
 *
 * Texts are cleaned as the training's were; spans speak of the text as given. An entity's sentiment is the
 * mean over its mentions. What cannot be scored keeps a reason in `unscored`: it is never a zero score.
 * Threads: an engine is shared; a tt_text_scorer is one thread's. */
#ifndef TT_APP_SCORE_TEXT_H
#define TT_APP_SCORE_TEXT_H

#include "app/score/rows.h"
#include "nlp/entity/match.h"
#include "nlp/score_cache.h"

struct tt_text_engine {
	const struct tt_tokenizer *tokenizer;
	struct tt_crew *crew;
	struct tt_score_cache *cache;     /* NULL: none */
	const struct tt_matcher *matcher; /* NULL: only entities that rows list */
	size_t max_tokens;                /* a text is read up to so many tokens; 0: whole */
};

struct tt_scored_mention {
	struct tt_str name; /* as listed, or the dictionary's symbol */
	bool in_text;
	struct tt_span span;  /* bytes of the text: where it is mentioned first; when in_text */
	int truth;            /* the label the row gives, or TT_LABEL_NONE */
	const char *unscored; /* NULL: scored */
	struct tt_sentiment sentiment;
};

struct tt_scored_row {
	struct tt_row row;
	const char *unscored; /* NULL: scored */
	size_t n_tokens;      /* of what is read, [CLS] and [SEP] included; when scored */
	struct tt_sentiment sentiment;
	struct tt_scored_mention *entities;
	size_t n_entities;
};

struct tt_text_scorer;

int tt_text_scorer_new(struct tt_text_scorer **ret, const struct tt_text_engine *engine, struct tt_err *err);
void tt_text_scorer_free(struct tt_text_scorer *s); /* NULL is fine */

/* Scores rows whose `row` is filled; what it adds lives in the arena. Errors: TT_ENOMEM, TT_EDATA (model and
 * tokenizer do not belong together). */
int tt_text_scorer_run(struct tt_text_scorer *s, struct tt_scored_row *rows, size_t n, struct tt_arena *a,
	struct tt_err *err);

#endif
