/* cli.c - finds the command, runs it, turns its result into one line on standard error and an exit status. */
#include "app/cli/cli.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

#include "app/cli/cli_parts.h"
#include "common/suggest.h"

enum { TEXT_MAX = 1 << 20 };

static int exit_status(int rc)
{
	switch (rc) {
	case TT_OK:
		return EX_OK;
	case TT_CLI_NO:
		return EXIT_FAILURE;
	case TT_EUSAGE:
		return EX_USAGE;
	case TT_EPARSE:
	case TT_EDATA:
	case TT_ELIMIT:
		return EX_DATAERR;
	case TT_ENOENT:
		return EX_NOINPUT;
	case TT_EPEER:
		return EX_UNAVAILABLE;
	case TT_EREFUSED:
		return EX_NOPERM;
	case TT_ENOMEM:
		return EX_OSERR;
	case TT_EIO:
		return EX_IOERR;
	case TT_EAGAIN:
		return EX_TEMPFAIL;
	case TT_ECONF:
		return EX_CONFIG;
	default:
		return EX_SOFTWARE;
	}
}

bool tt_cmd_in_group(const struct tt_cmd *cmd, const char *word)
{
	size_t n = strlen(word);
	return strncmp(cmd->name, word, n) == 0 && (cmd->name[n] == ' ' || cmd->name[n] == '\0');
}

/* The command that argv starts with, the longest name first; *words is how many of argv are its name. */
static const struct tt_cmd *find_command(int argc, char **argv, int *words)
{
	const struct tt_cmd *found = NULL;
	for (const struct tt_cmd *const *c = tt_cmds; *c && argc > 0; c++) {
		const char *second = strchr((*c)->name, ' ');
		if (!tt_cmd_in_group(*c, argv[0]))
			continue;
		if (!second && !found)
			found = *c, *words = 1;
		else if (second && argc > 1 && strcmp(second + 1, argv[1]) == 0)
			found = *c, *words = 2;
	}
	return found;
}

static bool is_group(const char *word)
{
	for (const struct tt_cmd *const *c = tt_cmds; *c; c++)
		if (tt_cmd_in_group(*c, word) && strchr((*c)->name, ' '))
			return true;
	return false;
}

/* argv[0] names nothing, or a group whose second word is wrong or missing. */
static int no_command(int argc, char **argv, struct tt_err *err)
{
	bool group = is_group(argv[0]);
	const char *of = group ? argv[0] : "", *gap = group ? " " : "";
	if (group && argc < 2)
		return tt_err_set(
			err, TT_EUSAGE, "'%s' needs a second word (see 'tickertone help %s')", of, of);
	struct tt_suggest s = {.typed = tt_str_c(argv[group])};
	char hint[128] = "";
	for (const struct tt_cmd *const *c = tt_cmds; *c; c++) {
		struct tt_str second = tt_str_c((*c)->name), first = tt_str_split(&second, ' ');
		if (!group)
			tt_suggest_try(&s, first);
		else if (second.p && tt_cmd_in_group(*c, of))
			tt_suggest_try(&s, second);
	}
	if (s.best.p)
		snprintf(hint, sizeof(hint), ", did you mean '%s%s%.*s'?", of, gap, TT_FMT(s.best));
	return tt_err_set(err, TT_EUSAGE, "unknown command '%s%s%s'%s (see 'tickertone help%s%s')", of, gap,
		argv[group], hint, gap, of);
}

/* Prints what was built up in text. */
static int print(struct tt_buf *text, struct tt_err *err)
{
	int rc = text->rc;
	if (rc < 0)
		tt_err_set(err, rc, "%s", tt_err_text(rc));
	else
		fwrite(text->p, 1, text->n, stdout);
	tt_buf_done(text);
	return rc;
}

static int print_help(const struct tt_cmd *cmd, const char *word, struct tt_err *err)
{
	struct tt_buf text;
	tt_buf_init(&text, TEXT_MAX);
	if (cmd)
		tt_cli_help(cmd, tt_cli_style_of(STDOUT_FILENO), &text);
	else
		tt_cli_overview(word, tt_cli_style_of(STDOUT_FILENO), &text);
	return print(&text, err);
}

