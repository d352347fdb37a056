/* json_text.h - writing JSON strings into a buffer, for rows that are printed by the thousand; reading is
 * jansson's. */
#ifndef TT_COMMON_JSON_TEXT_H
#define TT_COMMON_JSON_TEXT_H

#include "common/buf.h"

/* s in quotes, escaped; {NULL, 0} is null. Bytes that are not UTF-8 become U+FFFD, so the result is always
 * valid. Errors: those of the buffer. */
int tt_json_str(struct tt_buf *out, struct tt_str s);

#endif
