/* record.h - one record as a log or a file gives it: what an item is made from. All borrowed from whoever
 * read it; any bytes. */
#ifndef TT_INGEST_MAP_RECORD_H
#define TT_INGEST_MAP_RECORD_H

#include "common/clock.h"
#include "common/str.h"

struct tt_record_header {
	struct tt_str name, value; /* the value may be absent */
};

struct tt_record {
	struct tt_str topic; /* a file's record has only a value */
	int32_t partition;
	int64_t offset;
	int64_t timestamp_ms;     /* TT_TIME_NONE, or anything below 1: there is none */
	struct tt_str key, value; /* {NULL, 0}: absent; a record without value is a tombstone */
	const struct tt_record_header *headers;
	size_t n_headers;
	uint32_t origin; /* as struct tt_item: 1 + index of the batch's progress it belongs to */
};

#endif
