/* stages.h - the inside of the pipeline: what its threads share, and the loop of each but the writer's
 * (writer.c). Private to pipeline.c and stages.c. */
#ifndef TT_APP_STAGES_H
#define TT_APP_STAGES_H

#include <pthread.h>
#include <stdatomic.h>

#include "app/run/order.h"
#include "app/run/outage.h"
#include "app/run/pipeline.h"
#include "app/run/privacy.h"
#include "app/run/writer.h"
#include "common/queue.h"

/* A call that main wants run on a source's thread. */
struct tt_source_call {
	int (*fn)(struct tt_source *source, void *ctx);
	void *ctx;
	int rc;
};

struct tt_source_thread {
	struct tt_pipeline *p;
	struct tt_source source;
	pthread_t thread;
	bool started;
	struct tt_redacted private;   /* of its thread */
	struct tt_source_call *call;  /* under p->lock; taken and cleared by the source's thread */
	struct tt_source_call posted; /* likewise; fn NULL: none */
	bool ended;                   /* under p->lock */
};

struct tt_pipeline {
	struct tt_pipeline_conf conf;
	const struct tt_clock *clock;
	struct tt_queue *fetched, *to_score, *to_write;
	struct tt_queue *filtered; /* to_score; to_write when nothing is scored */
	struct tt_order order;
	struct tt_outage outage;
	struct tt_pulse pulse;
	struct tt_sink filter;
	struct tt_writer writer;
	void (*stored)(void *ctx, const struct tt_batch *b); /* NULL: nobody is told */
	void *stored_ctx;
	atomic_bool stopping;

	pthread_mutex_t lock; /* scorer, model_id, calls and ended flags */
	pthread_cond_t changed;
	struct tt_scorer *scorer;
	int model_id;

	struct tt_source_thread *sources;
	size_t n_sources;
	pthread_t filter_thread, writer_thread, *score_threads;
	bool filter_started, writer_started;
	size_t n_score_threads;
	atomic_size_t sources_left, scorers_left;
	atomic_bool written; /* the writer has come to its end */
};

/* The threads' functions. Source: a struct tt_source_thread; the others: the struct tt_pipeline. Each closes
 * the queue to the stage behind it when the last thread of its own stage ends. */
void *tt_source_main(void *arg);
void *tt_filter_main(void *arg);
void *tt_score_main(void *arg);
void *tt_writer_main(void *arg);

#endif
