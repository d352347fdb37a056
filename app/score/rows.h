/* rows.h - texts to be scored, from a file or standard input, whatever form they have.
 *
 *   lines  a text a line; empty lines are nothing
 *   tsv    label<TAB>text
 *   csv    RFC 4180 with a header; column `text`, optional column `label`, others are ignored
 *   jsonl  {"text", "label"?, "entities"?: [{"entity", "start"?, "end"?, "label"?}]}, offsets in code points
 * of the text, -1 or absent: the entity's name is not in the text auto   by the file's extension, else by its
 * first line
 *
 * A label is negative, neutral or positive in any case; an empty one is none. Texts that are not UTF-8 are
 * repaired with U+FFFD (in jsonl, which must be UTF-8, such a row is bad). Owner: the reader is the caller's;
 * what a row points to lives in the arena given. Threads: one at a time. */
#ifndef TT_APP_ROWS_H
#define TT_APP_ROWS_H

#include "common/arena.h"
#include "common/err.h"
#include "common/scored.h"
#include "nlp/token/tokenizer.h"

enum tt_row_format { TT_ROWS_AUTO, TT_ROWS_LINES, TT_ROWS_TSV, TT_ROWS_CSV, TT_ROWS_JSONL };
#define TT_ROW_FORMATS "auto|lines|tsv|csv|jsonl"

enum { TT_LABEL_NONE = -1 };

struct tt_row_entity {
	struct tt_str name;
	bool in_text;
	struct tt_span span; /* bytes of the text; when in_text */
	int label;           /* enum tt_label or TT_LABEL_NONE */
};

struct tt_row {
	size_t line; /* where it begins, from 1 */
	struct tt_str text;
	int label;
	bool lists_entities; /* the row says which: none is an answer too */
	struct tt_row_entity *entities;
	size_t n_entities;
};

struct tt_rows;

int tt_rows_open(struct tt_rows **ret, const char *path, enum tt_row_format format, struct tt_err *err);
void tt_rows_free(struct tt_rows *r); /* NULL is fine */

/* TT_OK; TT_ECLOSED at the end; TT_EPARSE or TT_ELIMIT: this row is bad ("FILE:LINE: what"), the next call
 * goes on; TT_EIO, TT_ENOMEM: it is over. */
int tt_rows_next(struct tt_rows *r, struct tt_arena *a, struct tt_row *ret, struct tt_err *err);

bool tt_rows_would_wait(const struct tt_rows *r); /* the next row may not be there yet */
int64_t tt_rows_consumed_bytes(const struct tt_rows *r);
int64_t tt_rows_total_bytes(const struct tt_rows *r); /* -1: unknown */
const char *tt_rows_name(const struct tt_rows *r);    /* for messages */

/* One line as a JSONL row; what tt_rows_next uses, apart for tests and fuzzing. The message has no file and
 * line yet. */
int tt_row_of_json(struct tt_row *ret, struct tt_arena *a, struct tt_str line, struct tt_err *err);

#endif
