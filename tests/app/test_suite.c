/* test_suite.c - tests of rules are read and run, or not, when memory runs out. What they say of rules is in
 * rules_test.sh. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "app/rules/trial.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

static void write_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

/* Reads the file and runs its only test; *ret_n: how many faults it has. */
static int load_and_run(const char *path, size_t *ret_n, struct tt_err *err)
{
	struct tt_trial_fault *v;
	struct tt_suite *s;
	struct tt_arena arena;
	int rc = tt_suite_load(&s, path, err);

	if (rc < 0)
		return rc;
	tt_arena_init(&arena, 1 << 24);
	rc = tt_trial_run(s, &s->v[0], &arena, &v, ret_n, err);
	tt_arena_done(&arena);
	tt_suite_free(s);
	return rc;
}

TT_TEST(out_of_memory_is_said)
{
	char dir[] = "/tmp/tt_suite_XXXXXX", rules[64], tests[64];
	size_t n_faults = 0;
	int n, rc = TT_ENOMEM;

	assert_non_null(mkdtemp(dir));
	snprintf(rules, sizeof(rules), "%s/rules.yaml", dir);
	snprintf(tests, sizeof(tests), "%s/tests.yaml", dir);
	write_file(rules, "rules:\n  - {name: few, when: items(1h) >= 2}\n"
			  "  - {name: each, over: item, when: score < 0}\n");
	write_file(tests, "alerts: {rules: rules.yaml}\ntests:\n  - name: t\n    only: true\n    items:\n"
			  "      - {every: 1m, count: 3, subject: A, sector: S, score: -1, also: {B: 0.5}}\n"
			  "    expect: [{at: 2m, rule: few, subject: A, state: inactive}]\n");
	for (n = 0; n < 5000 && rc == TT_ENOMEM; n++) {
		struct tt_err err = {0};
		long live = tt_alloc_live();
		tt_fault_alloc_after(n);
		rc = load_and_run(tests, &n_faults, &err);
		tt_fault_off();
		TT_EQ_ROW(n, tt_alloc_live(), live);
		TT_TRUE(rc == TT_OK || err.msg[0]);
	}
	TT_EQ(rc, TT_OK);
	TT_TRUE(n > 20);
	TT_EQ(n_faults, 3); /* few of A, of B, each of A */
	unlink(rules), unlink(tests), rmdir(dir);
}

TT_MAIN(TT_RUN(out_of_memory_is_said))
