/* suite_conf.h - the keys of a file of tests of rules, as the file has them; suite.h has what is made of it.
 */
#ifndef TT_APP_RULES_SUITE_CONF_H
#define TT_APP_RULES_SUITE_CONF_H

#include "app/run/alerts.h"
#include "common/conf.h"

#define TT_SUITE_ANY_VALUE 1e300 /* of an expectation that says none */

struct tt_suite_items_conf {
	int64_t at_ms, every_ms, count;
	char *subject, *sector;
	double score, relevance, novelty;
	struct tt_conf_map also;
};

struct tt_suite_want_conf {
	int64_t at_ms, times;
	char *rule, *subject;
	int state; /* enum tt_alert_state */
	double value, within;
};

struct tt_suite_test_conf {
	char *name, *start;
	bool only;
	struct tt_conf_list items, expect;
};

struct tt_suite_conf {
	struct tt_alerts_conf alerts; /* as in the service's: rules and the floors count here */
	struct tt_conf_list tests;
};

extern const struct tt_section tt_suite_sections[]; /* ends with {0} */

#endif
