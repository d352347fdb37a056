/* html_escape.h - text into HTML. */
#ifndef TT_APP_HTML_ESCAPE_H
#define TT_APP_HTML_ESCAPE_H

#include "common/buf.h"

/* s with what HTML takes for its own (< > & ") escaped: for text and for attributes in double quotes. Errors:
 * those of the buffer. */
void tt_html_escape(struct tt_buf *out, struct tt_str s);

#endif
