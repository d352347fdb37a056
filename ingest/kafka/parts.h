/* parts.h - the partitions that the group has given to this worker, and where each of them is.
 *
 *   given ──▶ CLAIM ──claimed──▶ READ ◀──▶ (stopped: window used up, another one is searched)
 *               ▲                  │
 *               └──claim was lost──┘       FAILED: on_gap is fail
 *
 * Who changes what: tt_consumer.lock is held for all of it; the claims thread changes a part only while its
 * job is BUSY. A partition that leaves and comes back is another one: its serial number differs. Topic names
 * are interned and live as long as the table. */
#ifndef TT_INGEST_KAFKA_PARTS_H
#define TT_INGEST_KAFKA_PARTS_H

#include <stddef.h>

#include "common/err.h"
#include "common/str.h"
#include "ingest/kafka/window.h"

enum tt_part_state { TT_PART_CLAIM, TT_PART_READ, TT_PART_FAILED };
enum tt_part_job { TT_JOB_NONE, TT_JOB_ASKED, TT_JOB_BUSY }; /* claim, or mark: by state */

struct tt_part {
	const char *topic;
	int32_t partition;
	uint64_t serial;
	enum tt_part_state state;
	enum tt_part_job job;
	int64_t epoch;     /* of the claim; 0: none yet */
	int64_t read;      /* next offset to be read */
	int64_t given;     /* everything before it was given to the pipeline; less than read where the log has
			      holes */
	int64_t stored;    /* everything before it is stored */
	int64_t committed; /* what the group was told */
	int64_t moved_ns;  /* monotonic: when stored last moved, or there was nothing to store */
	struct tt_window window;
	int64_t window_next; /* what the mark asked for ends at */
	bool flowing;        /* librdkafka was told to deliver it */
	bool seek;           /* before it flows again: what librdkafka has of it is not what comes next */
	bool passed_over;    /* while it flows: records after `read` were dropped, so it is to be sought */
	bool lost;           /* a write was refused: to be claimed again */
	bool dropped;        /* librdkafka has given it up (its position was not in the log): to be assigned anew */
	bool gap;            /* the log begins or ends elsewhere: to be claimed again when all is stored */
	bool tell;           /* `why` is to be said in the next batch */
	struct tt_err why;   /* why it does not flow, or about a gap; msg "": all is well */
	/* Of the batch being filled: */
	uint64_t batch;  /* its number; another one: the part is not in it */
	uint32_t origin; /* 1 + index of its progress */
};

struct tt_part_table {
	struct tt_part *v;
	size_t n, room;
	char **names;
	size_t n_names;
	uint64_t serial; /* the last given */
};

static inline bool tt_part_all_stored(const struct tt_part *p)
{
	return p->stored >= p->given;
}

void tt_part_table_done(struct tt_part_table *t);
/* Adds one in state CLAIM, job ASKED; NULL when memory is out. Pointers into v are good until the next add or
 * remove. */
struct tt_part *tt_part_add(struct tt_part_table *t, const char *topic, int32_t partition);
struct tt_part *tt_part_find(const struct tt_part_table *t, const char *topic, int32_t partition);
struct tt_part *tt_part_by_serial(const struct tt_part_table *t, uint64_t serial);
void tt_part_remove(struct tt_part_table *t, struct tt_part *p);

#endif
