/* rows.h - data sets of a few rows for tests. */
#ifndef TT_TESTS_DATA_ROWS_H
#define TT_TESTS_DATA_ROWS_H

#include "nlp/train/data/dataset.h"
#include "tests/tt_test.h"

static inline int add_text(struct tt_dataset *d, size_t file, int label, const char *text)
{
	return tt_dataset_add(d,
		&(struct tt_data_given){
			.file = file, .line = d->n_rows + 1, .text = tt_str_c(text), .label = label},
		NULL);
}

static inline void new_file(struct tt_dataset *d, const char *name)
{
	size_t file;
	TT_EQ(tt_dataset_file(d, name, &file, NULL), TT_OK);
}

#endif
