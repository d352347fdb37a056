/* text.c - see text.h. */
#include "sink/text.h"

#include <string.h>

#include "common/err.h"
#include "common/utf8.h"

bool tt_sink_text_fine(struct tt_str s)
{
	return !s.n || (!memchr(s.p, '\0', s.n) && tt_utf8_valid(s));
}

int tt_sink_text_repair(struct tt_buf *out, struct tt_str s)
{
	struct tt_str rest = s;
	int rc = TT_OK;
	while (rc == TT_OK && rest.p) {
		rc = tt_utf8_repair(out, tt_str_split(&rest, '\0'));
		if (rc == TT_OK && rest.p)
			rc = tt_buf_str(out, TT_STR("\xef\xbf\xbd"));
	}
	return rc;
}
