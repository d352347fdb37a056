/* identity.h - which item is the same item: stable ids, and the canonical form of a URL.
 *
 * Item id = TT_ID(source, guid). Where the publisher gave no guid, the canonical URL stands in; without both,
 * a hash of title and publication date; without a date, of all its texts. What stood in is kept as the item's
 * guid.
 *
 * Second identity, url_key = TT_ID(canonical URL), which survives changed guids and joins what several feeds
 * link to. Canonical: host in lower case without `www.`, user and default port; no scheme, fragment, tracking
 * or session parameters; percent escapes in upper case, unreserved ones decoded; the other query parameters
 * sorted; no trailing slash. Both forms are keys in users' databases: a change here is a migration.
 *
 * Pure. Owner: results live in the given arena. Threads: any. */
#ifndef TT_INGEST_IDENTITY_H
#define TT_INGEST_IDENTITY_H

#include "common/arena.h"
#include "common/item.h"

/* Canonical form of an http(s) URL. {NULL,0} with TT_OK when it is none. TT_ENOMEM. */
int tt_url_canonical(struct tt_str url, struct tt_arena *arena, struct tt_str *ret);

/* Sets id, url_key, and guid when absent. Everything else of the item must be set. record_id (may be
 * {NULL,0}) is an id of the record's own: a UUID is taken as it is, another text with the source. TT_ENOMEM.
 */
int tt_item_identify(struct tt_item *item, struct tt_str record_id, struct tt_arena *arena);

/* Cuts *text to max_bytes, not within a UTF-8 character. True when it was cut. */
bool tt_text_cut(struct tt_str *text, size_t max_bytes);

#endif
