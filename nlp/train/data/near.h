/* near.h - the pairs of texts that say the same in almost the same words: all of them, exactly.
 *
 * Texts are compared by their words as stories are (nlp/story/sketch.h): Jaccard similarity of the sets, none
 * when numbers or directions contradict each other. Candidates come from an inverted index over each text's
 * rarest words, so many that a text as like as asked for must have one of them (prefix filter, Chaudhuri et
 * al. 2006). Pure but for the memory it takes and gives back. Errors: TT_ENOMEM, and what `visit` returns
 * when it is not TT_OK. */
#ifndef TT_NLP_TRAIN_DATA_NEAR_H
#define TT_NLP_TRAIN_DATA_NEAR_H

#include "nlp/train/data/dataset.h"

#define TT_DATA_SIMILARITY 0.8 /* what counts as near when nobody says otherwise */

typedef int tt_near_visit(void *ctx, size_t earlier_class, size_t class, double similarity);

/* Each pair of classes of d once. similarity in (0, 1]. */
int tt_near_pairs(const struct tt_dataset *d, double similarity, tt_near_visit *visit, void *ctx);

#endif
