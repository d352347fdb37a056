/* rows.h - texts to be scored, from a file or standard input, whatever form they have.
 *
 *   lines  a text a line; empty lines are nothing
 *   tsv    label<TAB>text
 *   csv    RFC 4180 with a header; column `text`, optional columns `label` and `source`, others are ignored
 *   jsonl  {"text", "label"?, "source"?, "entities"?: [{"entity", "start"?, "end"?, "label"?}]};
 *          offsets in code points of the text, -1 or absent: the entity's name is not in the text
 *   auto   by the file's extension, else by its first line
 *
 * A label is negative, neutral or positive in any case; an empty one is none. Texts that are not UTF-8 are
 * repaired with U+FFFD (in jsonl, which must be UTF-8, such a row is bad). Owner: the reader is the caller's;
 * what a row points to lives in the arena given. Threads: one at a time. */
#ifndef TT_APP_ROWS_H
#define TT_APP_ROWS_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/scored.h"
#include "nlp/token/tokenizer.h"

enum tt_row_format { TT_ROWS_AUTO, TT_ROWS_LINES, TT_ROWS_TSV, TT_ROWS_CSV, TT_ROWS_JSONL };
#define TT_ROW_FORMATS "auto|lines|tsv|csv|jsonl"

enum { TT_LABEL_NONE = -1, TT_LABEL_UNKNOWN = -2 /* only where flawed rows are kept */ };

struct tt_row_entity {
	struct tt_str name;
	bool in_text;
	bool misplaced;            /* its offsets are no place in the text; only where flawed rows are kept */
	struct tt_span span;       /* bytes of the text; when in_text */
	int label;                 /* enum tt_label or one of TT_LABEL_* */
	struct tt_str label_given; /* when it is TT_LABEL_UNKNOWN */
};

struct tt_row {
	size_t line;                /* where it begins, from 1 */
	int64_t from_byte, to_byte; /* its place in the input, line break included, byte order mark not */
	struct tt_str text;
	bool repaired; /* the text was not UTF-8 */
	int label;
	struct tt_str label_given; /* when it is TT_LABEL_UNKNOWN */
	struct tt_str source;      /* where the text is from; absent: not said */
	bool lists_entities; /* the row says which: none is an answer too */
	struct tt_row_entity *entities;
	size_t n_entities;
};

struct tt_rows;

int tt_rows_open(struct tt_rows **ret, const char *path, enum tt_row_format format, struct tt_err *err);
void tt_rows_free(struct tt_rows *r); /* NULL is fine */

/* TT_OK; TT_ECLOSED at the end; TT_EPARSE or TT_ELIMIT: this row is bad ("FILE:LINE: what"; of *ret
 * only `line` is set), the next call goes on; TT_EIO, TT_ENOMEM: it is over. */
int tt_rows_next(struct tt_rows *r, struct tt_arena *a, struct tt_row *ret, struct tt_err *err);

/* From now on a row whose label is unknown or whose entities' offsets are no place in the text is no bad row
 * but comes with that said in it: for those who look for flaws. */
void tt_rows_keep_flawed(struct tt_rows *r);

/* Writing rows as they were read, with another text and other spans: the header, if the form has one (right
 * after opening), and the row that was read last, of which `row` says what its text, names and spans are
 * now; labels, other columns and members stay. Ends with a newline. TT_ENOMEM, TT_ELIMIT. */
int tt_rows_write_head(const struct tt_rows *r, struct tt_buf *out, struct tt_err *err);
int tt_rows_write(
	const struct tt_rows *r, const struct tt_row *row, struct tt_buf *out, struct tt_err *err);

enum tt_row_format tt_rows_format(const struct tt_rows *r); /* never TT_ROWS_AUTO */
bool tt_rows_would_wait(const struct tt_rows *r); /* the next row may not be there yet */
int64_t tt_rows_consumed_bytes(const struct tt_rows *r);
int64_t tt_rows_total_bytes(const struct tt_rows *r); /* -1: unknown */
const char *tt_rows_name(const struct tt_rows *r);    /* for messages */

/* One line as a JSONL row; what tt_rows_next uses, apart for tests and fuzzing. The message has no file and
 * line yet. */
int tt_row_of_json(
	struct tt_row *ret, struct tt_arena *a, struct tt_str line, bool keep_flawed, struct tt_err *err);

#endif
