/* write_file.c - see write_file.h. */
#include "app/write_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int tt_write_file_beside(
	const char *path, struct tt_str text, char temporary[TT_PATH_MAX], struct tt_err *err)
{
	int n = snprintf(temporary, TT_PATH_MAX, "%s.new", path);
	if (n < 0 || n >= TT_PATH_MAX)
		return tt_err_set(err, TT_ELIMIT, "%.80s...: the path is too long", path);
	FILE *f = fopen(temporary, "wbe");
	if (!f)
		return tt_err_set(err, TT_EIO, "%s: %s", temporary, strerror(errno));
	bool good = fwrite(text.p, 1, text.n, f) == text.n && fflush(f) == 0 && fsync(fileno(f)) == 0;
	good = fclose(f) == 0 && good;
	if (good)
		return TT_OK;
	int rc = tt_err_set(err, TT_EIO, "%s: %s", temporary, strerror(errno));
	unlink(temporary);
	return rc;
}

int tt_write_file(const char *path, struct tt_str text, struct tt_err *err)
{
	char temporary[TT_PATH_MAX];
	if (strcmp(path, "-") == 0) {
		bool good = fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0;
		return good ? TT_OK : tt_err_set(err, TT_EIO, "standard output: %s", strerror(errno));
	}
	int rc = tt_write_file_beside(path, text, temporary, err);
	if (rc < 0 || rename(temporary, path) == 0)
		return rc;
	rc = tt_err_set(err, TT_EIO, "%s: %s", path, strerror(errno));
	unlink(temporary);
	return rc;
}
