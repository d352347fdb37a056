/* layout.h - where the tensors of a BERT stand in one block of floats: values, gradients and moments are
 * blocks of this layout. No gaps, so that query, key and value are one matrix (3C, C). V words, P positions,
 * C hidden, F intermediate, L layers. */
#ifndef TT_NLP_TRAIN_MODEL_LAYOUT_H
#define TT_NLP_TRAIN_MODEL_LAYOUT_H

#include "nlp/model/config.h"
#include "nlp/model/tensors.h"

/* A linear map's weight (N, K) and bias (N), a LayerNorm's gain and shift (C): offsets in floats. */
struct tt_spot {
	size_t weight, bias;
};

struct tt_layer_spot {
	struct tt_spot qkv, out, out_norm, up, down, down_norm;
};

/* What a tensor is learnt for. Those of a head begin anew when the file does not have them. */
enum tt_objective { TT_OF_ALL, TT_OF_ITEM, TT_OF_ENTITY, TT_OF_WORDS, TT_OBJECTIVES };

struct tt_train_tensor {
	char name[TT_TENSOR_NAME_MAX]; /* as tt_tensors_find takes it */
	size_t at, rows, cols;         /* cols 0: one dimension */
	size_t count;
	int depth;                   /* 0: embeddings, i + 1: layer i, L + 1: heads */
	int exit;                    /* layer that the head stands behind, from 1, when it is an inner one */
	bool decay;                  /* weight decay is for it: no bias, no LayerNorm */
	enum tt_objective objective; /* what the head is for; TT_OF_ALL: no head */
};

struct tt_head_spot {
	struct tt_spot pool, item, entity; /* (C, C), (3, C), (3, 2C) */
};

struct tt_layout {
	size_t n; /* floats of a block */
	size_t word, position, type;
	struct tt_spot embed_norm;
	struct tt_layer_spot *layers; /* (L) */
	struct tt_head_spot *heads;   /* (n_heads of the configuration): behind layers head_layers */
	/* The head that says which word stands at a token, whose decoder is the word embedding with a bias
	 * (V): only when words is set. */
	bool words;
	struct tt_spot word_dense, word_norm; /* (C, C), (C) */
	size_t word_bias;
	struct tt_train_tensor *tensors; /* in the order of the block; the word embedding is the first */
	size_t n_tensors;
};

/* TT_ENOMEM. */
int tt_layout_init(struct tt_layout *ret, const struct tt_model_config *c, bool words, struct tt_err *err);
void tt_layout_done(struct tt_layout *l);

#endif
