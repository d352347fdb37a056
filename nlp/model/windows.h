/* windows.h - how a sequence longer than the model's window is read: pieces of its body (what stands between
 * [CLS] and [SEP]), each given the two special tokens of its own. A piece has at most max - 2 tokens and
 * begins where the one before it has a quarter of that left, so that every word is read with context on both
 * sides. Pure functions, no memory. */
#ifndef TT_NLP_MODEL_WINDOWS_H
#define TT_NLP_MODEL_WINDOWS_H

#include <stddef.h>

struct tt_window {
	size_t begin, end; /* tokens of the sequence, [CLS] being 0; never empty but for an empty body */
};

/* n_ids >= 2, max >= 3. At least one. */
size_t tt_windows(size_t n_ids, size_t max);
struct tt_window tt_window_at(size_t n_ids, size_t max, size_t index);
/* The window that reads tokens [begin, end) of the body best: the one that leaves them most context on their
 * shorter side, an end of the text lacking nothing; the first of equals. Where none holds all of them, one
 * that holds their beginning. */
size_t tt_window_of(size_t n_ids, size_t max, size_t begin, size_t end);

#endif
