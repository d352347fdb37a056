/* conf_file.c - the text of a configuration: a file of bounded size, and the folder its relative paths start
 * from. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf_value.h"
#include "common/file.h"

int tt_conf_load_text(struct tt_str yaml, const char *name, const struct tt_section *sections, void *conf,
	struct tt_err *err)
{
	char dir[PATH_MAX];
	return tt_conf_load_in(yaml, name, getcwd(dir, sizeof(dir)), sections, conf, err);
}

/* The folder of path, absolute. */
static bool folder_of(const char *path, char ret[PATH_MAX])
{
	char dir[PATH_MAX] = ".";
	const char *slash = strrchr(path, '/');
	if (slash && snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path + 1), path) >= (int)sizeof(dir))
		return false;
	return realpath(dir, ret);
}

int tt_conf_load(const char *path, const struct tt_section *sections, void *conf, struct tt_err *err)
{
	char dir[PATH_MAX];
	struct tt_buf text;
	if (!path)
		return tt_conf_load_text(TT_STR(""), "defaults", sections, conf, err);
	tt_buf_init(&text, TT_CONF_FILE_MAX);
	int rc = tt_file_read(path, &text, err);
	if (rc == TT_ELIMIT)
		rc = TT_ECONF;
	if (rc == TT_OK && !folder_of(path, dir))
		rc = tt_err_set(err, TT_EIO, "%s: its folder cannot be read: %s", path, strerror(errno));
	if (rc == TT_OK)
		rc = tt_conf_load_in(tt_buf_view(&text), path, dir, sections, conf, err);
	tt_buf_done(&text);
	return rc;
}
