/* lines.h - lines of a file or of standard input, with a cap on the length of one.
 * A byte order mark at the start, and a carriage return at the end of a line, are not part of a line. The
 * last line needs no newline. Owner: the caller's (open/close); a line lives until the next call. Threads:
 * one at a time. */
#ifndef TT_APP_LINES_H
#define TT_APP_LINES_H

#include "common/err.h"
#include "common/str.h"

enum { TT_LINE_MAX = 8 << 20 /* bytes */ };

struct tt_line_reader {
	const char *name; /* for messages: the path, or "standard input" */
	int fd;
	bool eof;
	size_t line; /* number of the line last returned, from 1 */
	char *buf;
	size_t start, end, cap;
	int64_t line_byte; /* where that line begins, behind a byte order mark */
	int64_t consumed_bytes, total_bytes; /* total: -1 when it cannot be known */
};

/* path "-": standard input. TT_ENOENT, TT_EIO. */
int tt_line_reader_open(struct tt_line_reader *r, const char *path, struct tt_err *err);
void tt_line_reader_close(struct tt_line_reader *r);

/* TT_OK; TT_ECLOSED at the end; TT_ELIMIT: this line is over TT_LINE_MAX and was skipped, the next call goes
 * on; TT_EIO, TT_ENOMEM. */
int tt_line_reader_next(struct tt_line_reader *r, struct tt_str *ret, struct tt_err *err);

/* True when the next call may wait for whoever writes into the pipe. */
bool tt_line_reader_would_wait(const struct tt_line_reader *r);

/* The first bytes of the input without taking them, to guess what it is; waits for them. */
int tt_line_reader_peek(struct tt_line_reader *r, struct tt_str *ret, struct tt_err *err);

#endif
