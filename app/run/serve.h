/* serve.h - the service, of `tickertone run` and `tickertone ingest`: opens what the configuration names,
 * lets the pipeline work, answers signals: SIGTERM and SIGINT drain and end, SIGHUP reloads. */
#ifndef TT_APP_SERVE_H
#define TT_APP_SERVE_H

#include "app/run/parts.h"

/* Until it is told to stop, or everything is read. TT_ECONF: the configuration does not do for this job. */
int tt_serve(const char *config_path, enum tt_job job, struct tt_err *err);

#endif
