/* metrics.h - how well a model answers: figures over answers whose right label is known. Pure functions.
 *
 * Everywhere `times` says how often a unit counts, by its number, for resampling (bootstrap.h); NULL: once.
 * A figure of nothing is NaN. With right labels y, probabilities p and the answer a = argmax p:
 *
 *   accuracy  share with a = y
 *   F1        of a label: 2 right / (given + answered); macro-F1 is its mean over the labels that were
 *             given or answered at all (scikit-learn's f1_score, average="macro")
 *   log loss  mean of -log p_y
 *   Brier     mean of Σ_k (p_k - [k = y])², from 0 to 2 (Brier 1950)
 *   ECE       Σ over bins of the share of answers there · |mean p_a - accuracy there|; 15 equal bins
 *             (low, high] of [0, 1] (Guo et al. 2017) */
#ifndef TT_NLP_TRAIN_EVAL_METRICS_H
#define TT_NLP_TRAIN_EVAL_METRICS_H

#include "common/scored.h"

struct tt_answer {
	uint32_t unit; /* number of the text: what its answers are drawn together by */
	int label;     /* enum tt_label that is right */
	float p[TT_LABELS];
};

struct tt_confusion {
	uint64_t n[TT_LABELS][TT_LABELS]; /* [label given][label answered] */
};

uint64_t tt_confusion_total(const struct tt_confusion *c);
uint64_t tt_confusion_given(const struct tt_confusion *c, int label);
uint64_t tt_confusion_answered(const struct tt_confusion *c, int label);
double tt_confusion_accuracy(const struct tt_confusion *c);
double tt_confusion_recall(const struct tt_confusion *c, int label);
double tt_confusion_precision(const struct tt_confusion *c, int label);
double tt_confusion_f1(const struct tt_confusion *c, int label);
double tt_confusion_macro_f1(const struct tt_confusion *c);

int tt_top_label(const float x[TT_LABELS]); /* of the largest; of equals the first, as the scorer's */
struct tt_confusion tt_confusion_of(const struct tt_answer *a, size_t n, const uint32_t *times);
double tt_log_loss(const struct tt_answer *a, size_t n, const uint32_t *times);
double tt_brier(const struct tt_answer *a, size_t n, const uint32_t *times);

enum { TT_BINS = 15 };
struct tt_reliability {
	struct tt_bin {
		uint64_t n;
		double confidence, accuracy; /* means; NaN where n is 0 */
	} bins[TT_BINS];
	double ece;
};
struct tt_reliability tt_reliability_of(const struct tt_answer *a, size_t n);

#endif
