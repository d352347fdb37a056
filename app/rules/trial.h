/* trial.h - one test of a suite, run: the evaluator of the service with the clock of the test, minute by
 * minute as `tickertone replay` does. Threads: one. */
#ifndef TT_APP_RULES_TRIAL_H
#define TT_APP_RULES_TRIAL_H

#include "app/rules/suite.h"

/* An expectation that was not met. Strings: in the arena of tt_trial_run, or the suite's. */
struct tt_trial_fault {
	int64_t at; /* minute of the test */
	const struct tt_rule *rule;
	struct tt_str subject;
	struct tt_str is, want; /* "inactive"; "firing" */
	struct tt_str why;      /* "shock(1h, 1d) is -0.7, not < -1.5" */
};

/* What is wrong, in the order of time; n 0: nothing. */
int tt_trial_run(const struct tt_suite *s, const struct tt_suite_test *t, struct tt_arena *arena,
	struct tt_trial_fault **ret, size_t *ret_n, struct tt_err *err);

#endif
