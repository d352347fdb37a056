/* websub_state.h - what is remembered of one feed's subscription at a WebSub hub: a row of table `websub`.
 * ingest/ decides by it and updates it; the sink writes it in the transaction of the batch it came with. Strings: owner
 * says (batch arena, or the subscription). */
#ifndef TT_COMMON_WEBSUB_STATE_H
#define TT_COMMON_WEBSUB_STATE_H

#include "common/clock.h"
#include "common/str.h"

enum tt_websub_status {
	TT_WEBSUB_NONE,    /* no subscription: its row is deleted */
	TT_WEBSUB_PENDING, /* asked for, or about to be */
	TT_WEBSUB_ACTIVE,  /* the hub pushes until lease_until_ms */
	TT_WEBSUB_DENIED,  /* the hub said no: not asked again until the feed names another hub or topic */
	TT_WEBSUB_FAILED,  /* no hub took it: asked again at next_ms */
	TT_WEBSUB_STATUSES
};

struct tt_websub_state {
	struct tt_str url;        /* key: the feed's, as in tt_feed_state */
	struct tt_str hub, topic; /* where it is subscribed, and what to */
	struct tt_str callback;   /* the URL without its token that hubs reach us at: another process has another */
	struct tt_str token;      /* last part of the callback URL: unguessable */
	struct tt_str secret;     /* what the hub signs with */
	struct tt_str last_error; /* absent: none since the last success */
	enum tt_websub_status status;
	int failures;             /* in a row */
	int64_t lease_until_ms;   /* TT_TIME_NONE: not active */
	int64_t next_ms;          /* of the next request; TT_TIME_NONE: none is planned */
	int64_t last_push_ms;     /* the last one that was believed; TT_TIME_NONE: none */
	int64_t changed_ms;       /* of this state: an older one does not replace it */
};

const char *tt_websub_status_name(enum tt_websub_status status); /* "none", "pending", ... */

#endif
