/* service.h - the HTTP side of `tickertone run`: GET (and HEAD) of
 *   /metrics  Prometheus text format 0.0.4
 *   /health   200 while the process lives
 *   /ready    200 while batches flow, else 503; {"ready":false,"reasons":["postgres: ..."]}
 * Other paths are 404, other methods 405. One thread of its own; connections and their idle time are limited.
 * There is no authentication: the default is to listen on the loopback address only. */
#ifndef TT_APP_SERVICE_H
#define TT_APP_SERVICE_H

#include "common/buf.h"
#include "common/conf.h"
#include "common/err.h"

struct tt_service_conf {
	bool enabled;
	char *listen; /* "127.0.0.1:9464", "[::1]:9464"; port 0: any free one */
	int64_t max_connections;
	int64_t idle_timeout_ms;
};
extern const struct tt_opt tt_service_opts[]; /* section `service` */

struct tt_service_calls {
	/* True when ready; else adds the reasons, one a line, to reason. Called on the service's thread. */
	bool (*ready)(void *ctx, struct tt_buf *reason);
	void *ctx;
};

struct tt_service;

/* Errors: TT_ECONF for an address that is none, TT_EIO when it cannot be listened on. calls is copied. */
int tt_service_start(struct tt_service **ret, const struct tt_service_conf *conf,
	const struct tt_service_calls *calls, struct tt_err *err);
int tt_service_port(const struct tt_service *s); /* the one bound */
void tt_service_stop(struct tt_service *s);      /* waits for answers under way; NULL is fine */

#endif
