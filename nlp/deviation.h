/* deviation.h - how far the probabilities of one precision are from fp32's, over texts read in both. */
#ifndef TT_NLP_DEVIATION_H
#define TT_NLP_DEVIATION_H

#include "nlp/model/classify.h"

struct tt_deviation {
	size_t texts;
	double mean, largest; /* of |Δp|, over texts and labels */
	size_t other_labels;  /* texts that got another label */
	size_t changed;       /* of these, where fp32's two labels are more than a hair (0.05) apart */
};

/* The same n texts, read by tt_classify in fp32 and in the other precision. */
struct tt_deviation tt_deviation_of(
	const struct tt_sequence *fp32, const struct tt_sequence *other, size_t n);

/* What counts as the same result as fp32's. */
#define TT_DEVIATION_MEAN_MAX    0.01
#define TT_DEVIATION_LARGEST_MAX 0.10
bool tt_deviation_is_small(const struct tt_deviation *d);

#endif
