/* loss.h - cross-entropy of one answer, and its gradient. Pure functions.
 *
 * With K = 3 classes, p = softmax(logits), class weights w, smoothing e, a label y and a teacher's
 * probabilities q:
 *	hard = -(1 - e) w_y log p_y - e / K Σ w_c log p_c		weighs w_y
 *	soft = -Σ q_c log p_c						weighs 1
 * as PyTorch's cross_entropy has both, whose mean over targets is Σ loss / Σ weight. A target with both is
 * (1 - share) hard + share soft, and weighs accordingly.
 *
 * Two answers to one text, p and q, that dropout lets differ, cost consistency / 2 · Σ (p_c - q_c) (log p_c -
 *log q_c) beside the mean of their own losses: Kullback and Leibler's divergence both ways (Liang et al.,
 *"R-Drop: Regularized Dropout for Neural Networks", 2021). */
#ifndef TT_NLP_TRAIN_MODEL_LOSS_H
#define TT_NLP_TRAIN_MODEL_LOSS_H

#include "nlp/train/model/batch.h"

struct tt_loss_options {
	double smoothing;
	double class_weight[TT_LABELS];
	double soft_share;
	double consistency; /* 0: texts are read once */
};

double tt_target_weight(const struct tt_target *t, const struct tt_loss_options *o); /* 0: does not count */

/* logits and d: by enum tt_label; d = factor · gradient of the loss. Adds to *sum. */
void tt_loss_add(struct tt_loss *sum, float d[TT_LABELS], const float logits[TT_LABELS],
	const struct tt_target *t, const struct tt_loss_options *o, double factor);

/* The two answers' divergence, which each of them has had its own loss of before (so that *sum has their
 * weight). Adds factor · gradients to da and db, and to *sum. */
void tt_loss_add_divergence(struct tt_loss *sum, float da[TT_LABELS], float db[TT_LABELS],
	const float a[TT_LABELS], const float b[TT_LABELS], double weight, double factor);

#endif
