/* cmd_dlq_drop.c - `tickertone dlq drop`: deletes dead letters, after asking. */
#include <stdio.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/dlq/dlq.h"

struct drop_opts {
	struct tt_dlq_opts common;
	bool yes;
};

/* TT_EREFUSED: no, or nobody is there to say. */
static int ask(int64_t n, struct tt_err *err)
{
	char answer[16];
	if (!isatty(STDIN_FILENO))
		return tt_err_set(err, TT_EUSAGE,
			"%lld dead letter%s would be deleted: say --yes, nobody can be asked here",
			(long long)n, n == 1 ? "" : "s");
	printf("Delete %lld dead letter%s for good? [y/N] ", (long long)n, n == 1 ? "" : "s");
	fflush(stdout);
	bool yes = fgets(answer, sizeof(answer), stdin) && (*answer == 'y' || *answer == 'Y');
	return yes ? TT_OK : tt_err_set(err, TT_EREFUSED, "nothing was deleted");
}

static int run_drop(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct drop_opts *o = given;
	struct tt_dlq d;
	int64_t n = 0;
	int rc = tt_dlq_open(&d, &o->common, argc, argv, err);
	if (rc == TT_OK && !d.is_narrowed)
		rc = tt_err_set(err, TT_EUSAGE,
			"which ones? Give ids, or a filter: --stage, --source, --reason, --since, --until or "
			"--done "
			"(--until 0s: all)");
	if (rc == TT_OK)
		rc = tt_pg_dead_drop(d.conn, &d.filter, true, &n, err);
	if (rc == TT_OK && n && !o->yes)
		rc = ask(n, err);
	if (rc == TT_OK && n)
		rc = tt_pg_dead_drop(d.conn, &d.filter, false, &n, err);
	if (rc == TT_OK)
		printf("%lld dead letter%s deleted\n", (long long)n, n == 1 ? "" : "s");
	tt_dlq_close(&d);
	return rc;
}

static const struct tt_cli_opt options[] = {
	TT_DLQ_OPT_DATABASE,
	TT_DLQ_OPT_FILTER,
	{"yes", 'y', TT_CLI_FLAG, offsetof(struct drop_opts, yes), NULL, "Do not ask.", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_dlq_drop = {
	.name = "dlq drop",
	.args = "[ID...]",
	.summary = "Delete dead letters",
	.details = "Those with these ids, or those that fit the filters, open ones unless told otherwise. It "
		   "says how many "
		   "and asks. Retention ('db prune') deletes them by age, too.\n"
		   "\n"
		   "    tickertone dlq drop -c tickertone.yaml 1b4e28ba\n"
		   "    tickertone dlq drop -c tickertone.yaml --done --until 7d --yes\n",
	.group = TT_GROUP_DATA,
	.opts = options,
	.opts_size = sizeof(struct drop_opts),
	.max_args = -1,
	.run = run_drop,
};
