/* check_print.h - the report of `tickertone data check` as text and as JSON. Errors: those of the buffer. */
#ifndef TT_APP_CHECK_PRINT_H
#define TT_APP_CHECK_PRINT_H

#include "common/buf.h"
#include "nlp/train/data/check.h"

int tt_check_print(const struct tt_data_report *r, struct tt_buf *out);
int tt_check_print_json(const struct tt_data_report *r, struct tt_buf *out);

/* "negative 1387 (14.8 %), neutral ..."; those that do not occur are left out. */
int tt_kinds_print(struct tt_buf *out, const size_t kinds[TT_DATA_KINDS]);
/* {"negative": 1387, ...}; the three labels always. */
int tt_kinds_print_json(struct tt_buf *out, const char *key, const size_t kinds[TT_DATA_KINDS]);

#endif
