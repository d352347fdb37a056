/* data_load.h - labelled files into a data set: what `tickertone data ...` have in common. Owner: the loader
 * is caller's storage (init/done); the data set lives in it. Threads: one. */
#ifndef TT_APP_DATA_LOAD_H
#define TT_APP_DATA_LOAD_H

#include "app/score/score_opts.h"
#include "nlp/token/tokenizer.h"
#include "nlp/train/data/check.h"

struct tt_data_loader {
	struct tt_dataset data;
	struct tt_data_report report;
	struct tt_tokenizer *tokenizer; /* NULL: no model to count tokens by */
	struct tt_tokens tokens;
	size_t window;         /* the model's, in tokens */
	struct tt_arena arena; /* of the row at hand */
};

enum { TT_DATA_ROW_BYTES = 256 << 20 /* of one row, at most */ };
#define TT_DATA_BYTES ((size_t)1 << 36) /* of all, at most: what the machine has is less */

#define TT_DATA_OPT_SIMILARITY(type)                                                                         \
	{                                                                                                    \
		"similarity", 0, TT_CLI_REAL, offsetof(type, similarity), "X",                               \
			"Share of words in common from which texts are near-duplicates; default 0.8.", 0.3,  \
			1, NULL                                                                              \
	}

int tt_data_loader_init(struct tt_data_loader *l, struct tt_err *err);
void tt_data_loader_done(struct tt_data_loader *l);

/* Opens the tokenizer of a model; given NULL: of the usual one, and none is no error. */
int tt_data_loader_model(struct tt_data_loader *l, const char *given, struct tt_err *err);

/* Reads all rows of a file. Flaws go into the report. */
int tt_data_load(struct tt_data_loader *l, const char *path, enum tt_row_format format, struct tt_err *err);

/* One row, whose memory is l->arena, of file number `file`. */
int tt_data_load_row(struct tt_data_loader *l, size_t file, const struct tt_row *row, struct tt_err *err);

#endif
