/* weights.h - a BERT's weights in memory, as the encoder and the heads want them. Matrices are packed for the
 * multiplications of gemm.h in the precision that is asked for (poolers' in fp32); query, key and value
 * are one matrix, each third padded to whole panels. All else is fp32, row-major. The word embedding, by far
 * the largest table and only ever read row by row, stays in the file's own precision and is widened as it is
 * read. V words, P positions, C hidden, F intermediate, L layers. Read-only after loading: any number of
 * threads. */
#ifndef TT_NLP_MODEL_WEIGHTS_H
#define TT_NLP_MODEL_WEIGHTS_H

#include <stdatomic.h>

#include "nlp/kernel/gemm.h"
#include "nlp/model/config.h"
#include "nlp/model/tensors.h"

struct tt_norm {
	const float *gain, *shift; /* (C), (C) */
};

struct tt_layer {
	struct tt_matrix qkv; /* (3C, C): query, key, value */
	struct tt_matrix out; /* (C, C) */
	struct tt_norm out_norm;
	struct tt_matrix up;   /* (F, C) */
	struct tt_matrix down; /* (C, F) */
	struct tt_norm down_norm;
};

/* Classifiers over the hidden states of a layer. */
struct tt_head {
	struct tt_matrix pool;            /* (C, C) fp32 */
	const float *item_w, *item_b;     /* (3, C), (3): rows by enum tt_label */
	const float *entity_w, *entity_b; /* (3, 2C), (3): likewise; NULL when the model has no entity head */
};

/* The word embedding: one for all models read from the same file, whatever their precision. */
struct tt_words {
	atomic_int users;
	enum tt_dtype dtype;
	uint8_t rows[]; /* (V, C), as the file has them */
};

struct tt_weights {
	enum tt_precision precision;
	struct tt_words *word;
	const float *place; /* (P, C): position embedding + embedding of token type 0 */
	struct tt_norm embed_norm;
	struct tt_layer *layers; /* (L) */
	struct tt_head *heads;   /* (n_heads of the configuration): after layers head_layers */
	int64_t parameters;      /* scalars in use */
	size_t bytes;            /* of all of the above */
	void *block;
};

/* Takes what config asks for out of a file, under any of its names (tt_tensors_find). A tensor that is
 * missing, of another shape or type, or not finite is refused by name, and so is a file with more layers than
 * config says; other tensors are ignored. Matrices are packed on as many threads as there are cores. word: of
 * weights loaded from the same file, to be shared; NULL: read it. TT_EPARSE, TT_ENOMEM. The file is not
 * needed afterwards. */
int tt_weights_load(struct tt_weights *ret, const struct tt_tensors *file,
	const struct tt_model_config *config, enum tt_precision precision, struct tt_words *word,
	struct tt_err *err);
void tt_weights_done(struct tt_weights *w);

#endif
