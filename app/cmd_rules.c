/* cmd_rules.c - `tickertone rules check|list`: files of rules, looked at without a database. */
#include <stdio.h>

#include "app/commands.h"
#include "mood/rule.h"

static int run_check(const void *given, int argc, char **argv, struct tt_err *err)
{
	struct tt_rule_set *s;
	int rc = tt_rule_set_load(&s, argv[0], err);

	(void)given, (void)argc;
	if (rc < 0)
		return rc;
	printf("%s: %zu rules, looking back %lld hours\n", argv[0], s->n, (long long)(s->lookback + 59) / 60);
	tt_rule_set_free(s);
	return TT_OK;
}

static int run_list(const void *given, int argc, char **argv, struct tt_err *err)
{
	struct tt_rule_set *s;
	int rc = tt_rule_set_load(&s, argv[0], err), width = 4;

	(void)given, (void)argc;
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < s->n; i++)
		width = (int)s->v[i].name.n > width ? (int)s->v[i].name.n : width;
	printf("%-*s  %-8s  %-7s  %6s  %8s  %s\n", width, "RULE", "SEVERITY", "OVER", "FOR", "COOLDOWN",
		"WHEN");
	for (size_t i = 0; i < s->n; i++) {
		const struct tt_rule *r = &s->v[i];
		printf("%-*.*s  %-8s  %-7s  %5llds  %7llds  %.*s\n", width, TT_FMT(r->name),
			tt_severity_name(r->severity), tt_scope_name(r->over),
			(long long)r->waits.for_ms / 1000, (long long)r->waits.cooldown_ms / 1000,
			TT_FMT(r->definition));
	}
	tt_rule_set_free(s);
	return TT_OK;
}

const struct tt_cmd tt_cmd_rules_check = {
	.name = "rules check",
	.args = "FILE",
	.summary = "Check a file of rules: keys, conditions, watch lists",
	.details = "docs/RULES.md has the language.\n"
		   "\n"
		   "    tickertone rules check config/rules.yaml\n",
	.group = TT_GROUP_SERVICE,
	.min_args = 1,
	.max_args = 1,
	.run = run_check,
};

const struct tt_cmd tt_cmd_rules_list = {
	.name = "rules list",
	.args = "FILE",
	.summary = "List the rules of a file, a line each",
	.group = TT_GROUP_SERVICE,
	.min_args = 1,
	.max_args = 1,
	.run = run_list,
};
