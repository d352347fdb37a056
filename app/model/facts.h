/* facts.h - what a registered model is made of, as the JSON objects that table `model` keeps. Blocks for file
 * i/o. Errors name the file: TT_ENOENT, TT_EIO, TT_ENOMEM, TT_EPARSE, TT_ELIMIT. */
#ifndef TT_APP_MODEL_FACTS_H
#define TT_APP_MODEL_FACTS_H

#include "common/buf.h"
#include "common/err.h"

/* {"vocab.txt": {"sha256": "...", "bytes": 231508}, ...}: the files right in a folder, or those that are
 * named, each by the last part of its path, which none may share. */
int tt_facts_of_folder(const char *dir, struct tt_buf *out, struct tt_err *err);
int tt_facts_of_files(char *const *paths, int n, struct tt_buf *out, struct tt_err *err);

/* A file that holds one JSON object. */
int tt_facts_figures(const char *path, struct tt_buf *out, struct tt_err *err);

#endif
