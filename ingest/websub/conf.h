/* conf.h - section `websub` of the configuration. Read-only once loaded; must outlive what was opened on it.
 */
#ifndef TT_INGEST_WEBSUB_CONF_H
#define TT_INGEST_WEBSUB_CONF_H

#include "common/conf.h"

struct tt_websub_conf {
	bool enabled;
	char *callback_url;        /* public base of the service's callback; NULL: no subscriptions */
	int64_t lease_ms;          /* asked for */
	int64_t poll_interval_ms;  /* while a hub pushes */
	int64_t verify_timeout_ms; /* from the request to the hub's verification */
	int64_t retry_base_ms, retry_cap_ms;
	int64_t max_requests; /* to hubs, under way at the same time */
	int64_t inbox_pushes; /* waiting to be taken ... */
	int64_t inbox_bytes;  /* ... and their bytes, those still arriving included */
};
extern const struct tt_opt tt_websub_opts[];

/* Is there anything to do? */
static inline bool tt_websub_wanted(const struct tt_websub_conf *conf)
{
	return conf->enabled && conf->callback_url && *conf->callback_url;
}

/* TT_ECONF when the callback URL can be none: not http(s), no host, a query or fragment. */
int tt_websub_conf_check(const struct tt_websub_conf *conf, struct tt_err *err);

#endif
