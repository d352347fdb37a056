/* conf.c - see conf.h. */
#include "sink/webhook/conf.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>

#include "sink/webhook/sign.h"

#define OPT(name, type, field, def, lo, hi, flags, doc)                                                      \
	{                                                                                                    \
		name, type, offsetof(struct tt_webhook_conf, field), def, lo, hi, "", flags, doc, NULL       \
	}
const struct tt_opt tt_webhook_opts[] = {
	OPT("name", TT_OPT_STR, name, NULL, 0, 0, TT_OPT_REQUIRED,
		"Names it in logs, metrics and `tickertone alert targets`: letters, digits, - and _."),
	OPT("url", TT_OPT_STR, url, NULL, 0, 0, TT_OPT_REQUIRED,
		"Where alerts are posted to; http or https."),
	OPT("secret", TT_OPT_SECRET, secret, NULL, 0, 0, TT_OPT_REQUIRED,
		"What they are signed with (docs/ALERTS.md): whsec_ and 24 to 64 bytes in base64; @FILE "
		"reads it from there."),
	OPT("old_secret", TT_OPT_SECRET, old_secret, NULL, 0, 0, 0,
		"While a secret is replaced: the one before, signed with as well."),
	OPT("ca_file", TT_OPT_PATH, ca_file, NULL, 0, 0, 0,
		"Certificate authorities (PEM) that the server is checked with. The default is the "
		"system's."),
	OPT("timeout", TT_OPT_DURATION, timeout_ms, "15s", 100, 30000, 0,
		"A delivery that is not answered for so long is tried again."),
	OPT("group_interval", TT_OPT_DURATION, group_interval_ms, "0s", 0, 86400e3, 0,
		"Told in notices: all changes of one rule together, at most one notice in this time. 0s: "
		"each change by itself."),
	OPT("allow_private_networks", TT_OPT_BOOL, allow_private_networks, "false", 0, 0, 0,
		"Also deliver to addresses of this host and of private networks."),
	{0},
};
#undef OPT

static bool is_name(const char *name)
{
	if (!*name || strlen(name) > 60)
		return false;
	for (; *name; name++)
		if (!isalnum((unsigned char)*name) && *name != '-' && *name != '_')
			return false;
	return true;
}

static bool is_url(const char *url)
{
	struct tt_str s = tt_str_c(url);
	return (tt_str_starts_ci(s, TT_STR("https://")) && s.n > 8) ||
	       (tt_str_starts_ci(s, TT_STR("http://")) && s.n > 7);
}

static int check_one(const struct tt_webhook_conf *w, struct tt_err *err)
{
	unsigned char key[TT_WEBHOOK_KEY_MAX];
	if (!is_name(w->name))
		return tt_err_set(err, TT_ECONF,
			"webhooks: '%s' is no name: letters, digits, - and _, 60 at most", w->name);
	if (!is_url(w->url))
		return tt_err_set(
			err, TT_ECONF, "webhook '%s': url '%s' is neither http nor https", w->name, w->url);
	if (!tt_webhook_key(tt_str_c(w->secret), key))
		return tt_err_set(err, TT_ECONF,
			"webhook '%s': secret is not whsec_ and 24 to 64 bytes in base64", w->name);
	if (w->old_secret && !tt_webhook_key(tt_str_c(w->old_secret), key))
		return tt_err_set(err, TT_ECONF,
			"webhook '%s': old_secret is not whsec_ and 24 to 64 bytes in base64", w->name);
	return TT_OK;
}

int tt_webhooks_check(const struct tt_conf_list *webhooks, struct tt_err *err)
{
	const struct tt_webhook_conf *v = webhooks->v;
	for (size_t i = 0; i < webhooks->n; i++) {
		int rc = check_one(&v[i], err);
		if (rc < 0)
			return rc;
		for (size_t k = 0; k < i; k++)
			if (strcmp(v[i].name, v[k].name) == 0)
				return tt_err_set(err, TT_ECONF, "webhooks: there are two '%s'", v[i].name);
	}
	return TT_OK;
}
