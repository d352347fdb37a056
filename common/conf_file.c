/* conf_file.c - the text of a configuration: a file of bounded size, and the folder its relative paths start
 * from. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/conf_value.h"

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

static int read_file(const char *path, struct tt_buf *text, struct tt_err *err)
{
	FILE *f = fopen(path, "re");
	int rc = f ? tt_buf_reserve(text, TT_CONF_FILE_MAX + 1) : TT_EIO;
	if (!f)
		return tt_err_set(err, errno == ENOENT ? TT_ENOENT : TT_EIO, "%s: %s", path, strerror(errno));
	if (rc == TT_OK) {
		text->n = fread(text->p, 1, TT_CONF_FILE_MAX + 1, f);
		if (ferror(f))
			rc = tt_err_set(err, TT_EIO, "%s: %s", path, strerror(errno));
		else if (text->n > TT_CONF_FILE_MAX)
			rc = tt_err_set(err, TT_ECONF, "%s: larger than %d bytes", path, TT_CONF_FILE_MAX);
	} else {
		tt_err_set(err, rc, "%s: %s", path, tt_err_text(rc));
	}
	fclose(f);
	return rc;
}

int tt_conf_load(const char *path, const struct tt_section *sections, void *conf, struct tt_err *err)
{
	char dir[PATH_MAX];
	struct tt_buf text;
	if (!path)
		return tt_conf_load_text(TT_STR(""), "defaults", sections, conf, err);
	tt_buf_init(&text, TT_CONF_FILE_MAX + 1);
	int rc = read_file(path, &text, err);
	if (rc == TT_OK && !folder_of(path, dir))
		rc = tt_err_set(err, TT_EIO, "%s: its folder cannot be read: %s", path, strerror(errno));
	if (rc == TT_OK)
		rc = tt_conf_load_in(tt_buf_view(&text), path, dir, sections, conf, err);
	tt_buf_done(&text);
	return rc;
}
