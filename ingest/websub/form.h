/* form.h - the body of a request to a hub: application/x-www-form-urlencoded. Pure; any thread. */
#ifndef TT_INGEST_WEBSUB_FORM_H
#define TT_INGEST_WEBSUB_FORM_H

#include "common/buf.h"
#include "common/websub_state.h"

/* Appends the request to subscribe (lease_ms > 0), or to unsubscribe (lease_ms 0), as state says. Errors:
 * out->rc. */
void tt_websub_form(struct tt_buf *out, const struct tt_websub_state *state, int64_t lease_ms);

#endif
