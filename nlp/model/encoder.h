/* encoder.h - the forward pass of BERT over a pack: sequences back to back, no padding, one matrix
 *multiplication over all of their tokens, attention within each sequence. T tokens in the pack, R rows
 *wanted, C hidden, F intermediate.
 *
 * The pass goes in steps, so that sequences may leave the pack between layers (early exit):
 *
 *	begin(pack), { step(), ..., pool(rows), keep() }, finish(rows), pool(rows)
 *
 * In the last layer only the rows are computed that the caller wants (beyond keys and values). What a
 *sequence comes to does not depend on the others in the pack, nor on who leaves it: to the last bit.
 *
 * Owner: a tt_encoder is one thread's scratch; weights and config are borrowed and shared. */
#ifndef TT_NLP_MODEL_ENCODER_H
#define TT_NLP_MODEL_ENCODER_H

#include "nlp/model/weights.h"

struct tt_encoder;

struct tt_pack {
	const int32_t *ids; /* (T), within the vocabulary */
	size_t n_tokens;    /* T, 1 to max_tokens */
	const size_t *seqs; /* (n_seqs + 1): sequence i is tokens [seqs[i], seqs[i + 1]), 1 to P of them */
	size_t n_seqs;
};

/* NULL when memory is out. Bytes held: tt_encoder_bytes. */
struct tt_encoder *tt_encoder_new(
	const struct tt_weights *w, const struct tt_model_config *config, size_t max_tokens);
void tt_encoder_free(struct tt_encoder *e); /* NULL is fine */
size_t tt_encoder_bytes(const struct tt_weights *w, const struct tt_model_config *config, size_t max_tokens);

/* The pack's ids are read here, and not afterwards. */
void tt_encoder_begin(struct tt_encoder *e, const struct tt_pack *pack);
/* The next layer; not for the last one. Returns hidden states (T, ·), tt_encoder_stride floats from row to
 * row, valid until the next call but pool. */
const float *tt_encoder_step(struct tt_encoder *e);
/* The sequences i of the pack as it is now for which keep[i] stay, in their order; the others leave it. */
void tt_encoder_keep(struct tt_encoder *e, const bool *keep);
/* The last layer. rows (R): tokens of the pack as it is now, strictly ascending. Returns their hidden states
 * (R, ·). */
const float *tt_encoder_finish(struct tt_encoder *e, const size_t *rows, size_t n_rows);
size_t tt_encoder_stride(const struct tt_encoder *e);

/* pooled (n, ·) = tanh(w · x + its bias) of hidden rows rows[i], in the scratch; what step or finish returned
 * stays. w: a head's pooler. n <= max_tokens. */
const float *tt_encoder_pool(struct tt_encoder *e, const struct tt_matrix *w, const size_t *rows, size_t n);

#endif
