/* paths.c - see paths.h. */
#include "app/paths.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/datadir.h"

/* TT_ECLOSED: neither the user nor the environment names one. */
static int named(const char *given, const char *variable, char ret[TT_PATH_MAX], struct tt_err *err)
{
	const char *path = given && *given ? given : getenv(variable);
	if (!path || !*path)
		return TT_ECLOSED;
	int n = snprintf(ret, TT_PATH_MAX, "%s", path);
	if (n >= TT_PATH_MAX)
		return tt_err_set(err, TT_ELIMIT, "%.80s...: the path is too long", path);
	if (access(ret, R_OK) != 0)
		return tt_err_set(err, TT_ENOENT, "%s: no such file or folder%s%s", ret,
			path == given ? "" : ", named by $", path == given ? "" : variable);
	return TT_OK;
}

int tt_model_path(const char *given, char ret[TT_PATH_MAX], struct tt_err *err)
{
	int rc = named(given, "TICKERTONE_MODEL", ret, err);
	if (rc != TT_ECLOSED)
		return rc;
	if (tt_data_path("models/default", ret, TT_PATH_MAX, NULL) == TT_OK)
		return TT_OK;
	return tt_data_path("models/minilm-finance", ret, TT_PATH_MAX, err);
}

int tt_entities_path(const char *given, char ret[TT_PATH_MAX], struct tt_err *err)
{
	int rc = named(given, "TICKERTONE_ENTITIES", ret, err);
	return rc != TT_ECLOSED ? rc : tt_data_path("entities.tsv", ret, TT_PATH_MAX, err);
}
