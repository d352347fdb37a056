/* line_item.h - one line of a file as an item.
 *
 * A JSON line is an object {id?, source?, guid?, url?, title?, summary?, content?, author?, lang?,
 * published_at?, updated_at?, categories?}. One of title, summary and content must be there; dates are any
 * form that feeds use or a number of seconds or milliseconds since 1970, unreadable ones count as absent;
 * unknown keys are ignored; null is absent. A line of text is a title. An empty line is nothing. Invalid
 * UTF-8 is repaired with U+FFFD, control characters are left out. Pure; any thread. */
#ifndef TT_INGEST_LINE_ITEM_H
#define TT_INGEST_LINE_ITEM_H

#include "common/batch.h"
#include "common/buf.h"
#include "common/err.h"
#include "ingest/conf.h"

struct tt_line_reader {
	const struct tt_lines_conf *conf;
	struct tt_str source;   /* of items that name none; borrowed */
	struct tt_buf repaired; /* scratch */
	struct tt_buf scratch;
};

void tt_line_reader_init(struct tt_line_reader *r, const struct tt_lines_conf *conf, struct tt_str source);
void tt_line_reader_done(struct tt_line_reader *r);

/* Appends the line's item to the batch; nothing for an empty line. TT_EPARSE: no item, the message says why,
 * without naming the line. TT_ENOMEM, TT_ELIMIT: the batch's arena is full, or memory is out. The batch then
 * has what it had. */
int tt_line_item(
	struct tt_line_reader *r, struct tt_str line, int64_t now_ms, struct tt_batch *b, struct tt_err *err);

#endif
