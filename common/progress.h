/* progress.h - how far a batch reads into one partition of a topic: what makes "exactly once" of it.
 * The source says what the batch covers, the sink stores it in the transaction that stores the batch's items
 * and refuses it (stale) when another worker has claimed the partition since. Strings: the batch's arena. */
#ifndef TT_COMMON_PROGRESS_H
#define TT_COMMON_PROGRESS_H

#include "common/clock.h"
#include "common/str.h"

enum { TT_PROGRESS_GUARD = -1 };

struct tt_progress {
	struct tt_str group; /* consumer group; group, topic and partition are the key */
	struct tt_str topic;
	int32_t partition;
	int64_t epoch;       /* of the claim it was read under; a later claim makes it stale */
	int64_t next_offset; /* everything before it is in this batch or was in an earlier one;
			      * TT_PROGRESS_GUARD: it is not moved, the write is only refused when the claim
			      * is lost */
	int64_t newest_ms;   /* latest record timestamp in the batch; TT_TIME_NONE: none */
	bool stale;          /* set by the sink: the partition is somebody else's now; ignored from then on */
};

#endif
