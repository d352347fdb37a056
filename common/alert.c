/* alert.c - see alert.h. */
#include "common/alert.h"

#include <stdio.h>

const char *tt_severity_name(enum tt_severity severity)
{
	static const char *const names[TT_SEVERITIES] = {"info", "warning", "critical"};

	return names[severity];
}

const char *tt_alert_state_name(enum tt_alert_state state)
{
	static const char *const names[TT_ALERT_STATES] = {
		"inactive", "pending", "firing", "resolved", "no_data"};

	return names[state];
}

struct tt_id tt_alert_change_id(struct tt_id fingerprint, int64_t episode, enum tt_alert_state to)
{
	char number[24];
	const struct tt_str bytes = {(const char *)fingerprint.b, sizeof(fingerprint.b)};

	snprintf(number, sizeof(number), "%lld", (long long)episode);
	return TT_ID(bytes, tt_str_c(number), tt_str_c(tt_alert_state_name(to)));
}
