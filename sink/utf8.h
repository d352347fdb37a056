/* utf8.h - text that every receiver accepts: valid UTF-8 without NUL. PostgreSQL and JSON readers refuse
 * anything else, and a whole batch with it, so what is broken becomes U+FFFD on the way out: once per maximal
 * broken part, as browsers do. */
#ifndef TT_SINK_UTF8_H
#define TT_SINK_UTF8_H

#include "common/buf.h"

/* Number of leading bytes that are fine; s.n when all are. */
size_t tt_sink_utf8_valid(struct tt_str s);

/* Appends s, repaired. Errors as tt_buf_add. */
int tt_sink_utf8_repair(struct tt_buf *out, struct tt_str s);

#endif
