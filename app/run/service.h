/* service.h - the HTTP side of `tickertone run`: GET (and HEAD) of
 *   /metrics  Prometheus text format 0.0.4
 *   /health   200 while the process lives
 *   /ready    200 while batches flow, else 503; {"ready":false,"reasons":["postgres: ..."]}
 * and what is mounted below a prefix. Other paths are 404, other methods 405. One thread of its own;
 * connections and their idle time are limited. There is no authentication: the default is to listen on the
 * loopback address only. */
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
	/* Adds to /metrics what is not in the table of all; NULL: nothing. The same thread. */
	void (*metrics)(void *ctx, struct tt_buf *out);
	void *ctx;
};

/* One request to what is mounted. Values live as long as the call. */
struct tt_service_request {
	struct tt_str rest; /* of the path, behind the prefix */
	struct MHD_Connection *connection;
};
struct tt_str tt_service_header(const struct tt_service_request *r, const char *name); /* absent: not sent */
struct tt_str tt_service_query(const struct tt_service_request *r, const char *name);  /* decoded */

/* All paths that begin with prefix. Called on the service's thread: must not block. Returned are HTTP
 * statuses; a 503 tells the peer to come again in half a minute. */
struct tt_service_mount {
	const char *prefix;                                                                  /* "/websub/" */
	unsigned (*get)(void *ctx, const struct tt_service_request *r, struct tt_buf *text); /* text/plain */
	/* POST. length: of the body as announced, -1: not. 202 goes on with *ret_upload; all else is the
	 * answer and there is no upload (any more). */
	unsigned (*begin)(void *ctx, const struct tt_service_request *r, int64_t length, void **ret_upload);
	unsigned (*add)(void *ctx, void *upload, const void *p, size_t n);
	unsigned (*end)(void *ctx, void *upload);
	void (*drop)(void *ctx, void *upload); /* the peer broke off */
	void *ctx;
};

struct tt_service;

/* Errors: TT_ECONF for an address that is none, TT_EIO when it cannot be listened on. calls and mount (NULL:
 * none) are copied. */
int tt_service_start(struct tt_service **ret, const struct tt_service_conf *conf,
	const struct tt_service_calls *calls, const struct tt_service_mount *mount, struct tt_err *err);
int tt_service_port(const struct tt_service *s); /* the one bound */
void tt_service_stop(struct tt_service *s);      /* waits for answers under way; NULL is fine */

#endif
