/* train_set.h - labelled files as the trainer takes them, read whole: a bad row ends it, before anything is
 * learnt. Owner: caller's storage (init/done). Threads: one. */
#ifndef TT_APP_TRAIN_SET_H
#define TT_APP_TRAIN_SET_H

#include "app/score/rows.h"
#include "common/id.h"
#include "nlp/train/fit/examples.h"

enum { TT_TRAIN_FILES_MAX = 32 };

struct tt_train_set {
	struct tt_arena arena;
	struct tt_labelled *v;
	size_t n;
	struct {
		const char *path; /* borrowed */
		size_t rows;
		struct tt_id id; /* of its texts, labels and spans, in their order */
	} files[TT_TRAIN_FILES_MAX];
	size_t n_files;
};

void tt_train_set_init(struct tt_train_set *s);
void tt_train_set_done(struct tt_train_set *s);

/* labelled: a row must have a label, of its own or an entity's. TT_EPARSE, TT_EDATA: "FILE:LINE: what". */
/* The same of rows that are there already, and live longer than the set; name stands for a file's. */
int tt_train_set_rows(
	struct tt_train_set *s, const char *name, const struct tt_row *rows, size_t n, struct tt_err *err);
int tt_train_set_read(struct tt_train_set *s, const char *path, enum tt_row_format format, bool labelled,
	struct tt_err *err);

#endif
