/* fetch.h - the source that polls feeds over HTTP: one thread, thousands of feeds, well-mannered and safe.
 *
 * Which feed is asked when: schedule.h. Which addresses may be connected to: address.h. One HTTP exchange:
 * transfer.h. A finished poll appends the feed's items and one struct tt_feed_state to the batch, for the
 * sink to store together. The source itself goes on with the new state at once: a batch is retried until it
 * is stored, so the two cannot drift apart. A feed that fails is a feed state with last_error and failures,
 * never an error of the source.
 *
 * Threads: every function that takes a source, but tt_source_ops.wake() and what says so, is called by the
 * thread that drives next(), between its calls. Blocking: next() as source.h says; tt_fetch_once() up to
 * conf->total_timeout_ms; the others do not.
 */
#ifndef TT_INGEST_FETCH_FETCH_H
#define TT_INGEST_FETCH_FETCH_H

#include "common/feed_state.h"
#include "common/websub_state.h"
#include "ingest/conf.h"
#include "ingest/source.h"
#include "ingest/websub/conf.h"
#include "ingest/websub/door.h"

/* conf and clock must outlive the source; feeds and states are copied. A state whose URL is not among the
 * feeds is ignored, a feed without one is new and due at once. Restart fetches nothing early: states'
 * next_fetch_ms is honoured. TT_ECONF: an URL that is not http(s), or given twice. */
int tt_fetch_open(struct tt_source *ret, const struct tt_fetch_conf *conf, const struct tt_feed_conf *feeds,
	size_t n_feeds, const struct tt_feed_state *states, size_t n_states, const struct tt_clock *clock,
	struct tt_err *err);

/* Replaces the list of feeds (SIGHUP). A feed that stays keeps its state and its poll under way; one that is
 * new takes its state from states, if there; one that left is forgotten, a poll of it under way is cut off.
 * A shorter interval counts from the feed's last poll, at once. On error nothing changed. */
int tt_fetch_set_feeds(struct tt_source *source, const struct tt_feed_conf *feeds, size_t n_feeds,
	const struct tt_feed_state *states, size_t n_states, struct tt_err *err);

/* What set_feeds would refuse about such a list. */
int tt_fetch_check_feeds(const struct tt_feed_conf *feeds, size_t n_feeds, struct tt_err *err);

/* The feeds are ours only until this moment of the clock's monotonic time: no poll begins at or after it,
 * also when the machine slept meanwhile; polls under way go on. A later call moves the moment. INT64_MAX, as
 * opened: for ever. Any thread. */
void tt_fetch_leased_until(const struct tt_source *source, int64_t mono_ns);

/* Calls fn for each feed, by URL. idle: no poll of it is under way, nor waits for a batch. state lives as
 * long as the call. */
void tt_fetch_each(const struct tt_source *source,
	void (*fn)(void *ctx, const struct tt_feed_state *state, bool idle), void *ctx);

/* Takes over what conf says about waits (SIGHUP): interval, min_interval, max_interval, adaptive,
 * backoff_base, backoff_cap. Shorter ones count from each feed's last poll, at once; longer ones from its
 * next poll on. */
void tt_fetch_set_waits(struct tt_source *source, const struct tt_fetch_conf *conf);

/* Subscribes where feeds name a WebSub hub, from the next document of each on; pushes come in at the door
 * (websub/door.h) and out of next(). While a hub pushes, its feed is polled in conf->poll_interval_ms. To be called
 * once, after tt_fetch_open(); nothing happens unless tt_websub_wanted(conf). states: what is stored of
 * subscriptions, copied; each is gone on with when its feed comes to the list. conf and door must outlive the
 * source. TT_ECONF. */
int tt_fetch_set_websub(struct tt_source *source, const struct tt_websub_conf *conf, struct tt_websub_door *door,
	const struct tt_websub_state *states, size_t n_states, struct tt_err *err);

struct tt_fetch_stats {
	size_t feeds, failing, gone;
	size_t active;       /* polls under way */
	int64_t next_due_ms; /* wall time of the next poll; TT_TIME_NONE: none is planned */
};
void tt_fetch_stats(const struct tt_source *source, struct tt_fetch_stats *ret);

/* One document, for commands: same limits, same address checks, redirects followed. Strings live in the
 * arena. */
struct tt_fetch_page {
	struct tt_str url; /* where it came from in the end */
	struct tt_str content_type;
	struct tt_str body;
	struct tt_str moved_to; /* where permanent redirects led; absent: none came first */
	int status;             /* 2xx */
	int hops;               /* redirects followed */
	bool has_validators;    /* an ETag or a Last-Modified, so that polls can be answered by 304 */
};
/* TT_EREFUSED: address or scheme not allowed. TT_ELIMIT: too large, too many redirects. TT_EAGAIN: too slow.
 * TT_ENOENT: 404 or 410. TT_EPEER: no answer, or another HTTP error. */
int tt_fetch_once(const char *url, const struct tt_fetch_conf *conf, struct tt_arena *arena,
	struct tt_fetch_page *ret, struct tt_err *err);

#endif
