/* leases.h - this process's part in the feeds that several share: a thread that keeps its leases alive in the
 * database, takes and gives back feeds so that all have their share, and tells the fetching source which it
 * may poll, and until when.
 *
 * A tick (a sixth of the lease time) is one round trip: a sign of life, and what has changed. The source
 * polls nothing once the lease time has passed since the last sign of life was sent: then others may have the
 * feeds. So a feed is polled by one process at a time, and those of a killed process are polled by others
 * after the lease time and two ticks at most.
 *
 * Threads: start, the setters and stop are called by one (main); the report by any. */
#ifndef TT_APP_LEASES_H
#define TT_APP_LEASES_H

#include "app/run/pipeline.h"
#include "common/conf.h"
#include "ingest/conf.h"
#include "sink/pg/pg.h"

struct tt_leases_conf {
	int64_t duration_ms;
};
extern const struct tt_opt tt_leases_opts[]; /* section `leases` */

struct tt_leases;

/* For source 0 of the pipeline, which polls feeds and has none yet. feeds: of the configuration; copied.
 * conf, pg, clock and the pipeline must outlive it, but for what tt_leases_drain says. Does not connect yet.
 * TT_ECONF: feeds that cannot be. */
int tt_leases_start(struct tt_leases **ret, const struct tt_leases_conf *conf, const struct tt_pg_conf *pg,
	const struct tt_feed_conf *feeds, size_t n_feeds, struct tt_pipeline *pipeline,
	const struct tt_clock *clock, struct tt_err *err);

/* The feeds of a new configuration. On error nothing changed. */
int tt_leases_set_feeds(
	struct tt_leases *l, const struct tt_feed_conf *feeds, size_t n_feeds, struct tt_err *err);

/* True while the source may poll; otherwise why not is added to reason. */
bool tt_leases_report(struct tt_leases *l, struct tt_buf *reason);

/* Before the pipeline is stopped: takes no more and leaves the pipeline alone from now on, but keeps the
 * leases while what was fetched is stored. NULL is fine. */
void tt_leases_drain(struct tt_leases *l);

/* After that: gives all back, ends the thread and frees. NULL is fine. */
void tt_leases_stop(struct tt_leases *l);

#endif
