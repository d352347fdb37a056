/* lines.h - the source that reads a file or standard input once: JSON Lines items, or lines of text.
 *
 * What a line may be: line_item.h. A bad line becomes a dead letter that names file and line, and the stream
 * goes on. Identity: identity.h; a line without id, guid and url is known by its text, so reading a file
 * twice adds nothing.
 *
 * Threads: as source.h; wake() ends a wait in poll(2) at once. Blocking: only in next(). */
#ifndef TT_INGEST_LINES_H
#define TT_INGEST_LINES_H

#include "ingest/conf.h"
#include "ingest/source.h"

/* conf and clock must outlive the source. TT_ENOENT, TT_EIO: the file cannot be opened. */
int tt_lines_open(struct tt_source *ret, const struct tt_lines_conf *conf, const struct tt_clock *clock,
	struct tt_err *err);

#endif
