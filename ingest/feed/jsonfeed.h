/* jsonfeed.h - JSON Feed 1.0 and 1.1. */
#ifndef TT_INGEST_FEED_JSONFEED_H
#define TT_INGEST_FEED_JSONFEED_H

#include "ingest/feed/build.h"

/* text: UTF-8. A text that is cut off gives the items that were complete, with recovered set. Codes of
 * feed.h. */
int tt_jsonfeed_parse(struct tt_build *b, struct tt_str text, struct tt_err *err);

#endif
