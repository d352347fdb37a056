/* discover.h - the feeds that an HTML page names.
 *
 * <link rel="alternate" type="application/rss+xml"> and its like, in any case, order and quoting, against
 * <base href>; else <a href> that by its address, type or text leads to a feed. Best first: a declared feed
 * before a guessed one, the page's own before one of another host, articles before comments; after that as on
 * the page, which is its publisher's order. Whether a candidate is a feed shows only when it is fetched.
 * Owner: strings live in the caller's arena. Threads: any. Blocking: none. */
#ifndef TT_INGEST_DISCOVER_H
#define TT_INGEST_DISCOVER_H

#include "common/arena.h"
#include "common/err.h"

enum { TT_DISCOVER_MAX = 32 /* candidates of one page; a page with more repeats itself */ };

struct tt_feed_link {
	struct tt_str url;   /* absolute, http or https */
	struct tt_str title; /* as the page calls it; may be absent */
	bool declared;       /* by <link>; else it only looks like a feed */
};

/* content_type and page_url as the page was fetched. *ret_n is 0 when there is none. TT_ENOMEM, TT_ELIMIT
 * (the arena's). */
int tt_discover(struct tt_str bytes, struct tt_str content_type, struct tt_str page_url,
	struct tt_arena *arena, struct tt_feed_link **ret, size_t *ret_n, struct tt_err *err);

#endif
