/* lease_parts.h - the inside of the lease book: what lease_book.c and lease_apply.c share. */
#ifndef TT_APP_LEASE_PARTS_H
#define TT_APP_LEASE_PARTS_H

#include "app/run/lease_book.h"

/* One feed leased to us. */
struct tt_lease {
	char *url, *name, *lang; /* own copies; name and lang, of a feed added in the database, may be NULL */
	int64_t interval_ms;
	enum tt_lease_kind kind;
	struct tt_feed_state *fresh; /* what was remembered of it when it was taken; NULL: the source knows */
	bool idle, chosen;           /* while the source is asked */
	int64_t next_fetch_ms;       /* likewise; INT64_MAX: never */
	int64_t last_fetch_ms;       /* when the source gave it up; TT_TIME_NONE: never polled */
};

/* As the configuration names it; NULL: it does not. */
const struct tt_feed_conf *tt_lease_book_wanted(const struct tt_lease_book *b, const struct tt_lease *l);

struct tt_lease *tt_lease_book_find(const struct tt_lease_book *b, const char *url); /* held; else NULL */
void tt_lease_book_tally(struct tt_lease_book *b); /* counts those held anew */

#endif
