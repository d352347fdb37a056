/* alert_event.h - a change of an alert as it is delivered: a CloudEvent (CloudEvents 1.0, JSON format;
 * docs/ALERTS.md). */
#ifndef TT_SINK_ALERT_EVENT_H
#define TT_SINK_ALERT_EVENT_H

#include "common/buf.h"
#include "common/id.h"
#include "common/str.h"

struct tt_alert_event {
	struct tt_id id; /* of the change: the same however often it is delivered */
	struct tt_str subject, state, time;
	struct tt_str data; /* a JSON object: docs/schema/alert.schema.json */
};

/* "tickertone.alert.firing" */
int tt_alert_event_type(const struct tt_alert_event *e, char out[64]);

/* The whole event as one JSON object, which is the structured mode. Errors: those of the buffer. */
int tt_alert_event_json(struct tt_buf *out, const struct tt_alert_event *e, struct tt_str source);

#endif
