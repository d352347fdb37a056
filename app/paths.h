/* paths.h - where the program's own files are: beside an installed binary, or in the tree it was built from.
 * What the user names comes first, then the environment, then PREFIX/share/tickertone next to PREFIX/bin,
 * then config/. */
#ifndef TT_APP_PATHS_H
#define TT_APP_PATHS_H

#include "common/err.h"

enum { TT_PATH_MAX = 4096 };

/* The model folder: given (may be NULL), $TICKERTONE_MODEL, the default model. TT_ENOENT when there is none.
 */
int tt_model_path(const char *given, char ret[TT_PATH_MAX], struct tt_err *err);

/* The entity dictionary: given (may be NULL), $TICKERTONE_ENTITIES, the default one. TT_ENOENT when there is
 * none. */
int tt_entities_path(const char *given, char ret[TT_PATH_MAX], struct tt_err *err);

#endif
