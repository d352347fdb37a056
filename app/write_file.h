/* write_file.h - files that are there whole or, after an error, as they were. Errors: TT_EIO, TT_ELIMIT
 * (path). */
#ifndef TT_APP_WRITE_FILE_H
#define TT_APP_WRITE_FILE_H

#include "app/paths.h"
#include "common/str.h"

/* path "-": standard output. */
int tt_write_file(const char *path, struct tt_str text, struct tt_err *err);

/* The first half: text is on disk beside path, under the name *temporary, which the caller renames or
 * removes. */
int tt_write_file_beside(
	const char *path, struct tt_str text, char temporary[TT_PATH_MAX], struct tt_err *err);

#endif
