/* one_feed.h - what the tests of the fetching source share: short answers, and a rig of one feed. */
#ifndef TT_TESTS_INGEST_FETCH_ONE_FEED_H
#define TT_TESTS_INGEST_FETCH_ONE_FEED_H

#include "common/metrics.h"
#include "tests/ingest/fetch/rig.h"

#define OK  "HTTP/1.1 200 OK\r\nContent-Type: application/rss+xml\r\n"
#define ONE RIG_BODY(RIG_RSS("Feed", "1"))
#define TWO RIG_BODY(RIG_RSS("Feed", "2"))
#define NONE                                                                                                 \
	{                                                                                                    \
		"", 0                                                                                        \
	}
#define LATE (100 * RIG_MIN) /* later than any first wait */

/* A rig of one route and one feed. */
static inline void start_one(struct rig *r, const struct tt_http_route *route)
{
	rig_init(r, route, 1);
	rig_feed(r, route->path);
	rig_open(r, NULL, 0);
}

#endif
