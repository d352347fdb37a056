/* json_out.h - the members of JSON objects, appended to a buffer one after the other. Errors: those of the
 * buffer. */
#ifndef TT_APP_JSON_OUT_H
#define TT_APP_JSON_OUT_H

#include "common/buf.h"

/* Begins `"key": `, after ", " unless the object was just opened. */
void tt_out_key(struct tt_buf *out, const char *key);
void tt_out_str(struct tt_buf *out, const char *key, struct tt_str value); /* absent: null */
void tt_out_int(struct tt_buf *out, const char *key, int64_t value);
void tt_out_real(struct tt_buf *out, const char *key, double value, int decimals); /* NaN: null */
void tt_out_bool(struct tt_buf *out, const char *key, bool value);
void tt_out_time(struct tt_buf *out, const char *key, int64_t ms); /* RFC 3339; TT_TIME_NONE: null */

#endif
