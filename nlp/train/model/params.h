/* params.h - a model folder opened for training: its configuration, and all its trainable numbers in fp32 in
 * one block.
 *
 * Reads what nlp/model reads, and plain pretrained encoders too: a config.json without id2label gets
 * negative, neutral, positive; heads that are asked for and that the file lacks begin with normal numbers of
 * deviation 0.02, biases of 0 and gains of 1, which follow from the seed. Those behind inner layers (exits,
 * docs/SCORING.md) which are not asked for are dropped: an encoder that learned on is not the one they read.
 *
 * Owner: the struct and its blocks are the caller's, from open to free. Threads: one. */
#ifndef TT_NLP_TRAIN_MODEL_PARAMS_H
#define TT_NLP_TRAIN_MODEL_PARAMS_H

#include "nlp/model/tensors.h"
#include "nlp/train/model/layout.h"

struct tt_params_options {
	uint64_t seed; /* of what begins anew */
	bool words;    /* with the head that says which word stands at a token (batch.h) */
	/* A smaller model of so many layers, those that end equal groups: 2, 4 and 6 of 6. Each is nearest to
	 * what the layer above it is used to read, and the topmost, which the heads read, is among them. 0:
	 * all. */
	int layers;
	/* Heads stand behind these layers of the model, too, counted from 1, ascending, all below the
	 * topmost. exit_confidence is written into config.json; 0: nothing. */
	const int *exits;
	size_t n_exits;
	double exit_confidence;
};

struct tt_params {
	struct tt_model_config config;
	char *config_text; /* config.json as it is written */
	int file_layers;   /* of the model that was read */
	struct tt_layout layout;
	float *values; /* (layout.n) */
};

/* DIR/config.json and the tensors beside it. TT_EIO, TT_EPARSE (names file, key or tensor; of what is asked
 * for, too), TT_ELIMIT, TT_ENOMEM; TT_ECONF: the model has fewer layers than are asked for. */
int tt_params_open(
	struct tt_params **ret, const char *dir, const struct tt_params_options *o, struct tt_err *err);
void tt_params_free(struct tt_params *p); /* NULL is fine */

/* config.json and model.safetensors into DIR, which is there. The latter is in place last, and neither is
 * ever half written. Tensors go by Hugging Face's names, floats are rounded to dtype (TT_F32, TT_F16,
 * TT_BF16). TT_EIO, TT_ENOMEM; TT_EDATA for a number that is not finite in dtype. */
int tt_params_write(const struct tt_params *p, const char *dir, enum tt_dtype dtype, struct tt_err *err);

#endif
