/* given.h - labels that people gave to items, from a file:
 *
 *   CSV    a header with the columns `label` and one or more of `item`, `url`, `guid`, `title`; maybe
 * `entity`, `who`, `at`, `note`; in any order and case, others are ignored JSONL  an object a line with these
 * members
 *
 * Of item (an id), url, guid and title the first that a row has says which item it means. Names ending in
 * .jsonl or .ndjson, and other files that begin with "{", are JSONL. Owner: what a row points to lives in the
 * arena given. Threads: one at a time. */
#ifndef TT_APP_FEEDBACK_GIVEN_H
#define TT_APP_FEEDBACK_GIVEN_H

#include "app/score/csv.h"
#include "common/arena.h"
#include "sink/pg/feedback.h"

enum tt_given_key {
	TT_GIVEN_ITEM,
	TT_GIVEN_URL,
	TT_GIVEN_GUID,
	TT_GIVEN_TITLE,
	TT_GIVEN_ENTITY,
	TT_GIVEN_LABEL,
	TT_GIVEN_WHO,
	TT_GIVEN_AT,
	TT_GIVEN_NOTE,
	TT_GIVEN_KEYS
};

struct tt_given_reader {
	struct tt_line_reader lines;
	struct tt_csv csv;
	bool is_json;
	int columns[TT_GIVEN_KEYS]; /* CSV; -1: there is none */
	const char *who;            /* of rows that do not say; NULL: they must */
	int64_t now_ms;
};

/* path "-": standard input. TT_EPARSE: a header without label or without any identity. Close also after an
 * error. */
int tt_given_open(
	struct tt_given_reader *r, const char *path, const char *who, int64_t now_ms, struct tt_err *err);
void tt_given_close(struct tt_given_reader *r);

/* TT_OK; TT_ECLOSED at the end; TT_EPARSE or TT_ELIMIT: this row is bad ("FILE:LINE: what"), the next call
 * goes on; TT_EIO, TT_ENOMEM: it is over. *line is set in any case. */
int tt_given_next(struct tt_given_reader *r, struct tt_arena *a, struct tt_pg_said_of *ret, size_t *line,
	struct tt_err *err);

/* What tt_given_next uses, apart for the command line, tests and fuzzing; messages without file and line. An
 * empty text is an absent one. TT_EPARSE, TT_ENOMEM. */
int tt_given_of_texts(struct tt_pg_said_of *ret, struct tt_arena *a, const struct tt_str texts[TT_GIVEN_KEYS],
	const char *who, int64_t now_ms, struct tt_err *err);
int tt_given_of_json(struct tt_pg_said_of *ret, struct tt_arena *a, struct tt_str line, const char *who,
	int64_t now_ms, struct tt_err *err);

#endif