static int print_version(struct tt_err *err)
{
	struct tt_buf text;
	tt_buf_init(&text, TEXT_MAX);
	tt_version_text(&text);
	return print(&text, err);
}

/* "help", "help score", "help db", "help db migrate". */
static int help_for(int argc, char **argv, struct tt_err *err)
{
	int words = 0;
	const struct tt_cmd *cmd = find_command(argc, argv, &words);
	if (argc == 0 || (argc == 1 && !cmd && is_group(argv[0])))
		return print_help(NULL, argc ? argv[0] : NULL, err);
	return cmd ? print_help(cmd, NULL, err) : no_command(argc, argv, err);
}

static int run_command(const struct tt_cmd *cmd, int argc, char **argv, struct tt_err *err)
{
	enum tt_cli_ask ask;
	void *opts = calloc(1, cmd->opts_size + 1);
	char **args =
		calloc((size_t)argc + 1, sizeof(*args)); /* sorted by the parser; tt_cli_argv() is as given */
	int rc = TT_ENOMEM;
	if (!opts || !args)
		goto out;
	memcpy(args, argv, (size_t)argc * sizeof(*args));
	if (cmd->defaults)
		memcpy(opts, cmd->defaults, cmd->opts_size);
	rc = tt_cli_parse(cmd, &argc, args, opts, &ask, err);
	if (rc < 0)
		goto out;
	if (ask == TT_CLI_HELP)
		rc = print_help(cmd, NULL, err);
	else if (ask == TT_CLI_VERSION)
		rc = print_version(err);
	else
		rc = cmd->run(opts, argc, args, err);
out:
	free(args);
	free(opts);
	return rc;
}

/* argv without the program's name. */
static int dispatch(int argc, char **argv, struct tt_err *err)
{
	int words = 0;
	if (argc == 0)
		return tt_err_set(err, TT_EUSAGE, "no command given (see 'tickertone help')");
	if (strcmp(argv[0], "--help") == 0 || strcmp(argv[0], "-h") == 0 || strcmp(argv[0], "help") == 0)
		return help_for(argc - 1, argv + 1, err);
	if (strcmp(argv[0], "--version") == 0 || strcmp(argv[0], "-V") == 0)
		return print_version(err);
	if (argv[0][0] == '-')
		return tt_err_set(err, TT_EUSAGE,
			"unknown option '%s' before the command (see 'tickertone help')", argv[0]);
	const struct tt_cmd *cmd = find_command(argc, argv, &words);
	if (cmd)
		return run_command(cmd, argc - words, argv + words, err);
	if (argc == 2 && is_group(argv[0]) && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0))
		return print_help(NULL, argv[0], err);
	return no_command(argc, argv, err);
}

/* The reader of our output went away, as `head` does: end as if SIGPIPE had never been ignored. */
static void end_by_sigpipe_if_unread(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
	if (poll(&out, 1, 0) == 1 && (out.revents & POLLERR)) {
		signal(SIGPIPE, SIG_DFL);
		raise(SIGPIPE);
	}
}

static char **given;

char *const *tt_cli_argv(void)
{
	return given;
}

int tt_cli_main(int argc, char **argv)
{
	struct tt_err err = {0};
	given = argv;
	signal(SIGPIPE, SIG_IGN);
	int rc = dispatch(argc > 0 ? argc - 1 : 0, argv + (argc > 0), &err);
	bool unwritten = fflush(stdout) != 0 || ferror(stdout);
	if (unwritten)
		end_by_sigpipe_if_unread();
	if (unwritten && rc >= TT_OK)
		rc = tt_err_set(&err, TT_EIO, "standard output: %s", strerror(errno ? errno : EIO));
	if (rc < 0)
		fprintf(stderr, "tickertone: %s\n", err.msg[0] ? err.msg : tt_err_text(rc));
	return exit_status(rc);
}
