/* json.h - items, scored items and dead letters as JSON objects, for standard output and for topics. The
 * formats are those of docs/schema (which tests hold against what is written here).
 *
 * Times are RFC 3339 UTC, ids UUIDs. What is absent is null. Text is repaired to valid UTF-8 (text.h).
 * Errors: those of the buffer, which then has a part of the object. Threads: any. */
#ifndef TT_SINK_JSON_H
#define TT_SINK_JSON_H

#include "common/batch.h"
#include "common/buf.h"

/* docs/schema/item.json: what the field map `item` reads again, with the same identity. */
int tt_sink_json_item(struct tt_buf *out, const struct tt_item *item);

/* docs/schema/event.json: a scored item. Without a score "unscored" says why. */
int tt_sink_json_event(struct tt_buf *out, const struct tt_scored *scored);

/* docs/schema/dead_letter.json. */
int tt_sink_json_dead(struct tt_buf *out, const struct tt_dead_letter *dead);

#endif
