/* config.h - what a model folder's config.json says of a BertForSequenceClassification, checked.
 * Refused with the file and the key: other kinds of model, position embeddings that are not absolute, an
 * activation that is not the erf form of GELU, labels that are not negative, neutral and positive (any order,
 * any case), exits that are no inner layers, temperatures that are not from 0.01 to 100
 * (docs/SCORING.md). */
#ifndef TT_NLP_MODEL_CONFIG_H
#define TT_NLP_MODEL_CONFIG_H

#include "common/err.h"
#include "common/scored.h"
#include "common/str.h"

enum { TT_LAYERS_MAX = 256 };

struct tt_model_config {
	int vocab;             /* V: rows of the word embedding */
	int positions;         /* P: longest sequence */
	int types;             /* token types; we only use type 0 */
	int layers;            /* L */
	int hidden;            /* C */
	int heads;             /* H, divides C */
	int intermediate;      /* F */
	float norm_eps;        /* of LayerNorm */
	int row_of[TT_LABELS]; /* enum tt_label → row of the model's classifiers */
	/* Layers that heads stand behind, ascending: those of exit_layers, then L. */
	int head_layers[TT_LAYERS_MAX];
	int n_heads;
	float exit_confidence; /* probability that is enough to leave at one of exit_layers; 1: none is */
	/* Logits are divided by them: those of all item heads, and of all entity heads. */
	float temperature, entity_temperature;
};

enum { TT_MODEL_CONFIG_MAX = 1 << 20 /* bytes of config.json */ };

/* TT_ENOENT, TT_EIO, TT_EPARSE, TT_ELIMIT, TT_ENOMEM. */
int tt_model_config_load(struct tt_model_config *ret, const char *path, struct tt_err *err);
/* The same over text; name stands for the path in messages. */
int tt_model_config_parse(
	struct tt_model_config *ret, struct tt_str json, const char *name, struct tt_err *err);

#endif
