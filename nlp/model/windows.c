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

size_t tt_window_of(size_t n_ids, size_t max, size_t begin, size_t end)
{
	size_t best = 0, best_off = (size_t)-1;
	for (size_t i = 0; i < tt_windows(n_ids, max); i++) {
		const struct tt_window w = tt_window_at(n_ids, max, i);
		const size_t a = w.begin + w.end, b = begin + end, off = a > b ? a - b : b - a;
		if (off < best_off) {
			best = i;
			best_off = off;
		}
	}
	return best;
}
