/* json.h - JSON (RFC 8259) read where it lies: no tree, no copy, nothing allocated, each byte looked at once.
 *
 * Why not the packaged jansson, which the rest of the program uses: a tree of a 434 byte record costs more
 * than all the rest that is done to it (bench/bench_payload.c), it refuses a record for an unsigned 64-bit id
 * in any member, and for half a surrogate pair, which cut-off texts have. tests/ingest/map and the fuzz
 * target hold the two against each other.
 *
 * Strict but for one thing: a lone surrogate in an escape is U+FFFD. The caller sees to it that the text is
 * valid UTF-8. All functions return false when it is not JSON, or too deep; then `why` says what is wrong at
 * `p`. Threads: any. */
#ifndef TT_INGEST_MAP_JSON_H
#define TT_INGEST_MAP_JSON_H

#include "common/buf.h"

enum tt_json_kind {
	TT_JSON_NONE, /* nothing that JSON knows */
	TT_JSON_NULL,
	TT_JSON_BOOL,
	TT_JSON_NUMBER,
	TT_JSON_STRING,
	TT_JSON_ARRAY,
	TT_JSON_OBJECT,
};

struct tt_json {
	const char *start, *p, *end;
	const char *why; /* a constant; NULL while all is well */
	int depth_left;
};

void tt_json_init(struct tt_json *j, struct tt_str text, int max_depth);

/* What the value at the cursor is by its first byte; white space before it is passed over. */
enum tt_json_kind tt_json_peek(struct tt_json *j);

/* The string at the cursor, without its quotes, as it is written. */
bool tt_json_string(struct tt_json *j, struct tt_str *ret_raw, bool *ret_escaped);
/* The number, true, false or null at the cursor, as it is written. */
bool tt_json_scalar(struct tt_json *j, struct tt_str *ret_raw);
/* The value at the cursor with all that is in it. */
bool tt_json_skip(struct tt_json *j);

/* An object or array: enter at its bracket, then more() before each element, with the kind that was entered
 * and `first` true before the first. It returns false at the end too: why is then NULL, and the bracket
 * passed. */
bool tt_json_enter(struct tt_json *j);
bool tt_json_more(struct tt_json *j, enum tt_json_kind kind, bool first);
/* The name of an object's member and its colon. */
bool tt_json_name(struct tt_json *j, struct tt_str *ret_raw, bool *ret_escaped);

/* True when nothing but white space is left. */
bool tt_json_end(struct tt_json *j);

/* Appends the characters of a string that tt_json_string or _name gave. Errors: those of the buffer. */
int tt_json_unescape(struct tt_str raw, struct tt_buf *out);

#endif
