/* paths.c - see paths.h. */
#include "app/paths.h"

#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct place {
	const char *what, *variable;
	const char *installed; /* below PREFIX */
	const char *source;    /* below the source tree */
};

static bool join(char ret[TT_PATH_MAX], const char *dir, const char *rest)
{
	int n = snprintf(ret, TT_PATH_MAX, "%s%s%s", dir, *rest ? "/" : "", rest);
	return n > 0 && n < TT_PATH_MAX;
}

/* PREFIX, when the binary is PREFIX/bin/tickertone. */
static bool prefix(char ret[TT_PATH_MAX])
{
	char exe[TT_PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	if (n <= 0)
		return false;
	exe[n] = '\0';
	return join(ret, dirname(dirname(exe)), "");
}

static int find(const struct place *p, const char *given, char ret[TT_PATH_MAX], struct tt_err *err)
{
	char dir[TT_PATH_MAX];
	const char *named = given && *given ? given : getenv(p->variable);
	if (named && *named) {
		if (!join(ret, named, ""))
			return tt_err_set(err, TT_ENOENT, "%.80s...: path too long", named);
		if (access(ret, R_OK) != 0)
			return tt_err_set(err, TT_ENOENT, "%s: no such %s%s%s", named, p->what,
				given && *given ? "" : ", named by $", given && *given ? "" : p->variable);
		return TT_OK;
	}
	if (prefix(dir) && join(ret, dir, p->installed) && access(ret, R_OK) == 0)
		return TT_OK;
	if (join(ret, TT_SOURCE_DIR, p->source) && access(ret, R_OK) == 0)
		return TT_OK;
	return tt_err_set(err, TT_ENOENT, "no %s found; name one, or set %s", p->what, p->variable);
}

int tt_model_path(const char *given, char ret[TT_PATH_MAX], struct tt_err *err)
{
	static const struct place p = {"model folder", "TICKERTONE_MODEL", "share/tickertone/models/default",
		"config/models/minilm-finance"};
	return find(&p, given, ret, err);
}

int tt_entities_path(const char *given, char ret[TT_PATH_MAX], struct tt_err *err)
{
	static const struct place p = {"entity dictionary", "TICKERTONE_ENTITIES",
		"share/tickertone/entities.tsv", "config/entities.tsv"};
	return find(&p, given, ret, err);
}
