/* heads.h - the logits that a head makes of hidden states, those of an inner layer or of the last. Pure
 * functions. C hidden. */
#ifndef TT_NLP_MODEL_HEADS_H
#define TT_NLP_MODEL_HEADS_H

#include "nlp/model/weights.h"

/* item_w · pooled + item_b */
void tt_head_item(const struct tt_head *h, size_t C, const float *pooled, float logits[TT_LABELS]);

/* A mention's hidden states, n >= 1 rows, `stride` floats from row to row. */
struct tt_mention_states {
	const float *first;
	size_t n, stride;
};
/* entity_w · ([CLS] ⊕ mean of the mention's states) + entity_b; mean (C) is scratch. */
void tt_head_mention(const struct tt_head *h, size_t C, const float *cls, struct tt_mention_states m,
	float *mean, float logits[TT_LABELS]);

#endif
