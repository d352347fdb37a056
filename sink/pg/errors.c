/* errors.c - SQLSTATE to code. The first prefix that fits decides. Only errors that the same rows would meet
 * again on a healthy server are TT_EDATA; rights, missing tables, a standby, a full disk are somebody's to
 * mend, and the rows wait for it. */
#include "sink/pg/errors.h"

#include <string.h>

#include "common/err.h"
#include "common/str.h"

static const struct {
	const char *prefix;
	int code;
} codes[] = {
	{"TT001", TT_ESTALE}, /* our own: store_progress() */
	{"21", TT_EDATA},     /* cardinality violation */
	{"22", TT_EDATA},     /* data exception */
	{"23", TT_EDATA},     /* integrity constraint violation */
	{"54", TT_EDATA},     /* program limit exceeded */
	{"40", TT_EAGAIN},    /* deadlock, serialization failure */
	{"55P03", TT_EAGAIN}, /* lock timeout */
	{"57014", TT_EAGAIN}, /* statement timeout */
	{"53", TT_EIO},       /* disk full, out of memory, too many connections */
	{"58", TT_EIO},       /* system error */
	{"F0", TT_EIO},       /* configuration file */
	{"XX", TT_EIO},       /* internal error, corruption */
};

int tt_pg_code(const char *sqlstate)
{
	for (size_t i = 0; sqlstate && i < TT_LEN(codes); i++)
		if (!strncmp(sqlstate, codes[i].prefix, strlen(codes[i].prefix)))
			return codes[i].code;
	return TT_EPEER;
}
