/* form.c - see form.h. */
#include "ingest/websub/form.h"

#include <string.h>

static bool is_plain(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-._*", c));
}

static void encode(struct tt_buf *out, struct tt_str s)
{
	for (size_t i = 0; i < s.n; i++)
		if (is_plain(s.p[i]))
			(void)tt_buf_char(out, s.p[i]);
		else
			(void)tt_buf_printf(out, "%%%02X", (unsigned char)s.p[i]);
}

void tt_websub_form(struct tt_buf *out, const struct tt_websub_state *state, int64_t lease_ms)
{
	(void)tt_buf_printf(out, "hub.mode=%s&hub.topic=", lease_ms ? "subscribe" : "unsubscribe");
	encode(out, state->topic);
	(void)tt_buf_str(out, TT_STR("&hub.callback="));
	encode(out, state->callback);
	encode(out, state->token);
	if (!lease_ms)
		return;
	(void)tt_buf_printf(out, "&hub.lease_seconds=%lld&hub.secret=", (long long)(lease_ms / 1000));
	encode(out, state->secret);
}
