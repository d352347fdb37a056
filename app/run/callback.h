/* callback.h - the WebSub callback of the HTTP service: /websub/TOKEN. Verifications and denials (GET) and
 * pushes (POST) go through the door (ingest/websub/door.h), whose statuses are the answers. */
#ifndef TT_APP_CALLBACK_H
#define TT_APP_CALLBACK_H

#include "app/run/service.h"
#include "ingest/websub/door.h"

/* The door must outlive the service. */
struct tt_service_mount tt_callback_mount(struct tt_websub_door *door);

#endif
