/* store.h - temperatures into a model's folder. */
#ifndef TT_NLP_TRAIN_EVAL_STORE_H
#define TT_NLP_TRAIN_EVAL_STORE_H

#include "common/err.h"

/* What the folder's config.json says of temperatures becomes the ones given, those that are 0 stay as they
 * were; all other keys keep their values and their order. The file is replaced as a whole or not at all.
 * TT_EIO, TT_EPARSE, TT_ELIMIT, TT_ENOMEM; messages name the file. */
int tt_temperature_store(const char *dir, double item, double entity, struct tt_err *err);

#endif
