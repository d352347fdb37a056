/* window.c - see window.h. */
#include "ingest/kafka/window.h"

enum { NARROW = 16, SEARCH_AFTER = 2 /* deaths in the same range */ };

void tt_window_begin(struct tt_window *w, int64_t full, const struct tt_window_found *f, int max_attempts)
{
	const int64_t open = f->open_to - f->start, left = f->end - f->start;
	*w = (struct tt_window){.full = full, .step = full, .to = f->start, .suspect_to = -1};
	if (open <= 0 || left <= 0)
		return;
	w->alone = f->opened >= SEARCH_AFTER || open <= full / NARROW; /* so small: it was being searched */
	w->condemned = open == 1 && f->opened >= max_attempts;
	/* Nobody else is read while it is searched, so its end must be one that can be reached. */
	const int64_t suspect = w->alone && left < open ? left : open;
	w->suspect_to = f->start + suspect;
	w->step = !w->alone ? suspect : suspect > NARROW ? suspect / NARROW : 1;
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
