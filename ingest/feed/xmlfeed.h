/* xmlfeed.h - RSS, Atom and CDF: XML events into a feed. */
#ifndef TT_INGEST_FEED_XMLFEED_H
#define TT_INGEST_FEED_XMLFEED_H

#include "ingest/feed/build.h"

/* text: UTF-8. Fills b->feed with recovered set; TT_EPARSE when there is no feed in it. Codes of feed.h. */
int tt_xmlfeed_parse(struct tt_build *b, struct tt_str text, struct tt_err *err);

#endif
