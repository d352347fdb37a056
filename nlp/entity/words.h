/* words.h - words too common to stand for a company or a ticker by themselves: "ALL", "TARGET", "CEO", "BOSTON". */
#ifndef TT_NLP_ENTITY_WORDS_H
#define TT_NLP_ENTITY_WORDS_H

#include "common/str.h"

/* s is in lower case. No letter and a single letter count as common. Pure. */
bool tt_common_word(struct tt_str s);

#endif
