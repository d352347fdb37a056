/* datadir.h - where the files that come with the program are: its default model, dictionary, configuration.
 * PREFIX/bin/tickertone reads PREFIX/share/tickertone, so an installed tree can be moved; a binary that is
 * not installed reads config/ of the checkout it was built from. */
#ifndef TT_COMMON_DATADIR_H
#define TT_COMMON_DATADIR_H

#include <limits.h>
#include <stddef.h>

#include "common/err.h"

/* Writes the path of `name` ("models/minilm-finance") to out. TT_ENOENT, naming the places looked at;
 * TT_ELIMIT. */
int tt_data_path(const char *name, char *out, size_t out_bytes, struct tt_err *err);
/* The same for an executable in folder exe_dir. */
int tt_data_path_from(const char *exe_dir, const char *name, char *out, size_t out_bytes, struct tt_err *err);

/* The folder that the running program is in. TT_EIO. */
int tt_program_dir(char out[PATH_MAX], struct tt_err *err);

#endif
