/* prune.h - a model with fewer word pieces: rows of the embedding that no text asks for go, and words that
 * lose their own piece are cut into smaller ones. All other weights stay to the bit, so that a text of kept
 * pieces is answered as before.
 *
 * Owner: the caller's. Threads: no state. Blocking: file i/o; needs four times the model's file in memory. */
#ifndef TT_NLP_TRAIN_PRUNE_PRUNE_H
#define TT_NLP_TRAIN_PRUNE_PRUNE_H

#include "nlp/token/tokenizer.h"

/* Marks what every text may need: names in brackets ([CLS]), and single characters, also within words
 * ("##a"), so that what could be cut before still can. keep: a byte, 0 or 1, for each piece of t. */
void tt_prune_keep_basic(const struct tt_tokenizer *t, uint8_t *keep);

/* Writes config.json, vocab.txt, model.safetensors and the tokenizer's settings of the model in `from` to
 * `to`, a folder that is there and another one, with the pieces that keep marks (of t, from's tokenizer).
 * tokenizer.json, which would repeat the old vocabulary, is not written. TT_EIO, TT_ENOENT, TT_EPARSE (not a
 * BERT's files), TT_EUSAGE (the same folder), TT_ENOMEM, TT_ELIMIT. */
int tt_prune(const char *from, const char *to, const struct tt_tokenizer *t, const uint8_t *keep,
	struct tt_err *err);

#endif
