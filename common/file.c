/* file.c - see file.h. */
#include "common/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int io_error(const char *path, struct tt_err *err)
{
	return tt_err_set(err, errno == ENOMEM ? TT_ENOMEM : TT_EIO, "%s: %s", path, strerror(errno));
}

int tt_file_read(const char *path, struct tt_buf *out, struct tt_err *err)
{
	const bool is_stdin = strcmp(path, "-") == 0;
	FILE *f = is_stdin ? stdin : fopen(path, "rbe");
	char piece[65536];
	int rc = TT_OK;
	size_t n;
	if (!f)
		return errno == ENOENT ? tt_err_set(err, TT_ENOENT, "%s: %s", path, strerror(errno))
				       : io_error(path, err);
	while (rc == TT_OK && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		rc = tt_buf_add(out, piece, n);
	if (rc == TT_ELIMIT)
		tt_err_set(err, rc, "%s: more than %zu bytes", path, out->max);
	else if (rc < 0)
		tt_err_set(err, rc, "%s: %s", path, tt_err_text(rc));
	else if (ferror(f))
		rc = io_error(path, err);
	if (!is_stdin)
		fclose(f);
	return rc;
}

/* ---- writing ---- */

/* Where a file is to be in the end, and whether it takes its place only when it is whole. */
static bool find_place(struct tt_file_out *o, const char *path, struct stat *st)
{
	const bool is_there = stat(path, st) == 0;
	if (!is_there)
		*st = (struct stat){0};
	if (!S_ISREG(st->st_mode) || !realpath(path, o->path))
		snprintf(o->path, sizeof(o->path), "%s", path);
	return !is_there || S_ISREG(st->st_mode);
}

int tt_file_path(char ret[TT_PATH_MAX], const char *dir, const char *name, struct tt_err *err)
{
	if (snprintf(ret, TT_PATH_MAX, "%s/%s", dir, name) >= TT_PATH_MAX)
		return tt_err_set(err, TT_ELIMIT, "%.80s...: the path is too long", dir);
	return TT_OK;
}

int tt_file_begin(struct tt_file_out *o, const char *path, struct tt_err *err)
{
	struct stat st;
	*o = (struct tt_file_out){0};
	const bool in_steps = find_place(o, path, &st);
	const size_t n = strlen(path) >= sizeof(o->path) ? sizeof(o->path) : strlen(o->path);
	if (n + sizeof(".new") > sizeof(o->beside))
		return tt_err_set(err, TT_ELIMIT, "%.80s...: the path is too long", path);
	if (in_steps) {
		memcpy(o->beside, o->path, n);
		memcpy(o->beside + n, ".new", sizeof(".new"));
	}
	const char *to = in_steps ? o->beside : o->path;
	o->f = fopen(to, "wbe");
	if (!o->f)
		return io_error(to, err);
	if (in_steps && st.st_mode && fchmod(fileno(o->f), st.st_mode & 07777) != 0) {
		const int rc = io_error(to, err);
		return tt_file_sync(o, rc, err);
	}
	return TT_OK;
}

int tt_file_put(struct tt_file_out *o, const void *p, size_t bytes, struct tt_err *err)
{
	const bool good = bytes == 0 || fwrite(p, 1, bytes, o->f) == bytes; /* p may be NULL */
	return good ? TT_OK : io_error(o->beside[0] ? o->beside : o->path, err);
}

int tt_file_sync(struct tt_file_out *o, int rc, struct tt_err *err)
{
	const bool in_steps = o->beside[0];
	const char *to = in_steps ? o->beside : o->path;
	if (rc == TT_OK && (fflush(o->f) != 0 || (in_steps && fsync(fileno(o->f)) != 0)))
		rc = io_error(to, err);
	if (fclose(o->f) != 0 && rc == TT_OK)
		rc = io_error(to, err);
	o->f = NULL;
	return rc < 0 ? tt_file_place(o, rc, err) : TT_OK;
}

/* The new name is on disk once its folder is. */
static int sync_folder(char *path, struct tt_err *err)
{
	char *slash = strrchr(path, '/');
	if (slash)
		slash[1] = '\0';
	const char *dir = slash ? path : ".";
	const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	const int rc = fd >= 0 && fsync(fd) == 0 ? TT_OK : io_error(dir, err);
	if (fd >= 0)
		close(fd);
	return rc;
}

int tt_file_place(struct tt_file_out *o, int rc, struct tt_err *err)
{
	if (!o->beside[0])
		return rc;
	if (rc == TT_OK && rename(o->beside, o->path) != 0)
		rc = io_error(o->path, err);
	if (rc < 0)
		unlink(o->beside);
	o->beside[0] = '\0';
	return rc < 0 ? rc : sync_folder(o->path, err);
}

int tt_file_end(struct tt_file_out *o, int rc, struct tt_err *err)
{
	rc = tt_file_sync(o, rc, err);
	return rc < 0 ? rc : tt_file_place(o, rc, err);
}

int tt_file_write(const char *path, struct tt_str text, struct tt_err *err)
{
	struct tt_file_out o;
	if (strcmp(path, "-") == 0) {
		const bool good = fwrite(text.p, 1, text.n, stdout) == text.n && fflush(stdout) == 0;
		return good ? TT_OK : io_error("standard output", err);
	}
	const int rc = tt_file_begin(&o, path, err);
	return rc < 0 ? rc : tt_file_end(&o, tt_file_put(&o, text.p, text.n, err), err);
}
