/* build.h - what every dialect fills a struct tt_feed through: limits, texts, arrays.
 * Owner: what is built lives in the arena; the builder itself has one scratch buffer (init/done). */
#ifndef TT_INGEST_FEED_BUILD_H
#define TT_INGEST_FEED_BUILD_H

#include "common/buf.h"
#include "ingest/feed/feed.h"
#include "ingest/feed/text.h"

struct tt_build {
	struct tt_feed feed;
	struct tt_feed_limits limits;
	struct tt_arena *arena;
	struct tt_str base_url;
	struct tt_buf scratch;
};

void tt_build_init(struct tt_build *b, const struct tt_feed_limits *limits, struct tt_arena *arena,
	struct tt_str base_url);
void tt_build_done(struct tt_build *b);
/* Begins again, but for the first `keep` items; what else was built stays in the arena, unused. */
void tt_build_reset(struct tt_build *b, size_t keep);

/* All: TT_OK, TT_ENOMEM, or TT_ELIMIT when the arena is full. */

/* Text of a field; *ret is {NULL,0} when none remains. Over max_text_bytes it is cut and counted. */
int tt_build_text(struct tt_build *b, struct tt_str raw, enum tt_text_kind kind, struct tt_str *ret);
/* A URL against base, or against the document's when base is absent. */
int tt_build_url(struct tt_build *b, struct tt_str base, struct tt_str ref, struct tt_str *ret);
/* Appends a hub, made absolute by base. */
int tt_build_hub(struct tt_build *b, struct tt_str base, struct tt_str ref);
/* A language tag: en_US becomes en-US. */
int tt_build_lang(struct tt_build *b, struct tt_str raw, struct tt_str *ret);
/* Appends one category of plain text, unless it is empty or there already. */
int tt_build_category(struct tt_build *b, struct tt_feed_item *item, struct tt_str raw);
/* Appends a finished item; the caller has counted those over max_items. The last touches: guid as URL,
 * content as summary. */
int tt_build_item(struct tt_build *b, const struct tt_feed_item *item, bool guid_is_url);
/* Items without a language get the feed's. */
void tt_build_finish(struct tt_build *b);

void tt_item_init(struct tt_feed_item *item);

/* The code for a failed arena allocation: full or out of memory. */
int tt_build_oom(const struct tt_build *b);

#endif
