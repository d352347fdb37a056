/* parts.h - opens what a configuration names, for the pipeline: the model, the sink, the sources.
 * Owner: struct tt_parts (caller's storage, zeroed) holds what is open and not yet handed to a pipeline;
 * tt_parts_done closes that. The configuration and the clock must outlive what was opened on them. Blocking:
 * connects to the database; no call waits for one that is away (TT_EPEER, retriable). */
#ifndef TT_APP_PARTS_H
#define TT_APP_PARTS_H

#include "app/conf.h"
#include "common/clock.h"
#include "ingest/source.h"
#include "ingest/websub/door.h"
#include "nlp/scorer.h"
#include "sink/pg/conn.h"
#include "sink/sink.h"

enum tt_job {
	TT_JOB_SCORE,  /* run: what is read is scored and stored, and published if wanted */
	TT_JOB_INGEST, /* ingest: what is fetched is published, nothing is scored */
};

struct tt_parts {
	enum tt_job job; /* set by the caller */
	struct tt_scorer *scorer;
	int model_id;
	struct tt_sink filter, sink;
	struct tt_source *sources;
	size_t n_sources;
	struct tt_websub_door *door; /* where hubs push; NULL: nowhere. Borrowed */
	bool has_feeds;  /* then sources[0] polls them */
	bool are_leased; /* and is given them by leases.h; it has none yet */
};

/* The model and the dictionary: nothing that can be away. */
int tt_parts_open_scorer(struct tt_parts *parts, const struct tt_app_conf *conf, struct tt_err *err);

/* The sinks alone. Errors as of the line. */
int tt_parts_open_sinks(struct tt_parts *parts, const struct tt_app_conf *conf, const struct tt_clock *clock,
	struct tt_err *err);

/* The sink and the sources. A failure closes what this call opened, so that it
 * can be made again. */
int tt_parts_open_line(struct tt_parts *parts, const struct tt_app_conf *conf, const struct tt_clock *clock,
	struct tt_err *err);

/* Tells the sink of a scorer's model and of the dictionary. *ret_model_id: 0 where the sink keeps no
 * register. */
int tt_parts_register(const struct tt_app_conf *conf, const struct tt_scorer *scorer, int *ret_model_id,
	struct tt_err *err);

/* The model alone. */
int tt_parts_register_model(struct tt_pg_conn *c, const struct tt_scorer *scorer, int *ret_model_id, struct tt_err *err);

/* Gives a running fetcher (only on its own thread, see tt_pipeline_call_source) the waits of a new
 * configuration and, unless they are leased, its feeds. */
int tt_parts_set_feeds(struct tt_source *fetcher, const struct tt_app_conf *conf, struct tt_err *err);

/* Drops what is older than retention; nothing where the sink is not a database. */
int tt_parts_prune(const struct tt_app_conf *conf, const struct tt_clock *clock, struct tt_err *err);

/* Forgets sinks and sources without closing them: a pipeline has them now. */
void tt_parts_handed_over(struct tt_parts *parts);

void tt_parts_done(struct tt_parts *parts);

#endif
