/* positions.h - who reads a partition, from where, and what killed the last one who did: the interface to the
 * store that remembers it (sink/pg/positions.h; app/ wires the two).
 *
 * A worker claims a partition when the group gives it one. Each claim counts its epoch up; progress written
 * under an older epoch is refused from then on, so that a frozen worker that wakes up late writes nothing.
 *
 * A window is the range of offsets a worker is about to work on, marked durably before the first record of it
 * is parsed. A claim that finds a window open (not all of it stored, not released) knows that a worker died
 * in it; the source then searches it in ever smaller windows until the record that kills stands alone
 * (window.h). Opening the same window again is what counts, so that only those are blamed who were at work. */
#ifndef TT_COMMON_POSITIONS_H
#define TT_COMMON_POSITIONS_H

#include "common/err.h"
#include "common/str.h"

struct tt_position {
	struct tt_str topic;
	int32_t partition;
	int64_t epoch;       /* claim: out; mark, release: in */
	int64_t next_offset; /* claim: out, -1: nothing was ever stored */
	int64_t window_from; /* claim: out, the window that was left open, -1: none; mark: in */
	int64_t window_to;   /* its end, not in it */
	int crashes;         /* claim: out; how often this very window was opened and left open */
	int64_t end_offset;  /* ends: in; where the partition ends now */
};

/* Each call is one short transaction for all n; it blocks and may fail retriably. */
struct tt_positions_ops {
	/* The partitions are this worker's from now on. */
	int (*claim)(void *self, struct tt_position *v, size_t n, struct tt_err *err);
	/* Opens the window; what was marked before is replaced. TT_ESTALE: one is somebody else's by now. */
	int (*mark)(void *self, const struct tt_position *v, size_t n, struct tt_err *err);
	/* Left in good order: no window stays open. What is somebody else's by now is passed over. */
	int (*release)(void *self, const struct tt_position *v, size_t n, struct tt_err *err);
	/* Remembers how far there is to go, for who watches the work. What is somebody else's by now is passed
	 * over. NULL: nobody watches. */
	int (*ends)(void *self, const struct tt_position *v, size_t n, struct tt_err *err);
	void (*close)(void *self);
};

struct tt_positions {
	const struct tt_positions_ops
		*ops; /* NULL: there is no store; the group's commits alone count */
	void *self;
};

#endif
