/* stored.h - what a sink has stored of an item that came again: the answer to "do you know this?", and what is
 * needed to judge whether it is the same story, a new text of it, or another one that borrowed its key.
 * Plain data. Strings live in the arena given to the lookup. */
#ifndef TT_COMMON_STORED_H
#define TT_COMMON_STORED_H

#include "common/item.h"

/* The identities of struct tt_item, as bits. */
enum tt_key {
	TT_KEY_ID = 1,
	TT_KEY_OTHER_ID = 2,
	TT_KEY_URL = 4,
	TT_KEY_TEXT = 8,
};
enum { TT_KEYS = 4 /* how many there are */ };

struct tt_stored {
	size_t asked;    /* index of the batch's item one or more of whose keys point here */
	unsigned keys;   /* which of them: enum tt_key */
	struct tt_id id; /* the stored item, with its event time its whole key */
	int64_t event_ms;

	bool gone; /* the keys are known, but the item is not kept any more; what follows is empty */

	/* Its current text. */
	int64_t published_ms;
	struct tt_str source, guid, url, title;

	bool has_text;    /* one of its versions, the current one included, has the text_hash of the item asked for */
	bool full;        /* it has as many versions as the sink keeps: it takes no further one */
	bool takes_alias; /* it may still learn a key that it came under later */
};

/* The key of an item by its bit; zero when it has none. */
struct tt_id tt_item_key(const struct tt_item *item, enum tt_key key);

#endif
