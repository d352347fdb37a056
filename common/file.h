/* file.h - files as a whole: read into memory, and written so that a crash or an error leaves either the new
 * one or what was there before: beside its place (PATH.new), brought to disk, then renamed. Of a link the
 * file it points to is replaced; permissions stay. What is no regular file, as a pipe or /dev/null, is
 * written where it is. Blocking. Errors: TT_ENOENT (reading), TT_EIO, TT_ENOMEM, TT_ELIMIT (out's, or a
 * path's length); the text names the file. */
#ifndef TT_COMMON_FILE_H
#define TT_COMMON_FILE_H

#include <stdio.h>

#include "common/buf.h"
#include "common/err.h"

enum { TT_PATH_MAX = 4096 /* PATH_MAX */ };

/* The path of a file in a folder. TT_ELIMIT names the folder. */
int tt_file_path(char ret[TT_PATH_MAX], const char *dir, const char *name, struct tt_err *err);

/* Appends all of the file; "-" is standard input. */
int tt_file_read(const char *path, struct tt_buf *out, struct tt_err *err);

/* "-" is standard output. */
int tt_file_write(const char *path, struct tt_str text, struct tt_err *err);

/* ---- the same in steps, for what is not in memory at once, or for several files that belong together ----
 */

struct tt_file_out {
	FILE *f;                                     /* being written, else NULL */
	char path[TT_PATH_MAX], beside[TT_PATH_MAX]; /* beside "": there is nothing to rename */
};

/* On error there is nothing to end. */
int tt_file_begin(struct tt_file_out *o, const char *path, struct tt_err *err);
int tt_file_put(struct tt_file_out *o, const void *p, size_t bytes, struct tt_err *err);
/* rc: how the writing went; an error is returned as it is, and then, or if this fails, what was written is
 * removed. Else it is on disk beside its place. */
int tt_file_sync(struct tt_file_out *o, int rc, struct tt_err *err);
/* After tt_file_sync: into its place, or with an error in rc away. */
int tt_file_place(struct tt_file_out *o, int rc, struct tt_err *err);
/* Both, for a file by itself. */
int tt_file_end(struct tt_file_out *o, int rc, struct tt_err *err);

#endif
