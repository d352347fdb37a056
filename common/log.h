/* log.h - one line per event on standard error: human text or JSON. Only app/ calls this; libraries return errors.
 * Fields are key=value pairs after a fixed event text; values are quoted and escaped as needed, control characters never
 * reach the terminal. Threads: any. One line is one write(2), so lines of several threads or processes do not mix.
 * A line longer than TT_LOG_LINE_MAX bytes is cut and marked. */
#ifndef TT_COMMON_LOG_H
#define TT_COMMON_LOG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/str.h"

enum tt_log_level { TT_LOG_DEBUG, TT_LOG_INFO, TT_LOG_WARN, TT_LOG_ERROR, TT_LOG_LEVELS };
enum { TT_LOG_LINE_MAX = 4096 };

/* Process-wide, atomic; one of the two permitted globals. json: one object a line with ts, level, event and the fields. */
void tt_log_setup(enum tt_log_level min_level, bool json);
bool tt_log_level_parse(struct tt_str name, enum tt_log_level *ret); /* debug, info, warn, error */

struct tt_field {
	const char *key;
	enum { TT_FIELD_STR, TT_FIELD_INT, TT_FIELD_REAL } type;
	struct tt_str s;
	int64_t i;
	double d;
};
#define TT_F_STR(k, v)  ((struct tt_field){.key = (k), .type = TT_FIELD_STR, .s = (v)})
#define TT_F_C(k, v)    ((struct tt_field){.key = (k), .type = TT_FIELD_STR, .s = tt_str_c(v)})
#define TT_F_INT(k, v)  ((struct tt_field){.key = (k), .type = TT_FIELD_INT, .i = (v)})
#define TT_F_REAL(k, v) ((struct tt_field){.key = (k), .type = TT_FIELD_REAL, .d = (v)})

void tt_log_fields(enum tt_log_level level, const char *event, const struct tt_field *fields, size_t n);

/* tt_log(TT_LOG_INFO, "feed fetched", TT_F_STR("url", url), TT_F_INT("items", n)); at least one field */
#define tt_log(level, event, ...) \
	tt_log_fields((level), (event), (const struct tt_field[]){__VA_ARGS__}, TT_LEN(((const struct tt_field[]){__VA_ARGS__})))

/* Rate limit for one place that may fail in a loop: true when it may log now. At most one line per every_ms; *suppressed
 * (may be NULL) is how many were swallowed since. Zero-initialised state; threads: any. */
struct tt_log_limit {
	_Atomic int64_t next_ns;
	_Atomic int64_t swallowed;
};
bool tt_log_allowed(struct tt_log_limit *limit, int64_t every_ms, int64_t *suppressed);

#endif
