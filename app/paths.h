/* paths.h - which model and dictionary a command uses: what the user names, else what the environment names,
 * else the ones that come with the program (common/datadir.h). TT_ENOENT names the place that is not there.
 */
#ifndef TT_APP_PATHS_H
#define TT_APP_PATHS_H

#include "common/err.h"
#include "common/file.h"

/* The model folder: given (NULL: not), $TICKERTONE_MODEL, models/default, models/minilm-finance. */
int tt_model_path(const char *given, char ret[TT_PATH_MAX], struct tt_err *err);

/* The entity dictionary: given (NULL: not), $TICKERTONE_ENTITIES, entities.tsv. */
int tt_entities_path(const char *given, char ret[TT_PATH_MAX], struct tt_err *err);

#endif
