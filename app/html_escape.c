/* html_escape.c - see html_escape.h. */
#include "app/html_escape.h"

void tt_html_escape(struct tt_buf *out, struct tt_str s)
{
	for (size_t i = 0; i < s.n; i++)
		switch (s.p[i]) {
		case '<':
			tt_buf_str(out, TT_STR("&lt;"));
			break;
		case '>':
			tt_buf_str(out, TT_STR("&gt;"));
			break;
		case '&':
			tt_buf_str(out, TT_STR("&amp;"));
			break;
		case '"':
			tt_buf_str(out, TT_STR("&quot;"));
			break;
		default:
			tt_buf_char(out, s.p[i]);
		}
}
