/* url.h - relative references against a base: RFC 3986 section 5, with the slips of real feeds forgiven. */
#ifndef TT_INGEST_FEED_URL_H
#define TT_INGEST_FEED_URL_H

#include "common/arena.h"

/* True when s begins with a scheme ("https:", "tag:"). */
bool tt_url_is_absolute(struct tt_str s);

/* The target of reference `ref` at base `base` ({NULL,0}: none). White space around and line breaks inside
 * are removed, "&amp;" becomes "&"; an absolute reference, or one without a usable base, stays as it is. {NULL,0} for an empty
 * reference; .p NULL with n == 1 when memory is out (tt_url_failed). Lives in the arena. */
struct tt_str tt_url_resolve(struct tt_arena *a, struct tt_str base, struct tt_str ref);

static inline bool tt_url_failed(struct tt_str s)
{
	return !s.p && s.n == 1;
}

#endif
