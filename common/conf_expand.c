/* conf_expand.c - environment variables in a scalar. What a variable holds is taken as it is: never read as
 * YAML, never expanded again, so a value cannot add keys. As in the shell, the default stands in for an unset
 * or empty variable. */
#include <stdlib.h>
#include <string.h>

#include "common/conf_value.h"
#include "common/utf8.h"

static bool is_name(struct tt_str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i], lower = (char)(c | 0x20);
		if (!(c == '_' || (lower >= 'a' && lower <= 'z') || (i > 0 && c >= '0' && c <= '9')))
			return false;
	}
	return s.n > 0 && s.n < 256;
}

/* What stands between the braces. */
static int variable(struct tt_str inside, struct tt_buf *out, struct tt_err *err)
{
	struct tt_str rest = inside, name = tt_str_split(&rest, ':');
	char zname[256];
	if (!is_name(name) || (rest.p && (rest.n == 0 || rest.p[0] != '-')))
		return tt_err_set(
			err, TT_ECONF, "'${%.*s}' is neither ${NAME} nor ${NAME:-default}", TT_FMT(inside));
	memcpy(zname, name.p, name.n);
	zname[name.n] = '\0';
	struct tt_str value = tt_str_c(getenv(zname));
	if (rest.p && value.n == 0)
		value = (struct tt_str){rest.p + 1, rest.n - 1};
	if (!value.p)
		return tt_err_set(err, TT_ECONF, "the environment variable %s is not set", zname);
	if (!tt_utf8_valid(value))
		return tt_err_set(err, TT_ECONF, "the environment variable %s is not UTF-8", zname);
	return tt_buf_str(out, value);
}

int tt_conf_expand(struct tt_str text, struct tt_buf *out, struct tt_err *err)
{
	int rc = TT_OK;
	for (size_t i = 0; i < text.n && rc == TT_OK; i++) {
		struct tt_str rest = {text.p + i, text.n - i};
		if (tt_str_starts(rest, TT_STR("$$"))) {
			rc = tt_buf_char(out, '$');
			i++;
		} else if (tt_str_starts(rest, TT_STR("${"))) {
			rest = (struct tt_str){rest.p + 2, rest.n - 2};
			struct tt_str inside = tt_str_split(&rest, '}');
			if (!rest.p)
				return tt_err_set(err, TT_ECONF,
					"'${' without '}'; a dollar sign itself is written $$");
			rc = variable(inside, out, err);
			i += inside.n + 2;
		} else {
			rc = tt_buf_char(out, text.p[i]);
		}
	}
	if (out->rc < 0)
		return tt_err_set(
			err, out->rc, "longer than %zu bytes or %s", out->max, tt_err_text(TT_ENOMEM));
	return rc;
}
