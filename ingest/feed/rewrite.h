/* rewrite.h - broken XML made well-formed, and XML with a DTD made free of it.
 *
 * What it does: everything before the root is dropped; entities that the DTD declares as plain text, and
 * those of HTML, are replaced by their characters, once, so that nothing nests; stray < and & are escaped;
 * control characters go; attributes get their quotes, and lose their doubles; end tags without a start go,
 * missing ones are set where an outer element closes or the next item begins; CDATA is kept, comments and
 * processing instructions go; what follows the root goes. Elements that are still open at the end of the text
 * stay open: the caller sees that the text was cut there. */
#ifndef TT_INGEST_FEED_REWRITE_H
#define TT_INGEST_FEED_REWRITE_H

#include <stdbool.h>

#include "common/str.h"

/* Where the result goes, in pieces that end anywhere; a code below 0 ends the work. */
struct tt_rewrite_to {
	int (*put)(void *ctx, struct tt_str piece);
	void *ctx;
};

struct tt_rewritten {
	bool repaired;          /* something was wrong; a DOCTYPE and its entities alone are not */
	size_t n_mean_entities; /* see struct tt_dtd */
};

/* text: valid UTF-8. ret is filled also when it fails. TT_ELIMIT: elements
 * nested deeper than max_depth, or the result is many times as long as the text; or what put returned. */
int tt_rewrite(struct tt_str text, size_t max_depth, const struct tt_rewrite_to *to, struct tt_rewritten *ret);

/* rewrite_dtd.c: entities declared in a DTD's internal subset. */
enum { TT_DTD_ENTITIES = 64, TT_DTD_VALUE_MAX = 256 };
struct tt_dtd {
	struct {
		struct tt_str name, value; /* parts of the text */
	} ent[TT_DTD_ENTITIES];
	size_t n;
	size_t n_mean; /* left out: from files, made of other entities, or larger than any text needs */
};

/* s begins with "<!DOCTYPE"; returns the bytes it takes. Declarations with external parts, with references
 * other than to characters, or with markup in them are not kept. */
size_t tt_dtd_read(struct tt_str s, struct tt_dtd *dtd);
bool tt_dtd_find(const struct tt_dtd *dtd, struct tt_str name, struct tt_str *ret_value);

#endif
