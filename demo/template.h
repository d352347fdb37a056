/* template.h - a demo feed is a file with holes for times, so that its news is always some minutes to hours
 * old.
 *
 *   {{-1h35m}}            the time so long before the server's start, as the feed's dialect writes dates
 *   {{from +10s}}TEXT{{end}}   TEXT from ten seconds after the start on
 *   {{until +10s}}TEXT{{end}}  TEXT until then; these two do not nest
 *
 * Units: s m h d. Pure; threads: any. Errors: TT_EPARSE names the line; TT_ELIMIT and TT_ENOMEM are the
 * buffer's. */
#ifndef TT_DEMO_TEMPLATE_H
#define TT_DEMO_TEMPLATE_H

#include "common/buf.h"
#include "common/err.h"

enum tt_demo_dates { TT_DEMO_RFC822, TT_DEMO_RFC3339 };

struct tt_demo_time {
	int64_t start_ms, now_ms; /* wall time */
	enum tt_demo_dates dates;
};

/* Appends the filled-in text to out. *ret_changed_ms is when the result last became what it is: the latest
 * from or until that has passed, else the start. */
int tt_demo_render(struct tt_str text, const struct tt_demo_time *time, struct tt_buf *out,
	int64_t *ret_changed_ms, struct tt_err *err);

/* "Mon, 23 Nov 2026 15:46:23 GMT", the form of RFC 822 feeds and of HTTP headers. */
void tt_demo_rfc822(int64_t ms, char ret[40]);

#endif
