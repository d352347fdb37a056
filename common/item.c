/* item.c - see item.h. */
#include "common/item.h"

int64_t tt_item_event_ms(const struct tt_item *item, bool *ret_clamped)
{
	bool clamped = item->published_ms != TT_TIME_NONE && item->published_ms > item->fetched_ms;
	if (ret_clamped)
		*ret_clamped = clamped;
	return item->published_ms == TT_TIME_NONE || clamped ? item->fetched_ms : item->published_ms;
}
