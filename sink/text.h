/* text.h - text that every receiver accepts: valid UTF-8 without NUL. PostgreSQL and JSON readers refuse
 * anything else, and a whole batch with it, so a NUL or a broken piece becomes U+FFFD on the way out
 * (common/utf8.h). */
#ifndef TT_SINK_TEXT_H
#define TT_SINK_TEXT_H

#include "common/buf.h"

bool tt_sink_text_fine(struct tt_str s);

/* Appends s, repaired. Errors: those of the buffer. */
int tt_sink_text_repair(struct tt_buf *out, struct tt_str s);

#endif
