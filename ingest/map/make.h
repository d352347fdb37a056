/* make.h - the fields of an item from one record, by a field map: what files (lines.h) and topics
 * (kafka/payload.h) have in common.
 *
 * Texts and keys are strings or numbers (as they are written: an id of 20 digits stays whole); a date is any
 * form of when.h, an unreadable one counts as absent; null and empty are absent. The first alternative of a
 * field that holds something counts; when none does and one holds something else (an object, a list, true),
 * the record is refused and the reason names the field. Of lists, elements that are no strings are left out.
 * A text over the limit is cut and counted. Pure. Threads: one at a time for each maker. Owner: what is made
 * lives in the batch's arena. */
#ifndef TT_INGEST_MAP_MAKE_H
#define TT_INGEST_MAP_MAKE_H

#include "common/batch.h"
#include "ingest/map/find.h"
#include "ingest/map/record.h"

struct tt_make {
	const struct tt_map *map; /* borrowed */
	size_t max_text_bytes;
	int max_depth;
	bool strict; /* false at first. True: a NUL in a value and an object in which the title is missing
			altogether, not null, refuse the record; a wrong map is found that way */
	struct tt_find find;
	struct tt_buf repaired, decoded, scratch;
};

void tt_make_init(struct tt_make *m, const struct tt_map *map, size_t max_record_bytes, size_t max_text_bytes,
	int max_depth);
void tt_make_done(struct tt_make *m);

/* What of the text means something: without white space around and byte order mark, invalid UTF-8 repaired
 * with U+FFFD (then in m, until the next call). TT_ENOMEM. */
int tt_make_clean(struct tt_make *m, struct tt_str *text);

/* The fields of *item, which is in b, and the record's id ({NULL, 0}: none) from the object in text, which
 * was cleaned; record has what $key and the like stand for. fetched_ms is set when the map and the record
 * have it. TT_EPARSE with the reason; TT_ENOMEM: memory, or the arena. */
int tt_make_json(struct tt_make *m, struct tt_str text, const struct tt_record *record, struct tt_batch *b,
	struct tt_item *item, struct tt_str *ret_id, struct tt_err *err);

/* The same without any JSON: what the map takes from the record itself, and its constants. */
int tt_make_own(struct tt_make *m, const struct tt_record *record, struct tt_batch *b, struct tt_item *item,
	struct tt_str *ret_id, struct tt_err *err);

/* One text of an item, plain. Codes as above. */
int tt_make_text(struct tt_make *m, struct tt_str text, struct tt_batch *b, struct tt_str *ret);
/* One that is no prose: trimmed, without control characters. */
int tt_make_key(struct tt_str text, struct tt_batch *b, struct tt_str *ret);

/* TT_EPARSE when the item has no text at all. */
int tt_make_check(const struct tt_item *item, struct tt_err *err);

#endif
