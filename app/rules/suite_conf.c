/* suite_conf.c - see suite_conf.h. */
#include "app/rules/suite_conf.h"

#include <stddef.h>

#include "app/rules/suite.h"

#define SPAN_MS (TT_SUITE_DAYS_MAX * 86400000.0)

#define OPT(name, type, field, def, lo, hi, flags, doc, choices)                                             \
	{name, type, offsetof(struct tt_suite_items_conf, field), def, lo, hi, "", flags, doc, choices}
static const struct tt_opt items_opts[] = {
	OPT("at", TT_OPT_DURATION, at_ms, "0m", 0, SPAN_MS, 0, "How long after the start the first is said.",
		NULL),
	OPT("every", TT_OPT_DURATION, every_ms, "0m", 0, SPAN_MS, 0,
		"How long after it the next; without it all are said in one minute.", NULL),
	OPT("count", TT_OPT_INT, count, "1", 0, TT_SUITE_ITEMS_MAX, 0,
		"How many. With 0 the subject is only known.", NULL),
	OPT("subject", TT_OPT_STR, subject, NULL, 0, 0, TT_OPT_REQUIRED, "Symbol of the entity.", NULL),
	OPT("sector", TT_OPT_STR, sector, NULL, 0, 0, 0, "Its sector; once is enough.", NULL),
	OPT("score", TT_OPT_REAL, score, "0", -1, 1, 0,
		"How it is spoken of. The rest of the probability is neutral: negative is -0.5 and below, "
		"positive above 0.5.",
		NULL),
	OPT("relevance", TT_OPT_REAL, relevance, "1", 0, 1, 0, "How much each is about it.", NULL),
	OPT("novelty", TT_OPT_REAL, novelty, "1", 0, 1, 0, "How new each is.", NULL),
	OPT("also", TT_OPT_MAP, also, NULL, 0, 0, 0,
		"Others that the same items are about, with their scores: `{AMD: -0.4}`.", NULL),
	{0},
};
#undef OPT

#define OPT(name, type, field, def, lo, hi, flags, doc, choices)                                             \
	{name, type, offsetof(struct tt_suite_want_conf, field), def, lo, hi, "", flags, doc, choices}
static const struct tt_opt want_opts[] = {
	OPT("at", TT_OPT_DURATION, at_ms, NULL, 0, SPAN_MS, TT_OPT_REQUIRED,
		"When, after the start; what is said in this minute counts.", NULL),
	OPT("rule", TT_OPT_STR, rule, NULL, 0, 0, TT_OPT_REQUIRED, "Which rule.", NULL),
	OPT("subject", TT_OPT_STR, subject, NULL, 0, 0, 0, "For whom; not needed for the market.", NULL),
	OPT("state", TT_OPT_ENUM, state, NULL, 0, 0, TT_OPT_REQUIRED, "How the rule stands then.",
		"inactive|pending|firing|resolved|no_data"),
	OPT("value", TT_OPT_REAL, value, "1e300", 0, 0, 0, "What its first measure is then.", NULL),
	OPT("within", TT_OPT_REAL, within, "0.01", 0, 1e9, 0, "How far `value` may be off.", NULL),
	OPT("times", TT_OPT_INT, times, "-1", -1, 1e9, 0, "How often it has been raised by then.", NULL),
	{0},
};
#undef OPT

#define OPT(name, type, field, def, flags, doc)                                                              \
	{name, type, offsetof(struct tt_suite_test_conf, field), def, 0, 0, "", flags, doc, NULL}
static const struct tt_opt test_opts[] = {
	OPT("name", TT_OPT_STR, name, NULL, TT_OPT_REQUIRED, "Says what is tested."),
	OPT("start", TT_OPT_STR, start, "2026-01-05T00:00:00Z", 0, "When the clock begins."),
	OPT("only", TT_OPT_BOOL, only, "false", 0,
		"It fails when an alert is raised, of any rule and for anybody, that no expectation names."),
	{0},
};
#undef OPT

const struct tt_section tt_suite_sections[] = {
	{"alerts", "As in the configuration; rules and the floors count.", tt_alerts_opts,
		offsetof(struct tt_suite_conf, alerts), false, 0},
	{"tests", "The tests.", test_opts, offsetof(struct tt_suite_conf, tests), true,
		sizeof(struct tt_suite_test_conf)},
	{"tests.items", "What is said.", items_opts, offsetof(struct tt_suite_test_conf, items), true,
		sizeof(struct tt_suite_items_conf)},
	{"tests.expect", "What is to become of it.", want_opts, offsetof(struct tt_suite_test_conf, expect),
		true, sizeof(struct tt_suite_want_conf)},
	{0},
};
