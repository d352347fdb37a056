/* links.h - the hubs and the topic that a feed names, in its HTTP Link headers (RFC 8288).
 * Owner: strings live in the arena given. Pure; any thread. */
#ifndef TT_INGEST_WEBSUB_LINKS_H
#define TT_INGEST_WEBSUB_LINKS_H

#include "common/arena.h"

enum { TT_WEBSUB_HUBS = 4 }; /* of one feed; further ones are not looked at */

struct tt_websub_links {
	struct tt_str hubs[TT_WEBSUB_HUBS]; /* rel=hub, in order */
	size_t n_hubs;
	struct tt_str self; /* rel=self, the first: the topic; absent: none */
};

/* Takes the value of one Link header field, which may hold several links, into *links (zeroed at first); URLs
 * as written, maybe relative. Links of another context (anchor) and what is not understood are passed over.
 * TT_ENOMEM. */
int tt_websub_links_header(struct tt_websub_links *links, struct tt_str value, struct tt_arena *arena);

/* Of several places, best first, the hubs of the first that has some and the self URL of the first that has
 * one, made absolute by base; what no place has stays in *ret as it is. TT_ENOMEM. */
int tt_websub_links_choose(struct tt_websub_links *ret, const struct tt_websub_links *const *from,
	size_t n_from, struct tt_str base, struct tt_arena *arena);

#endif
