/* outage.h - waiting a peer's outage out: who waits for what, until when, and how to end it.
 * One struct for the whole pipeline. A stage that failed retriably calls tt_outage_wait and tries again;
 * /ready reads what is waited for. tt_outage_stop ends the patience: waits go on for grace_ms in all, then
 * say "give up". Owner: struct by the caller (init/done). Threads: any. */
#ifndef TT_APP_OUTAGE_H
#define TT_APP_OUTAGE_H

#include <pthread.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/retry.h"

enum tt_outage_stage { TT_OUTAGE_FILTER, TT_OUTAGE_WRITE, TT_OUTAGE_STAGES };

struct tt_outage {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	int64_t base_ms, cap_ms;
	int64_t give_up_ns; /* monotonic; INT64_MAX: never */
	struct {
		struct tt_backoff backoff;
		int64_t since_ns; /* monotonic; 0: flowing */
		char reason[sizeof(((struct tt_err *)0)->msg)];
	} stage[TT_OUTAGE_STAGES];
};

void tt_outage_init(struct tt_outage *o, int64_t base_ms, int64_t cap_ms);
void tt_outage_done(struct tt_outage *o);

/* Sleeps the stage's next backoff step, less when the outage is stopped meanwhile. True: try again; false:
 * give up. */
bool tt_outage_wait(struct tt_outage *o, enum tt_outage_stage stage, const struct tt_err *why);

/* The call went through. Returns for how long it had not, in ms; 0 when there was no outage. */
int64_t tt_outage_over(struct tt_outage *o, enum tt_outage_stage stage);

void tt_outage_stop(struct tt_outage *o, int64_t grace_ms);

/* True when nothing is waited for; otherwise adds "STAGE waits for N s: reason" to out, one stage a line. */
bool tt_outage_report(struct tt_outage *o, struct tt_buf *out);

#endif
