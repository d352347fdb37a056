/* sink.h - where scored items go: the one interface of PostgreSQL and stdout (and later Kafka).
 * Threads: one thread drives one open sink; open several for several writers.
 * Each sink has an open function of its own (pg/pg.h, stdout.h). */
#ifndef TT_SINK_SINK_H
#define TT_SINK_SINK_H

#include "common/batch.h"
#include "common/err.h"
#include "common/stored.h"

struct tt_sink_result {
	size_t items, entities, dead; /* newly written; a repeat is not counted */
	size_t updated;               /* new texts of stored items */
	size_t alerts; /* raised by items of this write */
};

struct tt_sink_ops {
	const char *name; /* "postgres", "stdout" */

	/* What is stored under the keys of the batch's items: one element per item and stored item, by item.
	 * Array and strings live in the arena. Lets the pipeline drop what is known before it is scored, and tell
	 * new texts of stored items; write() is correct without it. NULL slot: the sink does not know. Errors as
	 * write(). */
	int (*lookup)(void *self, const struct tt_batch *b, struct tt_arena *arena, struct tt_stored **ret,
		size_t *ret_n, struct tt_err *err);

	/* All or nothing, durable on return: items, sentiments, feed states and dead letters in one
	 * transaction; items known already change nothing. tt_retriable(code): nothing was written, or it was
	 * and the answer got lost; calling again with the same batches is right in both cases. Other codes:
	 * this content is refused (TT_EDATA), the caller isolates it. TT_ESTALE: some progress is of a partition
	 * that another worker has claimed; it is marked stale, nothing was written, and the caller takes out what
	 * came with it. n batches are written together. */
	int (*write)(void *self, struct tt_batch *const *batches, size_t n, struct tt_sink_result *ret,
		struct tt_err *err);

	void (*close)(void *self); /* never fails, NULL is fine */
};

struct tt_sink {
	const struct tt_sink_ops *ops;
	void *self;
};

#endif
