/* check.h - what is wrong with labelled files: each flaw counted, and the first of its rows kept as examples.
 *
 * Whoever reads the files says what it met (tt_data_found) and adds the rows to the data set; tt_data_check()
 * then finds what shows only between rows: repeats, contradictions, near-duplicates, leakage. A row leaks
 * when a file named before its own has the same text or nearly the same: it is counted at the later file.
 *
 * Owner: the report is in the data set's arena. Threads: one at a time. Errors: TT_ENOMEM. */
#ifndef TT_NLP_TRAIN_DATA_CHECK_H
#define TT_NLP_TRAIN_DATA_CHECK_H

#include "nlp/train/data/near.h"

/* id, training must not see it, what it is */
#define TT_DATA_FLAWS(X)                                                                                     \
	X(UNREADABLE, true, "unreadable", "rows that cannot be read")                                        \
	X(ENCODING, true, "encoding", "texts that are not UTF-8")                                            \
	X(EMPTY, true, "empty", "texts of which cleaning leaves nothing")                                    \
	X(LABEL, true, "unknown_label", "unknown labels")                                                    \
	X(SPAN, true, "misplaced_entity", "entities that do not lie on their text")                          \
	X(NAME, false, "other_mention", "entities whose text is not their name")                             \
	X(LONG, false, "too_long", "texts longer than the model's window")                                   \
	X(CONFLICT, false, "conflict", "repeats of a text with a contradicting label")                       \
	X(REPEAT, false, "duplicate", "repeats of a text")                                                   \
	X(NEAR, false, "near_duplicate", "rows that are almost the same as another one")                     \
	X(LEAK, true, "leak", "rows that another file has, too, or almost")

enum tt_data_flaw {
#define X(id, grave, name, text) TT_FLAW_##id,
	TT_DATA_FLAWS(X)
#undef X
		TT_FLAWS
};

const char *tt_data_flaw_name(enum tt_data_flaw flaw); /* for JSON */
const char *tt_data_flaw_text(enum tt_data_flaw flaw);
bool tt_data_flaw_grave(enum tt_data_flaw flaw);

enum { TT_DATA_EXAMPLES = 20 };

struct tt_data_example {
	size_t line;
	struct tt_str what;              /* the row's text, or the reader's message */
	const struct tt_data_row *other; /* the row that it repeats or is like; NULL: none */
	double similarity;               /* to it */
};

struct tt_data_found {
	size_t n, n_examples;
	struct tt_data_example examples[TT_DATA_EXAMPLES];
};

struct tt_data_leak {
	size_t rows, exact; /* of the later file that the earlier one has, too; exactly the same text */
};

struct tt_data_file_report {
	size_t rows;                    /* that could be read */
	size_t kinds[TT_DATA_KINDS];    /* rows by what they count as */
	size_t entities[TT_DATA_KINDS]; /* entities by label */
	struct tt_data_found found[TT_FLAWS];
	struct tt_data_leak leaks[TT_DATA_FILES_MAX]; /* by earlier file */
};

struct tt_data_report {
	struct tt_dataset *data;
	struct tt_data_file_report *files; /* TT_DATA_FILES_MAX */
};

int tt_data_report_init(struct tt_data_report *r, struct tt_dataset *d, struct tt_err *err);

/* what is copied. other NULL: none. */
int tt_data_found(struct tt_data_report *r, size_t file, enum tt_data_flaw flaw, size_t line,
	struct tt_str what, const struct tt_data_row *other, double similarity);

/* Once, when all rows are there. Of files from `held_out` on only leaks are looked for. */
int tt_data_check(struct tt_data_report *r, double similarity, size_t held_out, struct tt_err *err);

bool tt_data_report_grave(const struct tt_data_report *r); /* something that training must not see */

#endif
