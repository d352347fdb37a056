/* join.h - two labelled texts read as one: "Apple soars" and "Samsung sinks" become "Apple soars while
 * Samsung sinks". News that is good for one company and bad for another is rare in labelled sets, and a model
 * that has seen little of it says of every name what the text says as a whole.
 *
 * Every entity keeps its label; the text has one only when both had the same. Pure: the same (options, epoch,
 * number) gives the same result on every machine. */
#ifndef TT_NLP_TRAIN_FIT_JOIN_H
#define TT_NLP_TRAIN_FIT_JOIN_H

#include "nlp/train/fit/examples.h"

struct tt_join_options {
	double share; /* of the rows that can be joined, 0..1 */
	uint64_t seed;
};

/* Something is said of an entity of its text. */
bool tt_can_join(const struct tt_labelled *x);

/* Is row `number` joined in this epoch, with which of n rows, and by which of the words (chance)? */
bool tt_join_draw(const struct tt_join_options *o, uint64_t epoch, uint64_t number, size_t n, size_t *other,
	uint64_t *chance);

/* In memory of a. Two texts that name the same, or where the label of the whole could not be told, are not
 * joined: *ret is then the first. TT_ENOMEM. */
int tt_join(struct tt_labelled *ret, const struct tt_labelled *first, const struct tt_labelled *second,
	uint64_t chance, struct tt_arena *a);

#endif
