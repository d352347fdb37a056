/* kafka_props.c - see kafka_props.h. */
#include "common/kafka_props.h"

#include <stdio.h>
#include <string.h>

int tt_kafka_prop_set(
	rd_kafka_conf_t *rc, const char *option, const char *name, const char *value, struct tt_err *err)
{
	char why[256];
	if (rd_kafka_conf_set(rc, name, value, why, sizeof(why)) == RD_KAFKA_CONF_OK)
		return TT_OK;
	return tt_err_set(err, TT_ECONF, "%s: %s", option, why);
}

int tt_kafka_props_set(
	rd_kafka_conf_t *rc, const char *section, const struct tt_kafka_prop *v, size_t n, struct tt_err *err)
{
	int code = TT_OK;
	for (size_t i = 0; i < n && code == TT_OK; i++)
		code = tt_kafka_prop_set(rc, section, v[i].name, v[i].value, err);
	return code;
}

int tt_kafka_props_pass(rd_kafka_conf_t *rc, const char *section, const struct tt_conf_map *properties,
	const struct tt_kafka_ours *ours, size_t n_ours, struct tt_err *err)
{
	char option[200];
	int code = TT_OK;
	for (size_t i = 0; i < properties->keys.n && code == TT_OK; i++) {
		const char *name = properties->keys.v[i];
		snprintf(option, sizeof(option), "%s.properties.%s", section, name);
		for (size_t k = 0; k < n_ours; k++)
			if (strcmp(name, ours[k].name) == 0)
				return tt_err_set(err, TT_ECONF, "%s is not to be set, use %s", option,
					ours[k].instead);
		code = tt_kafka_prop_set(rc, option, name, properties->values.v[i], err);
	}
	return code;
}
