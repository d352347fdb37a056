/* err.h - the error codes of the whole program, and the message that goes with one.
 *
 * Functions return TT_OK (0) or a negative code to steer by; the text to read goes into a struct tt_err that
 * the caller owns. `err` is the last argument, may be NULL, and is untouched on success. Nothing here is
 * thread-local, so a message travels with its batch. Libraries neither log nor exit: the edge (app/) does, once. */
#ifndef TT_COMMON_ERR_H
#define TT_COMMON_ERR_H

#include <stdbool.h>

#define TT_ERRORS(X) /* name, worth retrying later, text */ \
	X(NOMEM, 0, "out of memory") \
	X(PARSE, 0, "bad input") \
	X(CONF, 0, "bad configuration") \
	X(USAGE, 0, "bad command line") \
	X(LIMIT, 0, "over a configured limit") \
	X(NOENT, 0, "not found") \
	X(REFUSED, 0, "refused by policy") \
	X(DATA, 0, "data refused by the peer") \
	X(VERSION, 0, "unsupported version") \
	X(IO, 1, "input/output failed") \
	X(PEER, 1, "peer unavailable") \
	X(AGAIN, 1, "timed out") \
	X(STALE, 0, "no longer ours") \
	X(CLOSED, 0, "shut down")

enum {
	TT_POS_OK = 0,
#define X(name, retry, text) TT_POS_##name,
	TT_ERRORS(X)
#undef X
	TT_POS_END,
	TT_OK = 0,
#define X(name, retry, text) TT_E##name = -TT_POS_##name,
	TT_ERRORS(X)
#undef X
};

struct tt_err {
	int code;
	char msg[400]; /* one line, names the file, line, key, URL or topic; no trailing newline */
};

/* Fills err (when not NULL) and returns code, so that `return tt_err_set(err, TT_EIO, ...)` reads well. */
int tt_err_set(struct tt_err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* Puts "prefix: " before the message that is there; for callers that know the file or URL. Returns err->code or code. */
int tt_err_prefix(struct tt_err *err, int code, const char *fmt, ...) __attribute__((format(printf, 3, 4)));

/* The fixed text of a code, for a log line without a message; never NULL. */
const char *tt_err_text(int code);

/* True when the same call may succeed later without anyone changing the input. */
bool tt_retriable(int code);

#endif
