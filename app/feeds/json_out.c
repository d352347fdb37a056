/* json_out.c - see json_out.h. */
#include "app/feeds/json_out.h"

#include <math.h>

#include "common/json_text.h"
#include "common/clock.h"

void tt_out_key(struct tt_buf *out, const char *key)
{
	bool first = out->n && (out->p[out->n - 1] == '{' || out->p[out->n - 1] == '[');
	tt_buf_printf(out, "%s\"%s\": ", first ? "" : ", ", key);
}

void tt_out_str(struct tt_buf *out, const char *key, struct tt_str value)
{
	tt_out_key(out, key);
	tt_json_str(out, value);
}

void tt_out_int(struct tt_buf *out, const char *key, int64_t value)
{
	tt_out_key(out, key);
	tt_buf_printf(out, "%lld", (long long)value);
}

void tt_out_real(struct tt_buf *out, const char *key, double value, int decimals)
{
	tt_out_key(out, key);
	if (isnan(value))
		tt_buf_str(out, TT_STR("null"));
	else
		tt_buf_printf(out, "%.*f", decimals, value);
}

void tt_out_bool(struct tt_buf *out, const char *key, bool value)
{
	tt_out_key(out, key);
	tt_buf_str(out, value ? TT_STR("true") : TT_STR("false"));
}

void tt_out_time(struct tt_buf *out, const char *key, int64_t ms)
{
	char text[40];
	tt_time_rfc3339(ms, text);
	tt_out_str(out, key, text[0] ? tt_str_c(text) : (struct tt_str){NULL, 0});
}
