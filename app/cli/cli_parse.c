/* cli_parse.c - the options of one command, by its table. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cli/cli_parts.h"
#include "common/suggest.h"

struct parse {
	const struct tt_cmd *cmd;
	char *base; /* the options struct */
	struct tt_err *err;
};

static int usage(struct parse *p, const char *what, const char *name, const char *more)
{
	return tt_err_set(p->err, TT_EUSAGE, "%s: %s '%s'%s (see 'tickertone %s --help')", p->cmd->name, what,
		name, more, p->cmd->name);
}

static const struct tt_cli_opt *find_long(const struct tt_cmd *cmd, struct tt_str name)
{
	for (const struct tt_cli_opt *o = cmd->opts; o && o->name; o++)
		if (tt_str_eq(tt_str_c(o->name), name))
			return o;
	return NULL;
}

static const struct tt_cli_opt *find_letter(const struct tt_cmd *cmd, char letter)
{
	for (const struct tt_cli_opt *o = cmd->opts; o && o->name; o++)
		if (o->letter && o->letter == letter)
			return o;
	return NULL;
}

static int bad_value(struct parse *p, const struct tt_cli_opt *o, const char *value)
{
	struct tt_buf facts;
	tt_buf_init(&facts, 400);
	tt_cli_opt_facts(&(struct tt_cmd){0}, o, &facts);
	const char *kind = o->type == TT_CLI_INT    ? "a whole number"
			   : o->type == TT_CLI_REAL ? "a number"
						    : "one of the choices";
	int rc = tt_err_set(p->err, TT_EUSAGE, "%s: --%s: '%s' is not %s%s", p->cmd->name, o->name, value,
		kind, facts.p ? facts.p : "");
	tt_buf_done(&facts);
	return rc;
}

static bool in_range(const struct tt_cli_opt *o, double v)
{
	return (o->lo == 0 && o->hi == 0) || (v >= o->lo && v <= o->hi);
}

static int choice_index(const char *choices, struct tt_str value)
{
	struct tt_str rest = tt_str_c(choices);
	for (int i = 0; rest.p; i++)
		if (tt_str_eq(tt_str_split(&rest, '|'), value))
			return i;
	return -1;
}

static bool parse_real(const char *value, double *ret)
{
	char *end;
	*ret = strtod(value, &end);
	return end != value && *end == '\0' && isfinite(*ret);
}

static int set_value(struct parse *p, const struct tt_cli_opt *o, const char *value)
{
	void *to = p->base + o->offset;
	int64_t i;
	double d;
	switch (o->type) {
	case TT_CLI_FLAG:
		*(bool *)to = true;
		return TT_OK;
	case TT_CLI_STR:
	case TT_CLI_FILE:
		*(const char **)to = value;
		return TT_OK;
	case TT_CLI_INT:
		if (!tt_str_int(tt_str_c(value), INT64_MIN, INT64_MAX, &i) || !in_range(o, (double)i))
			return bad_value(p, o, value);
		*(int64_t *)to = i;
		return TT_OK;
	case TT_CLI_REAL:
		if (!parse_real(value, &d) || !in_range(o, d))
			return bad_value(p, o, value);
		*(double *)to = d;
		return TT_OK;
	case TT_CLI_ENUM:
		if ((i = choice_index(o->choices, tt_str_c(value))) < 0)
			return bad_value(p, o, value);
		*(int *)to = (int)i;
		return TT_OK;
	}
	return TT_EUSAGE;
}

static int unknown_long(struct parse *p, struct tt_str name)
{
	struct tt_suggest s = {.typed = name};
	char typed[80], hint[128] = "";
	for (const struct tt_cli_opt *o = p->cmd->opts; o && o->name; o++)
		tt_suggest_try(&s, tt_str_c(o->name));
	tt_suggest_try(&s, TT_STR("help"));
	tt_suggest_try(&s, TT_STR("version"));
	if (s.best.p)
		snprintf(hint, sizeof(hint), ", did you mean '--%.*s'?", TT_FMT(s.best));
	snprintf(typed, sizeof(typed), "--%.*s", TT_FMT(name)); /* without its value, which may be secret */
	return usage(p, "unknown option", typed, hint);
}

