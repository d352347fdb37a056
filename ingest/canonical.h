/* canonical.h - the form of a URL in which two ways to write the same address are the same bytes.
 *
 * Host in lower case without `www.`, user and default port; no scheme, fragment, tracking or session
 * parameters; percent escapes in upper case, unreserved ones decoded; the other query parameters sorted; no
 * trailing slash. Hashes of it are keys in users' databases: a change here is a migration.
 *
 * Pure. Owner: results live in the given arena. Threads: any. */
#ifndef TT_INGEST_CANONICAL_H
#define TT_INGEST_CANONICAL_H

#include "common/arena.h"

/* Canonical form of an http(s) URL. {NULL,0} with TT_OK when it is none. TT_ENOMEM. */
int tt_url_canonical(struct tt_str url, struct tt_arena *arena, struct tt_str *ret);

/* Whether a canonical URL can be the address of one story: a host alone is where a publisher lives. */
bool tt_url_identifies(struct tt_str canonical);

/* Whether two canonical URLs differ at most in their query and parameters (";sid=1"). */
bool tt_url_same_place(struct tt_str a, struct tt_str b);

#endif
