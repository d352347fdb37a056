/* datadir.c - see datadir.h. */
#include "common/datadir.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "common/str.h"

int tt_data_path_from(const char *exe_dir, const char *name, char *out, size_t out_bytes, struct tt_err *err)
{
	int n = snprintf(out, out_bytes, "%s/../share/tickertone/%s", exe_dir, name);
	if (n >= 0 && (size_t)n < out_bytes && access(out, R_OK) == 0)
		return TT_OK;
	n = snprintf(out, out_bytes, "%s/%s", TT_CHECKOUT_CONFIG, name);
	if (n < 0 || (size_t)n >= out_bytes)
		return tt_err_set(err, TT_ELIMIT, "'%.100s': the path is too long", name);
	if (access(out, R_OK) == 0)
		return TT_OK;
	return tt_err_set(err, TT_ENOENT, "'%s' is neither in '%s/../share/tickertone' nor in '%s'", name,
		exe_dir, TT_CHECKOUT_CONFIG);
}

int tt_program_dir(char out[PATH_MAX], struct tt_err *err)
{
	const ssize_t n = readlink("/proc/self/exe", out, PATH_MAX - 1);
	if (n <= 0)
		return tt_err_set(err, TT_EIO, "/proc/self/exe: %s", strerror(errno));
	out[n] = '\0';
	char *slash = strrchr(out, '/');
	if (slash)
		*slash = '\0';
	return TT_OK;
}

int tt_data_path(const char *name, char *out, size_t out_bytes, struct tt_err *err)
{
	char dir[PATH_MAX];
	int rc = tt_program_dir(dir, err);
	return rc == TT_OK ? tt_data_path_from(dir, name, out, out_bytes, err) : rc;
}
