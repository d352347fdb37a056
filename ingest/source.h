/* source.h - where items come from: the one interface of feeds, files, standard input and Kafka.
 * Threads: one thread drives a source through next(); wake() may be called from any.
 * Owner: what next() appends lives in the batch's arena. Each source has an open function of its own (fetch/fetch.h, lines.h, kafka/kafka.h). */
#ifndef TT_INGEST_SOURCE_H
#define TT_INGEST_SOURCE_H

#include "common/batch.h"
#include "common/buf.h"
#include "common/err.h"

struct tt_source_ops {
	const char *name; /* for logs and metrics: "feeds", "file" */

	/* Appends items, feed states and dead letters to b until it has max_items or more (one feed's items are never split), until
	 * timeout_ms has passed (so a first item waits at most that long), or until there is no more.
	 * TT_OK: b may have something, call again. TT_ECLOSED: end of input; b may still have something. Other codes: this
	 * source cannot go on; b may still have something. A single bad record or feed is not an error: it becomes a dead
	 * letter or a feed state with last_error. */
	int (*next)(void *self, struct tt_batch *b, size_t max_items, int timeout_ms, struct tt_err *err);

	/* Called again and again instead of next() while the line behind is full: the source keeps its peers content
	 * (Kafka: pauses its partitions and goes on polling), for at most timeout_ms. NULL: there is nothing to do. */
	void (*hold)(void *self, int timeout_ms);

	/* These are stored for good. Any thread; does not block. NULL: of no interest. */
	void (*stored)(void *self, const struct tt_progress *v, size_t n);

	/* True when it flows; else adds to reason why not, one a line. Any thread. NULL: it always flows. */
	bool (*ready)(void *self, struct tt_buf *reason);
	/* Adds what it measures beside the metrics of all, as Prometheus reads it. Any thread. NULL: nothing. */
	void (*metrics)(void *self, struct tt_buf *out);

	void (*wake)(void *self);  /* makes a waiting next() return TT_OK soon */
	void (*close)(void *self); /* NULL is fine; gives everything back */
};

struct tt_source {
	const struct tt_source_ops *ops;
	void *self;
};

#endif
