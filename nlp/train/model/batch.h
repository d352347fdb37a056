/* batch.h - what a model is trained on, and what a forward pass makes of it. All memory is the caller's.
 * Labels and columns go by enum tt_label, whatever the order in the model. */
#ifndef TT_NLP_TRAIN_MODEL_BATCH_H
#define TT_NLP_TRAIN_MODEL_BATCH_H

#include <stddef.h>
#include <stdint.h>

#include "common/scored.h"

enum { TT_NO_LABEL = -1 };

/* What an answer should be: a label, a teacher's probabilities, both, or nothing (it does not count then). */
struct tt_target {
	int label;         /* enum tt_label or TT_NO_LABEL */
	const float *soft; /* (TT_LABELS), sums to 1; or NULL */
};

/* Tokens [begin, end) of the example, [CLS] being token 0: at least one, none of them [CLS] or [SEP]. */
struct tt_train_mention {
	size_t begin, end;
	struct tt_target target;
};

enum { TT_NOT_ASKED = -1 };

struct tt_train_example {
	const int32_t *ids; /* [CLS] first, [SEP] last; 2 to P of them */
	size_t n_ids;
	struct tt_target target;
	const struct tt_train_mention *mentions;
	size_t n_mentions;
	const int32_t *words; /* (n_ids): the word that should stand there, or TT_NOT_ASKED; NULL: none is
				 (mask.h) */
};

struct tt_train_batch {
	const struct tt_train_example *examples;
	size_t n;
};

/* Sums over targets; the mean is loss / weight. */
struct tt_loss {
	double loss, weight;
};

#endif
