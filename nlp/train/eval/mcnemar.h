/* mcnemar.h - do two models differ in how often they are right on the same texts? (McNemar 1947). Pure. */
#ifndef TT_NLP_TRAIN_EVAL_MCNEMAR_H
#define TT_NLP_TRAIN_EVAL_MCNEMAR_H

#include <stdbool.h>
#include <stddef.h>

#include "nlp/train/eval/metrics.h"

struct tt_mcnemar {
	uint64_t first, second; /* answers that only the first, only the second model had right */
	bool exact;
	double p; /* of so much difference or more when both are equally good; 1 when they never differ */
};

/* Below 25 differing answers the exact two-sided binomial test, else χ² = (|first - second| - 1)² / (first +
 * second) of one degree of freedom (Edwards 1948). */
struct tt_mcnemar tt_mcnemar_of_counts(uint64_t first, uint64_t second);
/* The answers of both to the same n questions, in the same order. */
struct tt_mcnemar tt_mcnemar_of(const struct tt_answer *first, const struct tt_answer *second, size_t n);

#endif
