/* teach.h - what teachers say of examples: their mean probabilities become soft targets (distillation:
 * Hinton, Vinyals, Dean, "Distilling the knowledge in a neural network", 2015; of an ensemble, whose mean it
 * is here). Threads: one caller; the teachers' crews have their own. */
#ifndef TT_NLP_TRAIN_FIT_TEACH_H
#define TT_NLP_TRAIN_FIT_TEACH_H

#include "nlp/crew.h"
#include "nlp/train/fit/examples.h"

/* Sets the soft targets of all examples and their mentions, in memory of the examples. Teachers must have the
 * same vocabulary. TT_EDATA (an id that a teacher does not know), TT_ENOMEM, TT_ELIMIT. */
int tt_teach(struct tt_examples *x, struct tt_crew *const *teachers, size_t n_teachers, struct tt_err *err);

#endif
