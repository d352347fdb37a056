/* load.h - a model folder, opened for use: the model in the precision that is wanted, and its tokenizer.
 *
 * auto takes the precision whose multiplication is the fastest of those that this processor has instructions for and
 * that agree with fp32 on a few headlines (the self-check), else fp32. Owner: the caller; done gives all back. Blocks
 * for file i/o and the self-check. */
#ifndef TT_NLP_LOAD_H
#define TT_NLP_LOAD_H

#include "nlp/model/classify.h"
#include "nlp/token/tokenizer.h"

/* A choice is an index into it. */
#define TT_PRECISION_CHOICES "auto|fp32|bf16|int8"
enum tt_precision_choice { TT_CHOOSE_AUTO, TT_CHOOSE_FP32, TT_CHOOSE_BF16, TT_CHOOSE_INT8 };

/* How far a precision is from fp32, over probabilities of labels; and what of it is still agreement. */
struct tt_deviation {
	size_t texts;
	double mean, largest; /* |Δp| */
	size_t other_labels;  /* texts whose label is another, where fp32's first two labels are more than a hair apart */
};
#define TT_DEVIATION_MEAN    0.01
#define TT_DEVIATION_LARGEST 0.10

bool tt_deviation_is_small(const struct tt_deviation *d);
/* Adds n texts: what fp32 says, and what another precision says. */
void tt_deviation_add(struct tt_deviation *d, const struct tt_sequence *fp32, const struct tt_sequence *other, size_t n);

struct tt_loaded {
	struct tt_model *model;
	struct tt_tokenizer *tokenizer;
	char why[160]; /* how the precision came about: "fastest here, within 0.0031 of fp32 (mean |Δp|, 12 headlines)" */
};

/* choice: enum tt_precision_choice. Errors name the file: those of tt_model_open and tt_tokenizer_open. */
int tt_load(struct tt_loaded *ret, const char *dir, int choice, struct tt_err *err);
void tt_load_done(struct tt_loaded *l);

#endif
