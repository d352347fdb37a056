/* feed_state.h - what is remembered of one feed between polls and across restarts: a row of table `feed`.
 * ingest/ decides by it and updates it; the sink writes it in the transaction that stores the poll's items, so that a
 * validator (ETag) is never remembered for items that were lost. Strings: owner says (batch arena, or the fetcher). */
#ifndef TT_COMMON_FEED_STATE_H
#define TT_COMMON_FEED_STATE_H

#include "common/clock.h"
#include "common/id.h"
#include "common/str.h"

struct tt_feed_state {
	struct tt_str url;           /* key: as configured */
	struct tt_str moved_to;      /* where it is fetched now, after a permanent redirect; absent: url */
	struct tt_str moving_to;     /* a permanent redirect seen once; seen again it becomes moved_to */
	struct tt_str title;         /* the feed's own, for people */
	struct tt_str etag;          /* validators, verbatim */
	struct tt_str last_modified;
	struct tt_str last_error;    /* absent after a success */
	int last_status;             /* HTTP status of the last poll, 0 when there was no answer */
	int failures;                /* in a row */
	bool gone;                   /* 410: never asked again until the operator says so */
	int64_t interval_ms;         /* the wait that next_fetch_ms came from */
	int64_t last_fetch_ms;       /* TT_TIME_NONE: never */
	int64_t last_success_ms;
	int64_t last_change_ms;      /* of the last poll with a new body; TT_TIME_NONE: never */
	int64_t next_fetch_ms;       /* TT_TIME_NONE: now */
	int64_t hint_ms;             /* the wait its last body asked for (ttl, syn:updatePeriod), 0: none */
	int64_t asked_ms;            /* the wait its last answer asked for in headers (freshness, Retry-After), 0: none */
	uint32_t skip_hours;         /* likewise skipHours: bit h set = not in hour h UTC */
	uint32_t skip_days;          /* likewise skipDays: bit d set = not on day d UTC, 0 = Sunday */
	struct tt_id lease;          /* worker that polls it, by whose lease the state may be stored; zero: no leases */
	struct tt_id body_hash;      /* of the last body, for servers whose validators lie; zero: none */
};

#endif
