/* feed_address.h - an address that somebody wrote down for a feed (in a list, on a page, on a command line)
 * as one that can be fetched. Pure; any thread. */
#ifndef TT_INGEST_FEED_ADDRESS_H
#define TT_INGEST_FEED_ADDRESS_H

#include "common/arena.h"

/* The URL is the feed's key in the database, and an index entry of PostgreSQL holds about 2,700 bytes. */
enum { TT_FEED_URL_MAX = 2048 };

/* raw against base ({NULL,0}: none) as an http(s) URL. feed:, feed://, itpc:// and pcast:// are what browsers
 * make of them; white space around and line breaks within go, blanks within become %20. TT_OK with *ret in
 * the arena; TT_EREFUSED with the reason, a constant; TT_ENOMEM. */
int tt_feed_url(struct tt_str raw, struct tt_str base, struct tt_arena *arena, struct tt_str *ret,
	const char **ret_why);

#endif
