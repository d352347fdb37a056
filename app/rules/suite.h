/* suite.h - a file of tests of rules (docs/RULES.md, "Testing rules"), read and checked: what is said in each
 * test by the minute, and what is to become of it. Owner: the suite owns all it points to, the tests are in
 * its arena. Threads: read-only once loaded. */
#ifndef TT_APP_RULES_SUITE_H
#define TT_APP_RULES_SUITE_H

#include "app/run/alerts.h"
#include "common/arena.h"
#include "mood/rule.h"

enum {
	TT_SUITE_TESTS_MAX = 1000,
	TT_SUITE_SUBJECTS_MAX = 1000, /* of a test, sectors and the market among them */
	TT_SUITE_ITEMS_MAX = 1000000, /* of a test */
	TT_SUITE_DAYS_MAX = 90,       /* from its start to its end */
	TT_SUITE_MARKET = 0           /* its index among the subjects */
};

/* Somebody that rules look at; its id in the evaluator is its index. */
struct tt_suite_subject {
	struct tt_str kind, name, sector; /* sector: absent where there is none, or none was given */
};

/* What an item adds to a subject's minute. */
struct tt_suite_part {
	size_t subject;
	struct tt_minute adds; /* nothing, n 0: it does not weigh */
	double score;          /* of an entity */
	bool is_entity;
};

/* The same item, several times. Minutes count from the test's start. */
struct tt_suite_items {
	int64_t at, every, count;    /* every 0: all in one minute */
	float relevance, novelty;    /* as the database keeps them */
	struct tt_suite_part *parts; /* entities first */
	size_t n_parts;
};

struct tt_suite_want {
	int64_t at;
	const struct tt_rule *rule;
	size_t subject;
	enum tt_alert_state state;
	double value, within; /* value NAN: any */
	int64_t times;        /* how often it has been raised by then; -1: any */
};

struct tt_suite_test {
	struct tt_str name;
	int64_t start, length; /* minute since 1970; minutes that are looked at */
	bool only;             /* no alert is raised that no expectation names */
	struct tt_suite_subject *subjects;
	struct tt_suite_items *items;
	struct tt_suite_want *wants; /* ascending by time */
	size_t n_subjects, n_items, n_wants;
};

struct tt_suite {
	struct tt_arena arena;
	struct tt_rule_set *rules;
	struct tt_mood_conf floors;
	struct tt_suite_test *v;
	size_t n;
};

/* TT_ECONF: the message names file, line and key, or file, test and what is wrong with it. */
int tt_suite_load(struct tt_suite **ret, const char *path, struct tt_err *err);
void tt_suite_free(struct tt_suite *s); /* NULL is fine */

/* How many of the items are said in this minute of the test. */
int64_t tt_suite_said(const struct tt_suite_items *v, int64_t minute);

#endif
