/* json_text.c - see json_text.h. */
#include "common/json_text.h"

#include <string.h>

#include "common/utf8.h"

static void escape(struct tt_buf *out, char c)
{
	static const char from[] = "\"\\\n\r\t", to[] = "\"\\nrt";
	const char *at = c ? strchr(from, c) : NULL;
	if (at) {
		char pair[2] = {'\\', to[at - from]};
		tt_buf_add(out, pair, 2);
	} else {
		tt_buf_printf(out, "\\u%04x", (unsigned)(unsigned char)c);
	}
}

int tt_json_str(struct tt_buf *out, struct tt_str s)
{
	size_t done = 0, len;
	if (!s.p)
		return tt_buf_str(out, TT_STR("null"));
	tt_buf_char(out, '"');
	for (size_t at = 0; at < s.n; at += len) {
		uint32_t c = tt_utf8_decode(s, at, &len);
		bool broken = tt_utf8_broken(s, at, c, len);
		if (!broken && c >= 0x20 && c != '"' && c != '\\' && c != 0x7F)
			continue;
		tt_buf_add(out, s.p + done, at - done);
		if (broken || c >= 0x80)
			tt_buf_str(out, TT_STR("\xEF\xBF\xBD"));
		else
			escape(out, (char)c);
		done = at + len;
	}
	tt_buf_add(out, s.p + done, s.n - done);
	return tt_buf_char(out, '"');
}
