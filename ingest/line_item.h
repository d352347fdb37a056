/* line_item.h - one line of a file as an item.
 *
 * A JSON line is tickertone's own item format, the field map "item" (map/preset.c): {id?, source?, guid?,
 * url?, title?, summary?, content?, author?, lang?, published_at?, updated_at?, fetched_at?, categories?};
 * one of title, summary and content must be there. Values: map/make.h. A line of text is a title. An empty
 * line is nothing. Invalid UTF-8 is repaired with U+FFFD, control characters are left out. Pure; any thread.
 */
#ifndef TT_INGEST_LINE_ITEM_H
#define TT_INGEST_LINE_ITEM_H

#include "common/batch.h"
#include "common/err.h"
#include "ingest/conf.h"
#include "ingest/map/make.h"

struct tt_line_reader {
	const struct tt_lines_conf *conf;
	struct tt_str source; /* of items that name none; borrowed */
	struct tt_map map;
	struct tt_make make; /* points to map: a reader stays where it is */
};

/* conf must outlive it. TT_ENOMEM: nothing is to be done. */
int tt_line_reader_init(
	struct tt_line_reader *r, const struct tt_lines_conf *conf, struct tt_str source, struct tt_err *err);
void tt_line_reader_done(struct tt_line_reader *r);

/* Appends the line's item to the batch; nothing for an empty line. TT_EPARSE: no item, the message says why,
 * without naming the line. TT_ENOMEM, TT_ELIMIT: the batch's arena is full, or memory is out. The batch then
 * has what it had. */
int tt_line_item(
	struct tt_line_reader *r, struct tt_str line, int64_t now_ms, struct tt_batch *b, struct tt_err *err);

#endif
