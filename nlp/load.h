/* load.h - a model folder, opened for use: the model in the precision that is wanted, and its tokenizer.
 *
 * auto takes the precision whose multiplication is the fastest of those that this processor has instructions
 * for and that agree with fp32 on a few headlines (the self-check), else fp32. Owner: the caller; done gives
 * all back. Blocks for file i/o and the self-check. */
#ifndef TT_NLP_LOAD_H
#define TT_NLP_LOAD_H

#include "nlp/model/classify.h"
#include "nlp/token/tokenizer.h"

/* A choice is an index into it. */
#define TT_PRECISION_CHOICES "auto|fp32|bf16|int8"
enum tt_precision_choice { TT_CHOOSE_AUTO, TT_CHOOSE_FP32, TT_CHOOSE_BF16, TT_CHOOSE_INT8 };

struct tt_loaded {
	struct tt_model *model;
	struct tt_tokenizer *tokenizer;
	char why[160]; /* how the precision came about: "fastest here, within 0.0031 of fp32 (mean |Δp|, 12
			  headlines)" */
};

/* choice: enum tt_precision_choice. exit_confidence: see tt_model_exit_at. Errors name the file: those of
 * tt_model_open and tt_tokenizer_open. */
int tt_load(struct tt_loaded *ret, const char *dir, int choice, double exit_confidence, struct tt_err *err);
void tt_load_done(struct tt_loaded *l);

#endif
