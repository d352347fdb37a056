/* conf.h - list section `webhooks` of the configuration: who is told of alerts over HTTP. Read-only once
 * loaded. */
#ifndef TT_SINK_WEBHOOK_CONF_H
#define TT_SINK_WEBHOOK_CONF_H

#include "common/conf.h"

struct tt_webhook_conf {
	char *name, *url;
	char *secret, *old_secret; /* whsec_... */
	char *ca_file;
	int64_t timeout_ms, group_interval_ms;
	bool allow_private_networks;
};
extern const struct tt_opt tt_webhook_opts[];

/* TT_ECONF: a name that is none or there twice, a URL that is no http(s) one, a secret that cannot be one. */
int tt_webhooks_check(const struct tt_conf_list *webhooks, struct tt_err *err);

#endif
