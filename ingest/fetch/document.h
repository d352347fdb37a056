/* document.h - a feed document into a batch: what a poll and a hub's push have in common. Threads: the one
 * that drives the source. */
#ifndef TT_INGEST_FETCH_DOCUMENT_H
#define TT_INGEST_FETCH_DOCUMENT_H

#include "common/batch.h"
#include "common/err.h"
#include "ingest/feed/feed.h"
#include "ingest/fetch/slot.h"

struct tt_document {
	struct tt_str body, content_type;
	struct tt_str url; /* where it came from: the base of its links */
	int64_t now_ms;    /* when */
};

/* Appends the document's items to b, as the slot's feed's; *ret lives in b's arena. TT_EPARSE: the document
 * is to blame, err says why. TT_ENOMEM, TT_ELIMIT: b is full, another may do. After an error b may have some
 * of the items: the caller takes them back. */
int tt_document_take(const struct tt_feed_slot *slot, const struct tt_document *doc,
	const struct tt_fetch_conf *conf, struct tt_batch *b, struct tt_feed *ret, struct tt_err *err);

#endif
