/* probe.h - feeds fetched and parsed once, now, without storing anything: what `tickertone feeds test` tells.
 * Several at a time, but of one host one after the other with fetch.per_host_spacing between them. */
#ifndef TT_APP_PROBE_H
#define TT_APP_PROBE_H

#include "common/arena.h"
#include "ingest/feed/feed.h"
#include "ingest/fetch/fetch.h"

enum { TT_PROBE_REMARKS = 10 };

struct tt_probe {
	struct tt_str url; /* in: borrowed, NUL-terminated */

	int rc; /* TT_OK: it is a feed; else err tells */
	struct tt_err err;
	int status, hops;
	int64_t bytes, took_ms;
	struct tt_str moved_to, content_type, title;
	enum tt_feed_format format;
	size_t n_items;
	int64_t newest_ms;                       /* TT_TIME_NONE: no item has a date */
	struct tt_str remarks[TT_PROBE_REMARKS]; /* what its publisher or you might mend */
	size_t n_remarks;
	struct tt_arena arena; /* of the strings here */
};

/* Fills v[0..n), each with at least url set, and sorts it by host. Waits until all are done. */
void tt_probe_run(struct tt_probe *v, size_t n, const struct tt_fetch_conf *conf);
void tt_probe_done(struct tt_probe *v, size_t n);

#endif
