/* err.c - see err.h. */
#include "common/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	bool retry;
	const char *text;
} errors[TT_POS_END] = {
	[TT_POS_OK] = {false, "ok"},
#define X(name, r, t) [TT_POS_##name] = {r, t},
	TT_ERRORS(X)
#undef X
};

int tt_err_set(struct tt_err *err, int code, const char *fmt, ...)
{
	if (err) {
		va_list ap;
		err->code = code;
		va_start(ap, fmt);
		vsnprintf(err->msg, sizeof(err->msg), fmt, ap);
		va_end(ap);
		for (char *p = err->msg; *p; p++) /* a message is one line, whatever a peer put into it */
			if (*p == '\n' || *p == '\r' || *p == '\t')
				*p = ' ';
	}
	return code;
}

int tt_err_prefix(struct tt_err *err, int code, const char *fmt, ...)
{
	if (err) {
		char old[sizeof(err->msg)], prefix[sizeof(err->msg)];
		va_list ap;
		memcpy(old, err->msg, sizeof(old));
		va_start(ap, fmt);
		vsnprintf(prefix, sizeof(prefix), fmt, ap);
		va_end(ap);
		tt_err_set(err, code, "%s: %s", prefix, old);
	}
	return code;
}

const char *tt_err_text(int code)
{
	return code <= 0 && code > -TT_POS_END ? errors[-code].text : "unknown error";
}

bool tt_retriable(int code)
{
	return code < 0 && code > -TT_POS_END && errors[-code].retry;
}
