/* windows.c - see windows.h. */
#include "nlp/model/windows.h"

static size_t stride(size_t max)
{
	return max - 2 - (max - 2) / 4;
}

size_t tt_windows(size_t n_ids, size_t max)
{
	return n_ids <= max ? 1 : 1 + (n_ids - max + stride(max) - 1) / stride(max);
}

struct tt_window tt_window_at(size_t n_ids, size_t max, size_t index)
{
	const size_t begin = 1 + index * stride(max), end = begin + max - 2;
	return (struct tt_window){begin, end < n_ids - 1 ? end : n_ids - 1};
}

/* Tokens of context that window w leaves [begin, end) on its shorter side; an end of the text lacks nothing.
 */
static size_t context(struct tt_window w, size_t n_ids, size_t begin, size_t end)
{
	if (begin < w.begin || end > w.end)
		return 0;
	const size_t left = w.begin == 1 ? n_ids : begin - w.begin + 1;
	const size_t right = w.end == n_ids - 1 ? n_ids : w.end - end + 1;
	return left < right ? left : right;
}

size_t tt_window_of(size_t n_ids, size_t max, size_t begin, size_t end)
{
	const size_t last = tt_windows(n_ids, max) - 1,
		     near = (begin - 1) / stride(max); /* only windows about it can hold it */
	size_t best = near < last ? near : last, best_context = 0;
	for (size_t i = near > 2 ? near - 2 : 0; i <= last && i <= near; i++) {
		const size_t got = context(tt_window_at(n_ids, max, i), n_ids, begin, end);
		if (got > best_context) {
			best = i;
			best_context = got;
		}
	}
	return best;
}
