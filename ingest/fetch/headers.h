/* headers.h - what an HTTP answer says in its header lines that matters for polling (RFC 9110, 9111).
 * Pure. Owner: strings live in the arena given to tt_headers_line(). Threads: any, one at a time for each
 * struct. */
#ifndef TT_INGEST_FETCH_HEADERS_H
#define TT_INGEST_FETCH_HEADERS_H

#include "common/arena.h"
#include "common/clock.h"
#include "ingest/websub/links.h"

struct tt_headers {
	struct tt_str etag, last_modified; /* verbatim, to be echoed; absent when not sent or empty */
	struct tt_str content_type, content_encoding;
	struct tt_websub_links links; /* Link: hubs and the topic, as written */
	bool no_cache;          /* Cache-Control: no-cache or no-store */
	int64_t max_age_ms;     /* Cache-Control: max-age; -1: none */
	int64_t age_ms;         /* Age */
	int64_t expires_ms;     /* wall time; TT_TIME_NONE: none. Unreadable means already expired: 0 */
	int64_t date_ms;        /* the server's clock; TT_TIME_NONE: none */
	int64_t retry_after_ms; /* from the moment the line was read; -1: none */
};

void tt_headers_init(struct tt_headers *h);

/* Takes one header line, with or without its line end; lines that do not matter or cannot be read are
 * ignored. A later line of the same name wins; Cache-Control adds up, and its first max-age stands. now_ms:
 * wall time, for Retry-After as a date. TT_ENOMEM. */
int tt_headers_line(struct tt_headers *h, struct tt_str line, int64_t now_ms, struct tt_arena *arena);

/* For how long the answer is fresh, 0 when it is not or does not say. max-age wins over Expires; s-maxage is
 * for shared caches and not for us; what Age says has passed already is taken off. */
int64_t tt_headers_fresh_ms(const struct tt_headers *h, int64_t now_ms);

/* An HTTP date (any of its three forms) as wall time; TT_TIME_NONE when it is none. */
int64_t tt_http_date(struct tt_str s);

#endif
