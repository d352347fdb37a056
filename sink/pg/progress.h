/* progress.h - the progress of a write's batches as one statement of its transaction, which refuses the whole
 * write when a partition was claimed by another worker since. */
#ifndef TT_SINK_PG_PROGRESS_H
#define TT_SINK_PG_PROGRESS_H

#include "common/batch.h"
#include "sink/pg/conn.h"

struct tt_pg_progress_row {
	struct tt_progress *of; /* the one with the greatest next_offset of its partition and epoch */
	int64_t newest_ms;
};

struct tt_pg_progress {
	struct tt_pg_progress_row *rows; /* by group, topic, partition, epoch; in the given arena */
	size_t n;
	struct tt_pg_params params; /* of progress.sql */
};

/* Fills g from what is not stale in n batches. TT_ENOMEM. */
int tt_pg_progress_fill(
	struct tt_pg_progress *g, struct tt_arena *arena, struct tt_batch *const *batches, size_t n);

/* After TT_ESTALE: asks which claims are lost and marks their progress in the batches. Returns TT_ESTALE when
 * some are; otherwise why that cannot be told now, retriable. */
int tt_pg_progress_judge(struct tt_pg_progress *g, struct tt_pg_conn *c, struct tt_batch *const *batches,
	size_t n, struct tt_err *err);

#endif
