/* scorer.h - the face of nlp/: from a batch of items to a batch of scored items.
 * A tt_scorer is model + tokenizer + entity matcher, shared by all threads; it is counted, so that a reload
 * can put a new one beside batches that still use the old. It has the threads that compute (crew.h) and the
 * scores of texts met before (score_cache.h): model, crew and cache come and go together, so that no score is
 * ever of two models. A tt_score_ctx is the scratch of a thread that asks, with whatever scorer: its call
 * returns when its batch is done. Errors: opening names the file and what is wrong with it; scoring fails
 * only for memory (TT_ENOMEM), never for a text: what cannot be scored keeps `unscored` set with the reason.
 */
#ifndef TT_NLP_SCORER_H
#define TT_NLP_SCORER_H

#include "common/batch.h"
#include "common/conf.h"
#include "common/err.h"

/* A constant is for measuring what is around the model: entities are found, all is neutral, nothing is
 * tokenized. */
enum tt_scores_from { TT_SCORES_MODEL, TT_SCORES_CONSTANT };
enum tt_follow_choice { TT_FOLLOW_PROMOTED, TT_FOLLOW_CONFIGURED };

struct tt_nlp_conf {
	char *model;          /* folder in Hugging Face form; must be set when a scorer is opened */
	char *entities;       /* dictionary, TSV; NULL: none */
	int scores;           /* enum tt_scores_from */
	int follow;           /* enum tt_follow_choice: what app/ opens */
	int precision;        /* enum tt_precision_choice (load.h) */
	int text;             /* what of an item is scored: index into "title|title_summary|full" */
	int64_t threads;      /* 0: one per core the process may use */
	int64_t cache_texts;  /* whose scores are kept for when they come again; 0: none */
	int64_t batch_tokens; /* tokens in one forward pass */
	int64_t item_tokens;  /* an item's text is read up to so many tokens, in windows of the model's length
			       */
	double exit_confidence; /* see tt_model_exit_at */
};
extern const struct tt_opt tt_nlp_opts[];

struct tt_scorer;
struct tt_score_ctx;

int tt_scorer_open(struct tt_scorer **ret, const struct tt_nlp_conf *conf, struct tt_err *err);
struct tt_scorer *tt_scorer_ref(struct tt_scorer *s);
void tt_scorer_unref(struct tt_scorer *s); /* NULL is fine */

/* What the model registry stores. Lives as long as s. */
struct tt_model_info {
	struct tt_str name;   /* last part of the folder's path; "constant" */
	const char *folder;   /* as it was opened; NULL of the constant */
	struct tt_id hash;    /* of all files that say what it answers (settings.h): the model's identity */
	struct tt_id weights; /* of the file of tensors alone */
	const char *precision; /* the one in use: "int8"; "none" of the constant */
	const char *kernel;    /* instruction set of its multiplications: "avx512-vnni" */
	const char *why;       /* how that precision was chosen, for the log */
	int64_t parameters;
	bool entity_head;
};
const struct tt_model_info *tt_scorer_model(const struct tt_scorer *s);

int tt_score_ctx_new(struct tt_score_ctx **ret, struct tt_err *err);
void tt_score_ctx_free(struct tt_score_ctx *ctx);

/* Scores every item of b in place: entities, sentiments, n_tokens, scored_ms. Adds to the batch's arena. */
int tt_scorer_score(const struct tt_scorer *s, struct tt_score_ctx *ctx, struct tt_batch *b,
	const struct tt_clock *clock, struct tt_err *err);

#endif