/* "--name", "--name=value"; next is the argument that follows or NULL, *used how many of the two were taken.
 */
static int parse_long(struct parse *p, const char *arg, const char *next, int *used, enum tt_cli_ask *ask)
{
	struct tt_str value = tt_str_c(arg + 2), name = tt_str_split(&value, '=');
	const struct tt_cli_opt *o = find_long(p->cmd, name);
	*used = 1;
	if (!o && !value.p && tt_str_eq(name, TT_STR("help")))
		*ask = TT_CLI_HELP;
	else if (!o && !value.p && tt_str_eq(name, TT_STR("version")))
		*ask = TT_CLI_VERSION;
	else if (!o)
		return unknown_long(p, name);
	else if (o->type == TT_CLI_FLAG)
		return value.p ? usage(p, "no value is taken by", o->name, "") : set_value(p, o, NULL);
	else if (value.p)
		return set_value(p, o, value.p);
	else if (!next)
		return usage(p, "a value is missing after", arg, "");
	else
		return *used = 2, set_value(p, o, next);
	return TT_OK;
}

/* "-n value", "-nvalue", "-abc". */
static int parse_letters(struct parse *p, const char *arg, const char *next, int *used, enum tt_cli_ask *ask)
{
	*used = 1;
	for (const char *c = arg + 1; *c; c++) {
		const struct tt_cli_opt *o = find_letter(p->cmd, *c);
		int rc = TT_OK;
		if (!o && *c == 'h')
			return *ask = TT_CLI_HELP, TT_OK;
		if (!o)
			return usage(p, "unknown option", (char[]){'-', *c, '\0'}, "");
		if (o->type != TT_CLI_FLAG && c[1])
			return set_value(p, o, c + 1);
		if (o->type != TT_CLI_FLAG && !next)
			return usage(p, "a value is missing after", arg, "");
		if (o->type != TT_CLI_FLAG)
			return *used = 2, set_value(p, o, next);
		if ((rc = set_value(p, o, NULL)) < 0)
			return rc;
	}
	return TT_OK;
}

static int check_count(struct parse *p, int n, char **argv)
{
	const struct tt_cmd *cmd = p->cmd;
	if (n < cmd->min_args)
		return tt_err_set(p->err, TT_EUSAGE, "%s: an argument is missing; usage: tickertone %s %s",
			cmd->name, cmd->name, cmd->args ? cmd->args : "");
	if (cmd->max_args >= 0 && n > cmd->max_args)
		return usage(p, "unexpected argument", argv[cmd->max_args], "");
	return TT_OK;
}

int tt_cli_parse(const struct tt_cmd *cmd, int *argc, char **argv, void *opts, enum tt_cli_ask *ask,
	struct tt_err *err)
{
	struct parse p = {cmd, opts, err};
	bool options = true; /* no "--" yet */
	int n = 0, used = 1, rc = TT_OK;
	*ask = TT_CLI_RUN;
	for (int i = 0; i < *argc && rc == TT_OK && *ask == TT_CLI_RUN; i += used) {
		char *arg = argv[i], *next = i + 1 < *argc ? argv[i + 1] : NULL;
		used = 1;
		if (options && strcmp(arg, "--") == 0)
			options = false;
		else if (options && strncmp(arg, "--", 2) == 0)
			rc = parse_long(&p, arg, next, &used, ask);
		else if (options && arg[0] == '-' && arg[1])
			rc = parse_letters(&p, arg, next, &used, ask);
		else
			argv[n++] = arg; /* n <= i: nothing unread is overwritten */
	}
	if (rc == TT_OK && *ask == TT_CLI_RUN)
		rc = check_count(&p, n, argv);
	*argc = n;
	return rc;
}
