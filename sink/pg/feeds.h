/* feeds.h - table `feed` for people and commands: what is known of each feed, and those that are added in the
 * database rather than in a configuration file. Running services obey within seconds (leases.h). Errors as
 * tt_pg_open (pg.h). */
#ifndef TT_SINK_PG_FEEDS_H
#define TT_SINK_PG_FEEDS_H

#include "common/arena.h"
#include "common/feed_state.h"
#include "sink/pg/conn.h"

struct tt_pg_feed {
	struct tt_feed_state state;    /* its url is the key */
	struct tt_str name, lang;      /* absent: what the feed says */
	int64_t interval_ms;           /* of its own; 0: fetch.interval */
	int64_t added_ms;              /* TT_TIME_NONE: configurations alone name it, or it was removed */
	bool enabled;                  /* false: added here and switched off */
	struct tt_str owner;           /* "host:pid" of the service that polls it; absent: none */
	int64_t lease_until_ms;        /* TT_TIME_NONE: no owner */
	int64_t items_day, items_week; /* stored in the last 24 hours and 7 days */
};

/* Every feed ever polled or added, by URL; array and strings live in the arena. Counts items, so it is for
 * people to ask now and then. */
int tt_pg_feeds_list(struct tt_pg_conn *c, struct tt_arena *arena, struct tt_pg_feed **ret, size_t *ret_n,
	struct tt_err *err);

struct tt_pg_feed_add {
	struct tt_str url;        /* http or https: the caller has checked that */
	struct tt_str name, lang; /* absent: as before, or none */
	int64_t interval_ms;      /* 0: as before, or none */
};

enum tt_pg_feed_added {
	TT_PG_FEED_NEW,   /* never heard of before */
	TT_PG_FEED_BACK,  /* known, but not polled on behalf of the database: removed, switched off, gone
			     (410), or only configured */
	TT_PG_FEED_KNOWN, /* added before; name, lang and interval may have changed */
};

/* Adds n feeds in one transaction; ret[i] says what v[i] was before. What is remembered of a feed stays, but
 * one that was gone is asked again. */
int tt_pg_feeds_add(struct tt_pg_conn *c, const struct tt_pg_feed_add *v, size_t n,
	enum tt_pg_feed_added *ret, struct tt_err *err);

/* Removes n feeds in one transaction: they are polled no more, unless a configuration names them; what is
 * remembered of them stays. removed[i] = false: urls[i] was not added, or removed already. */
int tt_pg_feeds_remove(
	struct tt_pg_conn *c, const struct tt_str *urls, size_t n, bool *removed, struct tt_err *err);

/* Switches n feeds on or off in one transaction: off feeds that were added, on also a configured one that is
 * gone (410), which is asked again. found[i] = false: urls[i] is not such a feed. */
int tt_pg_feeds_switch(
	struct tt_pg_conn *c, const struct tt_str *urls, size_t n, bool on, bool *found, struct tt_err *err);

/* The columns that the statements of feeds.c and leases.c have in common, from column 0 on
 * (sql/feeds_list.sql): state, name, lang, interval_ms, added_ms, enabled. Strings are copied. TT_ENOMEM. */
enum { TT_PG_FEED_COLUMNS = 25 };
int tt_pg_feed_of_row(const PGresult *r, int row, struct tt_arena *arena, struct tt_pg_feed *ret);

#endif
