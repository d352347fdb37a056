/* window.c - see window.h. */
#include "ingest/kafka/window.h"

enum { NARROW = 16, SEARCH_AFTER = 2 /* deaths in the same range */ };

void tt_window_begin(
	struct tt_window *w, int64_t full, int64_t start, int64_t open_to, int opened, int max_attempts)
{
	const int64_t open = open_to - start;
	*w = (struct tt_window){.full = full, .step = full, .to = start, .suspect_to = -1};
	if (open <= 0)
		return;
	w->suspect_to = open_to;
	w->alone = opened >= SEARCH_AFTER || open <= full / NARROW; /* so small: it was being searched */
	w->step = !w->alone ? open : open > NARROW ? open / NARROW : 1;
	w->condemned = open == 1 && opened >= max_attempts;
}

bool tt_window_wants_more(const struct tt_window *w, int64_t read, bool all_stored)
{
	if (w->suspect_to >= 0)
		return read >= w->to && all_stored;
	return read >= w->to - w->full / 2;
}

int64_t tt_window_next(const struct tt_window *w, int64_t read)
{
	if (read >= w->suspect_to)
		return read + w->full;
	return read + w->step < w->suspect_to ? read + w->step : w->suspect_to;
}

void tt_window_opened(struct tt_window *w, int64_t read, int64_t to)
{
	w->to = to;
	if (read < w->suspect_to)
		return;
	w->suspect_to = -1;
	w->alone = w->condemned = false;
}
