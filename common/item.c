/* item.c - see item.h and stored.h. */
#include "common/item.h"

#include "common/stored.h"

int64_t tt_item_event_ms(const struct tt_item *item, bool *ret_clamped)
{
	if (item->revises) {
		if (ret_clamped)
			*ret_clamped = false;
		return item->story_ms;
	}
	bool clamped = item->published_ms != TT_TIME_NONE && item->published_ms > item->fetched_ms;
	if (ret_clamped)
		*ret_clamped = clamped;
	return item->published_ms == TT_TIME_NONE || clamped ? item->fetched_ms : item->published_ms;
}

struct tt_id tt_item_key(const struct tt_item *item, enum tt_key key)
{
	switch (key) {
	case TT_KEY_ID:
		return item->id;
	case TT_KEY_OTHER_ID:
		return item->other_id;
	case TT_KEY_URL:
		return item->url_key;
	case TT_KEY_TEXT:
		return item->text_key;
	}
	return (struct tt_id){{0}};
}
