/* stats.h - what a data set is made of: classes, lengths, entities. Errors: TT_ENOMEM. Pure. */
#ifndef TT_NLP_TRAIN_DATA_STATS_H
#define TT_NLP_TRAIN_DATA_STATS_H

#include "nlp/train/data/dataset.h"

struct tt_data_spread {
	double mean, p50, p90, p99, max; /* tt_quantile's */
};

struct tt_data_stats {
	size_t rows, distinct, empty;   /* distinct: texts */
	size_t kinds[TT_DATA_KINDS];    /* rows by what they count as */
	size_t entities[TT_DATA_KINDS]; /* by label */
	double imbalance;               /* most frequent label / rarest; 0: fewer than two labels occur */
	struct tt_data_spread chars, tokens, per_text; /* of the cleaned text; entities of a text */
};

/* Of all rows; zeroes where there are none. */
int tt_data_stats(const struct tt_dataset *d, struct tt_data_stats *ret, struct tt_err *err);

#endif
