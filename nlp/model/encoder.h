/* encoder.h - the forward pass of BERT over a pack: sequences back to back, no padding, one matrix
 * multiplication over all of their tokens, attention within each sequence. T tokens in the pack, R rows
 * wanted, C hidden, F intermediate. The caller names the tokens whose last hidden states it wants; the last
 * layer computes only those (beyond keys and values). Owner: a tt_encoder is one thread's scratch; weights
 * and config are borrowed and shared. */
#ifndef TT_NLP_MODEL_ENCODER_H
#define TT_NLP_MODEL_ENCODER_H

#include "nlp/model/weights.h"

struct tt_encoder;

struct tt_pack {
	const int32_t *ids; /* (T), within the vocabulary */
	size_t n_tokens;    /* T, 1 to max_tokens */
	const size_t *seqs; /* (n_seqs + 1): sequence i is tokens [seqs[i], seqs[i + 1]), 1 to P of them */
	size_t n_seqs;
	const size_t *rows; /* (R): tokens wanted, strictly ascending */
	size_t n_rows;
};

/* NULL when memory is out. Bytes held: tt_encoder_bytes, about 4 · max_tokens · (2C + max(3C, F)). */
struct tt_encoder *tt_encoder_new(
	const struct tt_weights *w, const struct tt_model_config *config, size_t max_tokens);
void tt_encoder_free(struct tt_encoder *e); /* NULL is fine */
size_t tt_encoder_bytes(const struct tt_model_config *config, size_t max_tokens);

/* Last hidden states (R, C), in the scratch: valid until the next call. */
const float *tt_encoder_forward(struct tt_encoder *e, const struct tt_pack *pack);

/* pooled (n, C) = tanh(x (n, C) · pool_wᵀ + pool_b), in the scratch likewise; leaves what forward returned
 * alone. Row i is read from hidden row rows[i]. n <= max_tokens. */
const float *tt_encoder_pool(struct tt_encoder *e, const size_t *rows, size_t n);

#endif
