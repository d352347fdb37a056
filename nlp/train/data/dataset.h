/* dataset.h - labelled texts of one or more files in memory, as far as checking, splitting and cleaning need
 * them: the normalised text (cleaned as the scorer does, then NFKC and case folded), its hash, the words it
 * is compared by, its labels. Rows with the same normalised text form a class, across files.
 *
 * Owner:   the data set is caller's storage (init/done); texts and all else are copied into its arena,
 * nothing is freed before the end. Threads: one at a time. Errors: TT_ENOMEM, TT_ELIMIT (max_bytes; MAX
 * files; a text too long), with a message that names file and line. */
#ifndef TT_NLP_TRAIN_DATA_DATASET_H
#define TT_NLP_TRAIN_DATA_DATASET_H

#include "common/arena.h"
#include "common/err.h"
#include "common/scored.h"
#include "nlp/token/clean.h"

enum { TT_DATA_FILES_MAX = 32, TT_DATA_NONE = UINT32_MAX };

/* What a text counts as when labels are counted: its label, else the one its entities have in common. */
enum tt_data_kind { TT_DATA_MIXED = TT_LABELS, TT_DATA_UNLABELLED, TT_DATA_KINDS };
const char *tt_data_kind_name(int kind); /* "negative" ... "mixed", "unlabelled" */

struct tt_data_entity {
	struct tt_str name;
	int label; /* enum tt_label; < 0: none */
};

struct tt_data_given { /* a row as it comes */
	size_t file, line;
	struct tt_str text; /* UTF-8 */
	int label;          /* enum tt_label; < 0: none */
	const struct tt_data_entity *entities;
	size_t n_entities;
};

struct tt_data_row {
	uint32_t file, cls;
	uint32_t next; /* the next row of its class, TT_DATA_NONE behind the last */
	uint32_t n_entities;
	size_t line;
	struct tt_str text; /* as given */
	size_t clean_bytes; /* 0: an empty text */
	size_t chars;       /* code points of the cleaned text */
	size_t tokens;      /* set by who has a tokenizer; 0: unknown */
	int label, kind;
	const struct tt_data_entity *entities;
};

struct tt_data_class {
	uint64_t hash[2];               /* XXH3-128 of the normalised text */
	uint32_t first, last;           /* rows */
	uint32_t files;                 /* bit f: a row of file f has this text */
	const struct tt_sketch *sketch; /* NULL: no words to compare */
};

struct tt_dataset {
	struct tt_arena arena;
	struct tt_arena scratch; /* of the text at hand */
	struct tt_clean clean;
	const char *names[TT_DATA_FILES_MAX]; /* borrowed */
	size_t n_files, n_rows, n_classes;
	struct tt_data_row *rows;
	struct tt_data_class *classes;
	uint32_t *slots; /* open addressing: class + 1, 0 free */
	size_t n_slots;
};

void tt_dataset_init(struct tt_dataset *d, size_t max_bytes);
void tt_dataset_done(struct tt_dataset *d);
int tt_dataset_file(struct tt_dataset *d, const char *name, size_t *ret, struct tt_err *err);
/* The new row is d->rows[d->n_rows - 1]. */
int tt_dataset_add(struct tt_dataset *d, const struct tt_data_given *given, struct tt_err *err);

/* Counts a row by its kind, and its entities by their labels. */
void tt_data_count(
	const struct tt_data_row *row, size_t kinds[TT_DATA_KINDS], size_t entities[TT_DATA_KINDS]);
size_t tt_data_counted(const size_t kinds[TT_DATA_KINDS]); /* all of them */

/* Do the labels of two rows with the same text contradict each other: those of the texts, or of an entity
 * that both name? What is not labelled contradicts nothing. */
bool tt_data_contradict(const struct tt_data_row *a, const struct tt_data_row *b);

#endif
