/* item_text.h - which words of an item are scored. */
#ifndef TT_NLP_ITEM_TEXT_H
#define TT_NLP_ITEM_TEXT_H

#include "common/arena.h"
#include "common/err.h"
#include "common/item.h"

enum tt_text_choice { TT_TEXT_TITLE, TT_TEXT_TITLE_SUMMARY, TT_TEXT_FULL }; /* conf `text` */

struct tt_item_text {
	struct tt_str text; /* absent when the item has none of what was asked for */
	size_t title_bytes; /* how much of it, from its start, is the title */
};

/* Title and body (summary; for FULL content, else summary), a full stop between them where the title has no
 * mark of its own at its end. A body that begins with the title, as many feeds have it, is taken alone. The
 * text is a view of the item or, where it was put together, in `arena`. TT_ENOMEM. */
int tt_item_text(const struct tt_item *item, enum tt_text_choice choice, struct tt_arena *arena,
	struct tt_item_text *ret);

#endif
