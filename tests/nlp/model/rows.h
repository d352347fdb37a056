/* rows.h - rows of expected.jsonl (see make_tiny.py), read for the model's tests. */
#ifndef TT_TESTS_NLP_MODEL_ROWS_H
#define TT_TESTS_NLP_MODEL_ROWS_H

#include "nlp/model/classify.h"

enum { ROWS_MAX = 128, IDS_MAX = 128, MENTIONS_MAX = 8 };

struct row {
	int32_t ids[IDS_MAX];
	struct tt_token_range mentions[MENTIONS_MAX];
	size_t n_ids, n_mentions;
	float item[TT_LABELS], mention[MENTIONS_MAX][TT_LABELS];
	float got[MENTIONS_MAX][TT_LABELS]; /* room for what comes out */
};

/* Reads tests/nlp/model/tiny/NAME/expected.jsonl; the test fails when it cannot. Returns how many. */
size_t rows_read(const char *name, struct row rows[ROWS_MAX]);
/* A sequence over the row's ids and mentions, its output going to row->got. */
struct tt_sequence row_sequence(struct row *row);
/* Opens tests/nlp/model/tiny/NAME in that precision; the test fails when it cannot. */
struct tt_model *tiny_open(const char *name, enum tt_precision precision);

#endif
