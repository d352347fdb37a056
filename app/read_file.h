/* read_file.h - a whole file, or standard input, for commands that take one. */
#ifndef TT_APP_READ_FILE_H
#define TT_APP_READ_FILE_H

#include "common/buf.h"
#include "common/err.h"

/* Appends all of the file at path, "-" for standard input. TT_ENOENT, TT_EIO, TT_ENOMEM, TT_ELIMIT (out's).
 */
int tt_read_file(const char *path, struct tt_buf *out, struct tt_err *err);

#endif
