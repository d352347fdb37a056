/* leases.h - several services share the feeds of one database: each feed is polled by the one worker it is
 * leased to.
 *
 * A worker is a running service, a row of table `worker` with the time its leases end (by the database's
 * clock, which alone decides). It renews all of them by one row; a worker that has not done so in time may
 * have its row deleted by any other, which frees its feeds. Free feeds are taken with FOR UPDATE SKIP LOCKED,
 * by those who want them, up to their share. A feed state is stored only by the worker that has the feed, or
 * when nobody has it (sql/feeds.sql): one that comes late changes nothing, while its items are stored all the
 * same.
 *
 * One round trip a call. Errors as tt_pg_open (pg.h); results live in the arena. Threads: one at a time on a
 * connection. */
#ifndef TT_SINK_PG_LEASES_H
#define TT_SINK_PG_LEASES_H

#include "sink/pg/feeds.h"

struct tt_pg_worker {
	struct tt_id id;   /* made anew at each start */
	struct tt_id list; /* of the feeds its configuration names; zero: none */
	struct tt_str host;
	int64_t pid;
	int64_t lease_ms;
};

struct tt_pg_expired {
	struct tt_str worker; /* "host:pid" */
	int64_t feeds;        /* that are free now */
};

struct tt_pg_beat {
	int64_t workers;   /* alive, this one included */
	int64_t same_list; /* of them with the same list */
	int64_t added;     /* feeds that are added in the database */
	bool counted;      /* the leases are as many as expected; otherwise urls has them */
	struct tt_str *urls;
	size_t n_urls;
	struct tt_pg_expired *expired;
	size_t n_expired;
};

/* A sign of life: renews w's leases for lease_ms counted from later than this call began. Only others take
 * leases away and only tt_pg_lease_take adds some, so as many as `expected` are the same as before. expire:
 * workers whose time is over lose theirs. */
int tt_pg_lease_beat(struct tt_pg_conn *c, const struct tt_pg_worker *w, bool expire, size_t expected,
	struct tt_arena *arena, struct tt_pg_beat *ret, struct tt_err *err);

struct tt_pg_lease_wish {
	const struct tt_str *urls; /* wanted of the configuration; rows are made for those that have none */
	size_t n_urls;
	size_t max_configured; /* of urls, so many at most */
	size_t max_added; /* likewise of those added in the database, which are never counted as configured */
};

/* Takes free feeds, the most overdue first. They come with what is remembered of them (state.lease is set).
 */
int tt_pg_lease_take(struct tt_pg_conn *c, const struct tt_pg_worker *w, const struct tt_pg_lease_wish *wish,
	struct tt_arena *arena, struct tt_pg_feed **ret, size_t *ret_n, struct tt_err *err);

struct tt_pg_lease_return {
	struct tt_str url;
	int64_t last_fetch_ms; /* of the last poll, whose state must be stored first; TT_TIME_NONE: never
				  polled */
};

/* Gives feeds back. Not yet those whose last poll is still on its way into the database: ask again. given[i]
 * tells; also true for one that had been lost. */
int tt_pg_lease_return(struct tt_pg_conn *c, const struct tt_pg_worker *w, const struct tt_pg_lease_return *v,
	size_t n, bool *given, struct tt_err *err);

/* Gives everything back; w is gone. */
int tt_pg_lease_end(struct tt_pg_conn *c, const struct tt_pg_worker *w, struct tt_err *err);

#endif
