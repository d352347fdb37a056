/* suite_make.h - one test of a suite in the making; shared by the suite*.c files. Errors: TT_ECONF with test
 * and place, TT_ENOMEM without a message. */
#ifndef TT_APP_RULES_SUITE_MAKE_H
#define TT_APP_RULES_SUITE_MAKE_H

#include "app/rules/suite.h"
#include "app/rules/suite_conf.h"

struct tt_suite_make {
	struct tt_suite *suite;
	struct tt_suite_test *t;
	const struct tt_suite_test_conf *conf;
	const char *list; /* and where in it, for messages; NULL: in none */
	size_t index;
	struct tt_err *err;
};

/* suite.c */
int tt_suite_fail(struct tt_suite_make *m, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int tt_suite_minutes(struct tt_suite_make *m, const char *key, int64_t ms, int64_t *ret);

/* suite_items.c */
int tt_suite_make_subjects(struct tt_suite_make *m);
int tt_suite_make_items(struct tt_suite_make *m); /* after the subjects: sectors are known then */
bool tt_suite_find(const struct tt_suite_test *t, const char *kind, struct tt_str name, size_t *ret);

#endif
