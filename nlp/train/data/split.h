/* split.h - which part (training, validation, ...) each row of a data set goes to.
 *
 * Rows with the same text, and all that are near-duplicates of each other directly or through others, are one
 * group and go together. A group's place in [0, 1) is a hash of (seed, its key); the key is the smallest hash
 * of its normalised texts; the parts divide [0, 1) by their shares. So a row's part does not depend on the
 * file around it, nor on the order of rows: adding rows moves none but near-duplicates of what was added,
 * whose groups they join. The shares, over all and by label, are those asked for but for chance: sqrt(p (1 -
 * p) / n) of n groups.
 *
 * Errors: TT_ENOMEM, TT_EUSAGE (parts that cannot be read). Pure. */
#ifndef TT_NLP_TRAIN_DATA_SPLIT_H
#define TT_NLP_TRAIN_DATA_SPLIT_H

#include "nlp/train/data/near.h"

enum { TT_PARTS_MAX = 16 };

struct tt_data_part {
	char name[32]; /* letters, digits, '-', '_' */
	double share;
};

struct tt_data_parts {
	struct tt_data_part v[TT_PARTS_MAX];
	size_t n;
};

/* "train=0.8,valid=0.1,test=0.1": positive shares that add up to 1. */
int tt_data_parts_parse(struct tt_data_parts *ret, struct tt_str text, struct tt_err *err);

struct tt_data_split {
	size_t rows[TT_PARTS_MAX], kinds[TT_PARTS_MAX][TT_DATA_KINDS];
	size_t groups, largest; /* rows of the largest group */
};

/* part_of_row: (d->n_rows), filled. */
int tt_data_split(const struct tt_dataset *d, const struct tt_data_parts *parts, uint64_t seed,
	double similarity, uint8_t *part_of_row, struct tt_data_split *ret, struct tt_err *err);

#endif
