/* alert_event.c - see alert_event.h. */
#include "sink/alert_event.h"

#include <stdio.h>

#include "common/json_text.h"

int tt_alert_event_type(const struct tt_alert_event *e, char out[64])
{
	return snprintf(out, 64, "tickertone.alert.%.*s", TT_FMT(e->state));
}

int tt_alert_event_json(struct tt_buf *out, const struct tt_alert_event *e, struct tt_str source)
{
	char id[37], type[64];

	tt_id_format(e->id, id);
	tt_alert_event_type(e, type);
	tt_buf_printf(out, "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":", id);
	tt_json_str(out, source);
	tt_buf_printf(out, ",\"type\":\"%s\",\"subject\":", type);
	tt_json_str(out, e->subject);
	tt_buf_printf(out,
		",\"time\":\"%.*s\",\"datacontenttype\":\"application/json\",\"data\":", TT_FMT(e->time));
	tt_buf_str(out, e->data);
	tt_buf_char(out, '}');
	return out->rc;
}
