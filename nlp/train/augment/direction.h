/* direction.h - words that say which way things go, for whom, or how good it is: what a label hangs on.
 * Augmentation never adds, drops or moves one. */
#ifndef TT_NLP_TRAIN_AUGMENT_DIRECTION_H
#define TT_NLP_TRAIN_AUGMENT_DIRECTION_H

#include "common/str.h"

/* A word of ASCII letters, in any case; its endings -s, -es, -ed, -d, -ing and a doubled last letter before
 * them do not matter. Pure. */
bool tt_direction_word(struct tt_str word);

/* The next one in the text from byte *at on, which moves behind it; {NULL, 0} when there is none. */
struct tt_str tt_direction_next(struct tt_str text, size_t *at);

static inline bool tt_has_direction(struct tt_str text)
{
	size_t at = 0;
	return tt_direction_next(text, &at).p != NULL;
}

#endif
