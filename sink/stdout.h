/* stdout.h - the sink for pipes and people who look: JSON Lines on a file descriptor, one object a line (json.h).
 * Feed states are not written, repeats are not recognised. Threads: one. Blocking: as long as the reader
 * takes. Errors: TT_ECLOSED when the reader is gone (the process must ignore SIGPIPE), TT_EIO (a full disk); the
 * same write repeated after TT_EIO goes on where it stopped. */
#ifndef TT_SINK_STDOUT_H
#define TT_SINK_STDOUT_H

#include "sink/sink.h"

/* fd stays the caller's. */
int tt_stdout_open(struct tt_sink *ret, int fd, struct tt_err *err);

#endif
