/* numbers.h - the numbers of a text, and which of them are amounts that may change. Private to
 * nlp/train/augment/. */
#ifndef TT_NLP_TRAIN_AUGMENT_NUMBERS_H
#define TT_NLP_TRAIN_AUGMENT_NUMBERS_H

#include "nlp/train/augment/augment_parts.h"

enum tt_grouping { TT_GROUP_NONE, TT_GROUP_THOUSANDS /* 1,234,567 */, TT_GROUP_LAKHS /* 12,34,567 */ };

struct tt_number {
	size_t start, end; /* bytes of the text: digits, commas, the point */
	uint64_t digits;   /* the value times 10^decimals */
	int decimals;
	bool pointed; /* ".5": no digit before the point */
	enum tt_grouping grouping;
	bool percent;
	double scale;   /* of the unit behind it: 1e6 for "million", else 1 */
	bool is_amount; /* else it stays */
};

/* The next number from byte *at on that stands by itself, not within a word or a chain ("29.11.2026",
 * "10-K"); *at moves behind it. False: there is none. */
bool tt_number_next(struct tt_str text, size_t *at, struct tt_number *ret);

#endif
