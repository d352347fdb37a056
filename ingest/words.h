/* words.h - a text as its words, for telling a new text from the same one set differently.
 *
 * Letters in lower case, digits, currency signs, %, and a + or - right before a number stay; so does a
 * question mark, as a word of its own, because it tells a rumour from a fact. All other punctuation and white
 * space is one ' ' between words, apostrophes vanish ("Apple's" and "Apple\u2019s" are one word). The result
 * is part of keys in users' databases: a change here is a migration. Pure. Threads: any. */
#ifndef TT_INGEST_WORDS_H
#define TT_INGEST_WORDS_H

#include "common/arena.h"

/* *ret lives in the arena; {"",0} when the text has no words. TT_ENOMEM. */
int tt_words(struct tt_str text, struct tt_arena *arena, struct tt_str *ret);

/* Of two results of tt_words: whether the one with more words shares at least half of them with the other. A
 * text without words is like none. */
bool tt_words_alike(struct tt_str a, struct tt_str b);

#endif
