/* date.h - the dates of feeds, in whatever form they were written.
 * RFC 822 and its misspellings, ISO 8601 and RFC 3339 in all their forms, asctime, `Dec 3, 2024 4:05 PM EST`,
 * numeric dates with slashes or dots, seconds or milliseconds since 1970, and the Korean, Greek and Hungarian
 * forms that feedparser documents; month names of the larger European languages. A date without a year, a day
 * that does not exist, a text that is no date: false. The current time is never looked at. A time without a
 * zone is UTC, and so is one with an unknown zone name. Threads: any. */
#ifndef TT_INGEST_FEED_DATE_H
#define TT_INGEST_FEED_DATE_H

#include "common/clock.h"

/* Milliseconds since 1970 UTC. */
bool tt_feed_date(struct tt_str text, int64_t *ret_ms);

#endif
