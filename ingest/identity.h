/* identity.h - which item is the same item: the keys an item is known by.
 *
 *   id         TT_ID(source, guid). Where the publisher gave no guid, the canonical URL stands in; without
 * one, a hash of title and publication date; without a date, of all texts. What stood in is kept as the guid.
 *   other_id   TT_ID(source, guid, canonical URL, words of the title, date): the id of an item whose guid
 * does not identify; then the two have changed places and guid_shared is set. url_key    TT_ID(canonical
 * URL): survives changed guids, joins what several feeds link to. text_key   of source, words of the title
 * and date; only where guid or link may be made anew for every request (no guid, or one that is a URL with a
 * query): recognises the item by what it says. text_hash  the words of the title, of the summary or content
 * where there is no title: another hash is another version of the text. Case, punctuation and teasers may
 * change without making one.
 *
 * All are hashes that are keys in users' databases: a change here is a migration.
 * docs/IDENTITY.md has the cases. Pure. Owner: results live in the given arena. Threads: any. */
#ifndef TT_INGEST_IDENTITY_H
#define TT_INGEST_IDENTITY_H

#include "common/arena.h"
#include "common/scored.h"

/* Sets the keys, and guid when absent, of an item that stands by itself. Everything else of it must be set.
 * record_id (may be {NULL,0}) is an id of the record's own: a UUID is taken as it is, another text with the
 * source; it always identifies. TT_ENOMEM. */
int tt_item_identify(struct tt_item *item, struct tt_str record_id, struct tt_arena *arena);

/* The same for the items of one document, which also tell of each other what does not identify: a guid, a URL
 * or a title and date that items share which are clearly not the same (docs/IDENTITY.md). TT_ENOMEM. */
int tt_items_identify(struct tt_scored *items, size_t n, struct tt_arena *arena);

/* The words that text_hash is of. TT_ENOMEM. */
int tt_item_words(const struct tt_item *item, struct tt_arena *arena, struct tt_str *ret);

/* Cuts *text to max_bytes, not within a UTF-8 character. True when it was cut. */
bool tt_text_cut(struct tt_str *text, size_t max_bytes);

#endif
