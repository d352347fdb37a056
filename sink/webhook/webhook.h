/* webhook.h - one delivery over HTTP, signed as the Standard Webhooks specification 1.0 says. The address is
 * looked at when it is connected to (common/address.h); no redirect is followed. Threads: one at a time.
 * Blocking: a call takes conf->timeout_ms at most. */
#ifndef TT_SINK_WEBHOOK_WEBHOOK_H
#define TT_SINK_WEBHOOK_WEBHOOK_H

#include "common/err.h"
#include "sink/webhook/conf.h"

struct tt_webhook;

/* conf must outlive it. */
int tt_webhook_new(struct tt_webhook **ret, const struct tt_webhook_conf *conf, struct tt_err *err);
void tt_webhook_free(struct tt_webhook *w); /* NULL is fine */

enum tt_webhook_answer {
	TT_WEBHOOK_TAKEN, /* 2xx */
	TT_WEBHOOK_LATER, /* no answer, or any other: tried again */
	TT_WEBHOOK_GONE,  /* 410: never again */
};

/* Posts body, a JSON object. now_ms: signed as the time of this attempt. *ret_wait_ms: what Retry-After asks
 * for, at most a day; 0: nothing. err says what was wrong unless it was taken. */
enum tt_webhook_answer tt_webhook_post(struct tt_webhook *w, struct tt_str id, int64_t now_ms,
	struct tt_str content_type, struct tt_str body, int64_t *ret_wait_ms, struct tt_err *err);

/* How long to wait after so many attempts (from 1) in vain: 5 s, 30 s, 2 min, ... over 24 h, each spread by a
 * fifth; < 0: the last was made. random: any number. */
int64_t tt_webhook_wait_ms(int attempts, uint64_t random);

#endif
