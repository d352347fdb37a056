/* read_file.c - see read_file.h. */
#include "app/read_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

int tt_read_file(const char *path, struct tt_buf *out, struct tt_err *err)
{
	bool is_stdin = strcmp(path, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(path, "rbe");
	char piece[65536];
	int rc = TT_OK;
	size_t n;
	if (!f)
		return tt_err_set(err, errno == ENOENT ? TT_ENOENT : TT_EIO, "%s: %s", path, strerror(errno));
	while (rc == TT_OK && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		rc = tt_buf_add(out, piece, n);
	if (rc < 0)
		tt_err_set(err, rc, "%s: %s", path, tt_err_text(rc));
	else if (ferror(f))
		rc = tt_err_set(err, TT_EIO, "%s: %s", path, strerror(errno));
	if (!is_stdin)
		fclose(f);
	return rc;
}
