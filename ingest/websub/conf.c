/* conf.c - see conf.h. Ranges are in milliseconds and bytes. */
#include "ingest/websub/conf.h"

#include <stddef.h>
#include <string.h>

#define SECOND 1000.0
#define MINUTE (60 * SECOND)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)
#define MIB    (1024 * 1024.0)

/* clang-format off */
#define OPT(name, type, field, def, lo, hi, unit, doc) \
	{name, type, offsetof(struct tt_websub_conf, field), def, lo, hi, unit, 0, doc, NULL}
const struct tt_opt tt_websub_opts[] = {
	OPT("enabled", TT_OPT_BOOL, enabled, "true", 0, 0, "",
		"Subscribe at the hubs that feeds name. Nothing happens without callback_url."),
	OPT("callback_url", TT_OPT_STR, callback_url, NULL, 0, 0, "",
		"Public base URL, http or https, at which hubs reach this process's HTTP service (section service), as "
		"https://news.example.com/tickertone; /websub/ and a token are appended."),
	OPT("lease", TT_OPT_DURATION, lease_ms, "10d", MINUTE, 365 * DAY, "",
		"How long a subscription is asked for; the hub has the last word. It is renewed before it ends."),
	OPT("poll_interval", TT_OPT_DURATION, poll_interval_ms, "1h", SECOND, 30 * DAY, "",
		"While a hub pushes, its feed is polled this often, for what a push may have missed; never more often than without."),
	OPT("verify_timeout", TT_OPT_DURATION, verify_timeout_ms, "10m", SECOND, DAY, "",
		"A hub that took a request and has not called back after so long is given up, the feed's next hub is asked."),
	OPT("retry_base", TT_OPT_DURATION, retry_base_ms, "5m", SECOND, DAY, "",
		"First wait after all hubs of a feed refused; it doubles each time."),
	OPT("retry_cap", TT_OPT_DURATION, retry_cap_ms, "1d", SECOND, 30 * DAY, "", "Longest wait between two attempts."),
	OPT("max_requests", TT_OPT_INT, max_requests, "8", 1, 256, "requests",
		"Requests to hubs under way at the same time; their starts are fetch.per_host_spacing apart."),
	OPT("inbox_pushes", TT_OPT_INT, inbox_pushes, "256", 1, 100000, "pushes",
		"Pushes that may wait to be taken; when there are so many, hubs are asked to come again (503)."),
	OPT("inbox_bytes", TT_OPT_SIZE, inbox_bytes, "64MiB", MIB, 4096 * MIB, "",
		"Memory of pushes that wait or arrive; when it is used up, hubs are asked to come again (503)."),
	{0}
};
/* clang-format on */

static struct tt_str after_scheme(struct tt_str url)
{
	static const struct tt_str schemes[] = {{"http://", 7}, {"https://", 8}};
	for (size_t i = 0; i < TT_LEN(schemes); i++)
		if (tt_str_starts_ci(url, schemes[i]))
			return (struct tt_str){url.p + schemes[i].n, url.n - schemes[i].n};
	return (struct tt_str){NULL, 0};
}

int tt_websub_conf_check(const struct tt_websub_conf *conf, struct tt_err *err)
{
	if (!tt_websub_wanted(conf))
		return TT_OK;
	struct tt_str rest = after_scheme(tt_str_c(conf->callback_url));
	if (!rest.p)
		return tt_err_set(err, TT_ECONF, "websub.callback_url: '%s' is neither http nor https",
			conf->callback_url);
	if (strpbrk(rest.p, "?# \t\"<>"))
		return tt_err_set(err, TT_ECONF,
			"websub.callback_url: '%s' may have a path, but no query, fragment or blank",
			conf->callback_url);
	if (!tt_str_split(&rest, '/').n)
		return tt_err_set(err, TT_ECONF, "websub.callback_url: '%s' has no host", conf->callback_url);
	return TT_OK;
}
