/* feeds.h - what the commands `tickertone feeds ...` share: the configuration, the database, and the feeds of
 * both as one list. Threads: one. Blocking: as sink/pg/conn.h says. */
#ifndef TT_APP_FEEDS_H
#define TT_APP_FEEDS_H

#include "app/cli/cli.h"
#include "app/conf.h"
#include "common/arena.h"
#include "ingest/feed/feed.h"
#include "ingest/fetch/fetch.h"
#include "sink/pg/feeds.h"

enum { TT_FEEDS_BYTES = 256 << 20 /* of what one command holds: pages, lists, rows */ };

/* Options that all of them have: first in each command's struct. */
struct tt_feeds_opts {
	const char *config, *dsn;
	bool allow_private;
};
#define TT_FEEDS_OPT_CONFIG                                                                                  \
	{                                                                                                    \
		"config", 'c', TT_CLI_FILE, offsetof(struct tt_feeds_opts, config), "FILE",                  \
			"Configuration (docs/CONFIGURATION.md).", 0, 0, NULL                                 \
	}
#define TT_FEEDS_OPT_DSN                                                                                     \
	{                                                                                                    \
		"dsn", 0, TT_CLI_STR, offsetof(struct tt_feeds_opts, dsn), "CONNINFO",                       \
			"The database, instead of the configuration's (libpq connection string or URI).", 0, \
			0, NULL                                                                              \
	}
#define TT_FEEDS_OPT_PRIVATE                                                                                 \
	{                                                                                                    \
		"allow-private-networks", 0, TT_CLI_FLAG, offsetof(struct tt_feeds_opts, allow_private),     \
			NULL, "Fetch from addresses that are not public, too: loopback, private networks.",  \
			0, 0, NULL                                                                           \
	}

enum tt_feed_status {
	TT_FEED_OK,
	TT_FEED_NEW,      /* not polled yet */
	TT_FEED_FAILING,  /* its last polls failed */
	TT_FEED_GONE,     /* 410: not polled until switched on again */
	TT_FEED_DISABLED, /* by the configuration, or by feeds disable */
	TT_FEED_STATUSES
};
const char *tt_feed_status_name(enum tt_feed_status status); /* "ok", "new", ... */

struct tt_feed_entry {
	struct tt_pg_feed db;            /* without a row: its url, and nothing else known */
	const struct tt_feed_conf *conf; /* NULL: no configuration names it */
	bool added;                      /* in the database */
	enum tt_feed_status status;
};

struct tt_feeds {
	const char *path; /* of the configuration; NULL: none */
	struct tt_app_conf conf;
	struct tt_pg_conf postgres; /* conf.postgres, strings borrowed */
	struct tt_pg_conn *conn;    /* NULL: this configuration has no database */
	struct tt_arena arena;
	struct tt_feed_entry *v; /* by URL; NULL until tt_feeds_load() */
	size_t n;
	const struct tt_feed_entry **moved; /* those that moved, by their new address */
	size_t n_moved;
};

/* Loads the configuration and makes sure of the database and its schema, unless the sink is standard output.
 * TT_EUSAGE when neither --config nor --dsn is given. */
int tt_feeds_open(struct tt_feeds *f, const struct tt_feeds_opts *o, struct tt_err *err);
void tt_feeds_close(struct tt_feeds *f); /* also of a zeroed struct */

/* As tt_feeds_open, for commands that only fetch: no database, and without a configuration its defaults. */
int tt_feeds_open_fetch(struct tt_feeds *f, const struct tt_feeds_opts *o, struct tt_err *err);

/* As tt_feeds_open, for commands that write: without a database TT_ECONF. */
int tt_feeds_open_database(struct tt_feeds *f, const struct tt_feeds_opts *o, struct tt_err *err);

/* All feeds that are configured or were added. */
int tt_feeds_load(struct tt_feeds *f, struct tt_err *err);

/* The one with that URL, or that moved there; NULL: none. After tt_feeds_load(). */
const struct tt_feed_entry *tt_feeds_find(const struct tt_feeds *f, struct tt_str url);

/* "FILE:LINE" where the configuration names the feed, "FILE" when the line is not found (a variable); in the
 * arena. */
const char *tt_feeds_place(struct tt_feeds *f, const struct tt_feed_conf *conf);

/* What people typed as an address of a feed: https:// is added when no scheme is given. TT_EUSAGE. */
int tt_feeds_url(const char *typed, struct tt_arena *arena, struct tt_str *ret, struct tt_err *err);

/* Parses a fetched page by the configuration's limits. Codes of feed.h. */
int tt_feeds_parse(const struct tt_fetch_conf *conf, const struct tt_fetch_page *page, struct tt_arena *arena,
	struct tt_feed *ret, struct tt_err *err);

/* "45s", "12m", "3h", "5d", "2y"; what is past is 0s. */
void tt_feeds_span(int64_t ms, char out[24]);

#endif
