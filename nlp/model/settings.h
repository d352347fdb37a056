/* settings.h - the identity of a model: two folders are the same model when every file that decides an answer
 * is the same, byte for byte. The file of tensors alone is not enough: a config.json or a vocabulary that was
 * changed beside the same weights makes other scores. Blocks for file i/o. */
#ifndef TT_NLP_MODEL_SETTINGS_H
#define TT_NLP_MODEL_SETTINGS_H

#include "common/err.h"
#include "common/id.h"

/* Names, and contents, of the files in dir beside the tensors; weights: hash of these. A file that is not
 * there is as good as an empty one. Errors: TT_EIO names the file, TT_ENOMEM, TT_ELIMIT. */
int tt_model_identity(const char *dir, struct tt_id weights, struct tt_id *ret, struct tt_err *err);

/* The names of these files; ends with NULL. */
extern const char *const tt_model_settings[];

/* Those of the files called so, up to NULL, that are in from: into to, as they are. Errors as above. */
int tt_model_files_copy(const char *from, const char *to, const char *const *names, struct tt_err *err);

#endif
