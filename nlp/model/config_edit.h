/* config_edit.h - a model's config.json as it is changed by who makes models: every key stays, in its order,
 * but those that are set. Blocking. Messages name the file. */
#ifndef TT_NLP_MODEL_CONFIG_EDIT_H
#define TT_NLP_MODEL_CONFIG_EDIT_H

#include <jansson.h>

#include "nlp/model/config.h"

/* The object in dir/config.json. Caller's, to be let go with json_decref. TT_ENOENT, TT_EIO, TT_EPARSE,
 * TT_ELIMIT, TT_ENOMEM. */
int tt_model_config_read(json_t **ret, const char *dir, struct tt_err *err);

/* As text, whose owner the caller is (free); of, when it is wanted, is what it says. What the scorer would
 * refuse is refused: TT_EPARSE, TT_ENOMEM. */
int tt_model_config_text(
	char **ret, const json_t *root, const char *dir, struct tt_model_config *of, struct tt_err *err);

/* Into dir/config.json, as a whole or not at all: errors of both functions above. */
int tt_model_config_write(const json_t *root, const char *dir, struct tt_err *err);

#endif
