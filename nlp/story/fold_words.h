/* fold_words.h - the words of a text in the form in which stories are compared (sketch.h says which). */
#ifndef TT_NLP_STORY_FOLD_WORDS_H
#define TT_NLP_STORY_FOLD_WORDS_H

#include "common/arena.h"

struct tt_folded_word {
	struct tt_str text; /* in the arena, or a constant */
	bool is_number;
	char direction; /* '+' speaks of a rise, '-' of a fall, else 0 */
};

/* *ret and the texts live in the arena. What says nothing is left out. Text beyond FOLD_BYTES_MAX is not
 * looked at. TT_ENOMEM. */
enum { TT_FOLD_BYTES_MAX = 4096 };
int tt_fold_words(struct tt_str text, struct tt_arena *arena, struct tt_folded_word **ret, size_t *ret_n);

#endif
