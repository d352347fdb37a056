/* pipeline.h - the line itself: where the four folders are wired together.
 *
 *   source threads ──▶ filter ──▶ scoring threads ──▶ writer
 *   (one a source)    (drops      (one a core; the    (one transaction for
 *                      stored      scorer's crew       what is waiting)
 *                      items)      computes)
 *
 * Stages own their data and hand batches over through bounded queues; a full queue slows the stage before it
 * and is counted. The database away: filter and writer wait it out with jittered backoff, memory stays
 * bounded by the queues, /ready says why. Threads: start, stop and the setters are called by one thread
 * (main). */
#ifndef TT_APP_PIPELINE_H
#define TT_APP_PIPELINE_H

#include "common/buf.h"
#include "common/clock.h"
#include "common/conf.h"
#include "common/err.h"
#include "ingest/source.h"
#include "nlp/scorer.h"
#include "sink/sink.h"

enum tt_sink_choice { TT_SINK_POSTGRES, TT_SINK_STDOUT };

struct tt_pipeline_conf {
	int sink;              /* enum tt_sink_choice */
	int64_t queue_batches; /* capacity of each queue between two stages */
	int64_t max_items;     /* a batch is handed on with so many items ... */
	int64_t max_wait_ms;   /* ... or when its first item has waited so long */
	int64_t batch_bytes;   /* memory one batch may take */
	int64_t write_batches; /* batches written in one transaction at most */
	int64_t retry_base_ms, retry_cap_ms;
	int64_t drain_ms; /* on SIGTERM: how long to go on storing what was read */
	int64_t stall_ms; /* work that stands still for so long is a fault; 0: never */
};
extern const struct tt_opt tt_pipeline_opts[]; /* section `pipeline` */

struct tt_pipeline_parts {
	const struct tt_source *sources; /* the pipeline closes them, also when start fails */
	size_t n_sources;
	struct tt_sink filter;    /* asked lookup(); ops NULL: every item is scored. Closed by the pipeline */
	struct tt_sink sink;      /* closed by the pipeline */
	struct tt_scorer *scorer; /* the pipeline takes a reference of its own; NULL: nothing is scored */
	int model_id;             /* what the sink knows the scorer's model by */
	int score_threads; /* at least 1; as many as the scorer's crew has: each may wait for a long text */
	void (*stored)(void *ctx, const struct tt_batch *b); /* told of each batch that is stored, on the writer's thread; must not block. NULL: nobody */
	void *ctx;
	const struct tt_clock *clock;
	unsigned redact; /* kinds that are taken out of what the sources give (privacy.h) */
};

struct tt_pipeline;

int tt_pipeline_start(struct tt_pipeline **ret, const struct tt_pipeline_conf *conf,
	const struct tt_pipeline_parts *parts, struct tt_err *err);

/* Batches that are taken from now on are scored by this one; those under way keep theirs, none is mixed. What the line has of the old
 * one is freed with the last of these. Any thread. */
void tt_pipeline_set_scorer(struct tt_pipeline *p, struct tt_scorer *scorer, int model_id);

/* Runs fn(source, ctx) on the thread of source i between two next() calls and waits for it; TT_ECLOSED when
 * that source has ended. For what a source allows only its driver to do. */
int tt_pipeline_call_source(
	struct tt_pipeline *p, size_t i, int (*fn)(struct tt_source *source, void *ctx), void *ctx);

/* The same without waiting: fn runs once, soon, however often it is posted before that; its return value is
 * dropped. One fn and ctx for each source, which outlive the pipeline. Any thread, until tt_pipeline_stop is
 * called. */
int tt_pipeline_post_source(
	struct tt_pipeline *p, size_t i, int (*fn)(struct tt_source *source, void *ctx), void *ctx);

/* True when batches flow; otherwise why not is added to reason, one stage a line. Any thread. */
bool tt_pipeline_ready(struct tt_pipeline *p, struct tt_buf *reason);

/* Adds what the sources measure beside the metrics of all (source.h). Any thread. */
void tt_pipeline_metrics(struct tt_pipeline *p, struct tt_buf *out);

/* False when work has stood still for stall_ms though nothing is waited for: only a restart helps. Any
 * thread. */
bool tt_pipeline_alive(struct tt_pipeline *p);

/* True once every source has come to its end and all it gave is stored (files and standard input), and when
 * the sink has closed for good (nobody reads the pipe any more). Any thread. */
bool tt_pipeline_finished(struct tt_pipeline *p);

/* Stops the sources, stores what was read (for drain_ms at most while the database is away), ends all threads
 * and frees. Returns how many items had to be given up (their feeds will be fetched again); NULL is fine. */
size_t tt_pipeline_stop(struct tt_pipeline *p);

#endif
