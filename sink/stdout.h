/* stdout.h - the sink for pipes and people who look: JSON Lines on a file descriptor, one object a line.
 *
 *   {"type":"item","item_id":"…","event_at":"2026-11-18T11:00:00Z","published_at":…,"fetched_at":…,"scored_at":…,
 *    "source":…,"guid":…,"url":…,"title":…,"summary":…,"author":…,"lang":…,"categories":[…],
 *    "score":0.5,"label":"positive","p":{"negative":0.125,"neutral":0.25,"positive":0.625},"unscored":null,
 *    "entities":[{"symbol":"AAPL","score":…,"label":…,"p":{…},"relevance":1,"mentions":2,"in_title":true,
 *                 "mention":"Apple"}]}
 *   {"type":"dead_letter","at":…,"stage":"parse","source":…,"where":…,"reason":…,"payload":…}
 *
 * Times are RFC 3339 UTC. What is absent is null, a score that does not exist too (then "unscored" says why).
 * Text is repaired to valid UTF-8 (text.h). Feed states are not written, repeats are not recognised. Threads:
 * one. Blocking: as long as the reader takes. Errors: TT_ECLOSED when the reader is gone (the process must
 * ignore SIGPIPE), TT_EIO (a full disk); the same write repeated after TT_EIO goes on where it stopped. */
#ifndef TT_SINK_STDOUT_H
#define TT_SINK_STDOUT_H

#include "sink/sink.h"

/* fd stays the caller's. */
int tt_stdout_open(struct tt_sink *ret, int fd, struct tt_err *err);

#endif
