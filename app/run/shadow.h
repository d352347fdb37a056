/* shadow.h - a second model reads a share of what was stored, and what it says is kept beside it
 * (sink/pg/shadow.h), so that it can be compared before it is promoted. Nothing waits for it: it has a small
 * queue, a connection and threads of its own that run only when a core is idle (SCHED_IDLE); what does not
 * fit, cannot be read or cannot be stored is dropped and counted.
 *
 * Threads: start and stop are called by one (main), offer by one (the writer's). */
#ifndef TT_APP_SHADOW_H
#define TT_APP_SHADOW_H

#include "common/batch.h"
#include "common/conf.h"
#include "common/err.h"

struct tt_shadow_conf {
	char *model;  /* folder; NULL: there is no such model */
	double share; /* of the items, 0 to 1 */
	int precision;
	int64_t threads, queue_batches, keep_ms;
};
extern const struct tt_opt tt_shadow_opts[]; /* section `shadow_model` */

struct tt_app_conf;
struct tt_shadow;

/* conf must outlive it. The model is opened in the background: one that cannot be is logged, and no error. */
int tt_shadow_start(struct tt_shadow **ret, const struct tt_app_conf *conf, struct tt_err *err);

/* b has been stored. What belongs to the share is copied. Never blocks. */
void tt_shadow_offer(struct tt_shadow *s, const struct tt_batch *b);

/* True for the same items always, on every machine; share of all of them. */
bool tt_shadow_picks(struct tt_id item, double share);

void tt_shadow_stop(struct tt_shadow *s); /* what waits is dropped; NULL is fine */

#endif
