/* mask.h - hides words of a text, which a model is then asked for: the masked-language objective of BERT
 * (Devlin et al., 2019, appendix A.1). Pure functions. */
#ifndef TT_NLP_TRAIN_MODEL_MASK_H
#define TT_NLP_TRAIN_MODEL_MASK_H

#include <stddef.h>
#include <stdint.h>

struct tt_mask {
	uint64_t seed;
	double share;    /* of the tokens that is asked, [0, 1]; 0.15 as a rule */
	int32_t mask_id; /* of [MASK] */
	int32_t vocab;   /* words are [0, vocab) */
};

/* Of n ids, the first and last of which ([CLS], [SEP]) are never asked, asks the share, rounded, and at least
 * one when there is any. An asked one becomes [MASK] with a probability of 0.8, any word with 0.1, and stays
 * with 0.1; words (n) says what stood there, TT_NOT_ASKED (batch.h) of the others. Returns how many are
 * asked. What is drawn follows from seed, pass (over the data: each hides others) and number of the example
 * alone. */
size_t tt_mask_words(
	int32_t *ids, int32_t *words, size_t n, const struct tt_mask *m, uint32_t pass, uint64_t example);

#endif
