/* cli_completion.c - shell completions from the command tables: commands, options, choices, and files where
 * files go. */
#include <string.h>

#include "app/cli/cli_parts.h"

typedef const struct tt_cmd *const *cmd_ptr;

static struct tt_str first_word(const struct tt_cmd *cmd)
{
	struct tt_str rest = tt_str_c(cmd->name);
	return tt_str_split(&rest, ' ');
}

static const char *second_word(const struct tt_cmd *cmd)
{
	const char *gap = strchr(cmd->name, ' ');
	return gap ? gap + 1 : NULL;
}

/* True for the first command of the table with this first word, so that a group is offered once. */
static bool is_first(cmd_ptr c)
{
	for (cmd_ptr before = tt_cmds; before < c; before++)
		if (tt_str_eq(first_word(*before), first_word(*c)))
			return false;
	return true;
}

/* The second words that go with c's first. */
static void second_words(cmd_ptr c, struct tt_buf *out)
{
	const char *gap = "";
	for (cmd_ptr d = tt_cmds; *d; d++) {
		if (!second_word(*d) || !tt_str_eq(first_word(*d), first_word(*c)))
			continue;
		tt_buf_printf(out, "%s%s", gap, second_word(*d));
		gap = " ";
	}
}

static void choices(const struct tt_cli_opt *o, struct tt_buf *out)
{
	for (const char *c = o->choices; *c; c++)
		tt_buf_char(out, *c == '|' ? ' ' : *c);
}

/* text within single quotes: a quote ends them, is escaped, begins them again. also: characters that get a
 * backslash. */
static void quoted(const char *text, const char *also, struct tt_buf *out)
{
	for (; *text; text++) {
		if (strchr(also, *text))
			tt_buf_char(out, '\\');
		if (*text == '\'')
			tt_buf_str(out, TT_STR("'\\''"));
		else
			tt_buf_char(out, *text);
	}
}

/* ---- bash ---- */

static void bash_values(const struct tt_cmd *cmd, struct tt_buf *out)
{
	for (const struct tt_cli_opt *o = cmd->opts; o && o->name; o++) {
		if (o->type == TT_CLI_FLAG)
			continue;
		tt_buf_printf(out, "\t'%s:--%s'", cmd->name, o->name);
		if (o->letter)
			tt_buf_printf(out, " | '%s:-%c'", cmd->name, o->letter);
		tt_buf_str(out, TT_STR(")\n"));
		if (o->type == TT_CLI_FILE)
			tt_buf_str(out, TT_STR("\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"));
		if (o->type == TT_CLI_ENUM) {
			tt_buf_str(out, TT_STR("\t\tmapfile -t COMPREPLY < <(compgen -W '"));
			choices(o, out);
			tt_buf_str(out, TT_STR("' -- \"$current\")\n"));
		}
		tt_buf_str(out, TT_STR("\t\treturn\n\t\t;;\n"));
	}
}

static void bash_groups(struct tt_buf *out)
{
	for (cmd_ptr c = tt_cmds; *c; c++) {
		if (!second_word(*c) || !is_first(c))
			continue;
		tt_buf_printf(out, "\t%.*s)\n\t\tsecond='", TT_FMT(first_word(*c)));
		second_words(c, out);
		tt_buf_str(out, TT_STR("'\n\t\t;;\n"));
	}
}

static void bash(struct tt_buf *out)
{
	tt_buf_str(
		out, TT_STR("# bash completion for tickertone, made by `tickertone docs completion bash`\n"
			    "_tickertone()\n{\n"
			    "\tlocal current=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
			    "\tlocal command=${COMP_WORDS[1]-} first='help' second='' options=''\n"
			    "\tCOMPREPLY=()\n"));
	for (cmd_ptr c = tt_cmds; *c; c++)
		if (is_first(c))
			tt_buf_printf(out, "\tfirst+=' %.*s'\n", TT_FMT(first_word(*c)));
	tt_buf_str(out, TT_STR("\tcase $command in\n"));
	bash_groups(out);
	tt_buf_str(out, TT_STR("\thelp)\n\t\tsecond=$first\n\t\t;;\n\tesac\n"
			       "\tif ((COMP_CWORD == 1)); then\n"
			       "\t\tmapfile -t COMPREPLY < <(compgen -W \"$first --help --version\" -- "
			       "\"$current\")\n"
			       "\t\treturn\n\tfi\n"
			       "\tif [[ $second ]] && ((COMP_CWORD == 2)); then\n"
			       "\t\tmapfile -t COMPREPLY < <(compgen -W \"$second\" -- \"$current\")\n"
			       "\t\treturn\n\tfi\n"
			       "\t[[ $second ]] && command+=\" ${COMP_WORDS[2]}\"\n"
			       "\tcase $command:$before in\n"));
	for (cmd_ptr c = tt_cmds; *c; c++)
		bash_values(*c, out);
	tt_buf_str(out, TT_STR("\tesac\n"
			       "\tif [[ $current != -* ]]; then\n"
			       "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$current\")\n"
			       "\t\treturn\n\tfi\n"
			       "\tcase $command in\n"));
	for (cmd_ptr c = tt_cmds; *c; c++) {
		tt_buf_printf(out, "\t'%s')\n\t\toptions='--help --version", (*c)->name);
		for (const struct tt_cli_opt *o = (*c)->opts; o && o->name; o++)
			tt_buf_printf(out, " --%s", o->name);
		tt_buf_str(out, TT_STR("'\n\t\t;;\n"));
	}
	tt_buf_str(out, TT_STR("\tesac\n"
			       "\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
			       "}\n"
			       "complete -o filenames -F _tickertone tickertone\n"));
}

/* ---- zsh ---- */

static void zsh_option(const struct tt_cli_opt *o, struct tt_buf *out)
{
	char arg[32];
	tt_cli_arg_name(o, arg);
	if (o->letter)
		tt_buf_printf(out, "\t\t\t'(-%c --%s)'{-%c,--%s}'[", o->letter, o->name, o->letter, o->name);
	else
		tt_buf_printf(out, "\t\t\t'--%s[", o->name);
	quoted(o->doc, "[]:\\", out);
	tt_buf_char(out, ']');
	if (o->type != TT_CLI_FLAG)
		tt_buf_printf(out, ":%s:", arg);
	if (o->type == TT_CLI_FILE)
		tt_buf_str(out, TT_STR("_files"));
	if (o->type == TT_CLI_ENUM) {
		tt_buf_char(out, '(');
		choices(o, out);
		tt_buf_char(out, ')');
	}
	tt_buf_str(out, TT_STR("' \\\n"));
}

static void zsh_describe(const char *word, const char *summary, struct tt_buf *out)
{
	tt_buf_printf(out, " '%s:", word);
	quoted(summary, ":\\", out);
	tt_buf_char(out, '\'');
}

static void zsh_first_words(struct tt_buf *out)
{
	tt_buf_str(out, TT_STR("\tcommands=('help:Print help'"));
	for (cmd_ptr c = tt_cmds; *c; c++) {
		if (!is_first(c))
			continue;
		if (second_word(*c))
			tt_buf_printf(out, " '%.*s:Several commands'", TT_FMT(first_word(*c)));
		else
			zsh_describe((*c)->name, (*c)->summary, out);
	}
	tt_buf_str(out,
		TT_STR(")\n\tif ((CURRENT == 2)); then\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
		       "\tshift words\n\t((CURRENT--))\n\tcase $command in\n"
		       "\thelp)\n\t\t_describe command commands\n\t\treturn\n\t\t;;\n"));
}

static void zsh_groups(struct tt_buf *out)
{
	for (cmd_ptr c = tt_cmds; *c; c++) {
		if (!second_word(*c) || !is_first(c))
			continue;
		tt_buf_printf(out, "\t%.*s)\n\t\tcommands=(", TT_FMT(first_word(*c)));
		for (cmd_ptr d = tt_cmds; *d; d++)
			if (second_word(*d) && tt_str_eq(first_word(*d), first_word(*c)))
				zsh_describe(second_word(*d), (*d)->summary, out);
		tt_buf_str(out,
			TT_STR(")\n\t\tif ((CURRENT == 2)); then\n\t\t\t_describe command "
			       "commands\n\t\t\treturn\n\t\tfi\n"
			       "\t\tcommand+=\" $words[2]\"\n\t\tshift words\n\t\t((CURRENT--))\n\t\t;;\n"));
	}
}

static void zsh(struct tt_buf *out)
{
	tt_buf_str(out, TT_STR("#compdef tickertone\n# made by `tickertone docs completion zsh`\n"
			       "_tickertone()\n{\n\tlocal command=$words[2]\n\tlocal -a commands\n"));
	zsh_first_words(out);
	zsh_groups(out);
	tt_buf_str(out, TT_STR("\tesac\n\tcase $command in\n"));
	for (cmd_ptr c = tt_cmds; *c; c++) {
		tt_buf_printf(out, "\t'%s')\n\t\t_arguments \\\n", (*c)->name);
		for (const struct tt_cli_opt *o = (*c)->opts; o && o->name; o++)
			zsh_option(o, out);
		tt_buf_str(out, TT_STR("\t\t\t'(-h --help)'{-h,--help}'[Print help]' '--version[Print "
				       "versions]' '*:file:_files'\n\t\t;;\n"));
	}
	tt_buf_str(out, TT_STR("\tesac\n}\n_tickertone \"$@\"\n"));
}

/* ---- fish ---- */

static void fish_option(const struct tt_cmd *cmd, const struct tt_cli_opt *o, struct tt_buf *out)
{
	const char *second = second_word(cmd);
	tt_buf_printf(out, "complete -c tickertone -n '__fish_seen_subcommand_from %.*s%s%s' -l %s",
		TT_FMT(first_word(cmd)), second ? "; and __fish_seen_subcommand_from " : "",
		second ? second : "", o->name);
	if (o->letter)
		tt_buf_printf(out, " -s %c", o->letter);
	if (o->type == TT_CLI_FILE)
		tt_buf_str(out, TT_STR(" -r -F"));
	else if (o->type != TT_CLI_FLAG)
		tt_buf_str(out, TT_STR(" -x"));
	if (o->type == TT_CLI_ENUM) {
		tt_buf_str(out, TT_STR(" -a '"));
		choices(o, out);
		tt_buf_char(out, '\'');
	}
	tt_buf_str(out, TT_STR(" -d '"));
	quoted(o->doc, "\\", out);
	tt_buf_str(out, TT_STR("'\n"));
}

static void fish_command(cmd_ptr c, struct tt_buf *out)
{
	const char *second = second_word(*c);
	if (is_first(c))
		tt_buf_printf(out, "complete -c tickertone -n __fish_use_subcommand -f -a %.*s",
			TT_FMT(first_word(*c)));
	if (is_first(c) && second)
		tt_buf_str(out, TT_STR(" -d 'Several commands'\n"));
	if (second) {
		tt_buf_printf(out,
			"complete -c tickertone -n '__fish_seen_subcommand_from %.*s; and not "
			"__fish_seen_subcommand_from ",
			TT_FMT(first_word(*c)));
		second_words(c, out);
		tt_buf_printf(out, "' -f -a %s", second);
	}
	tt_buf_str(out, TT_STR(" -d '"));
	quoted((*c)->summary, "\\", out);
	tt_buf_str(out, TT_STR("'\n"));
}

static void fish(struct tt_buf *out)
{
	tt_buf_str(
		out, TT_STR("# fish completion for tickertone, made by `tickertone docs completion fish`\n"
			    "complete -c tickertone -n __fish_use_subcommand -f -a help -d 'Print help'\n"
			    "complete -c tickertone -n __fish_use_subcommand -l version -d 'Print versions'\n"
			    "complete -c tickertone -s h -l help -d 'Print help'\n"));
	for (cmd_ptr c = tt_cmds; *c; c++) {
		fish_command(c, out);
		for (const struct tt_cli_opt *o = (*c)->opts; o && o->name; o++)
			fish_option(*c, o, out);
	}
}

int tt_cli_completion(const char *shell, struct tt_buf *out, struct tt_err *err)
{
	static const struct {
		const char *name;
		void (*make)(struct tt_buf *out);
	} shells[] = {{"bash", bash}, {"zsh", zsh}, {"fish", fish}};
	for (size_t i = 0; i < TT_LEN(shells); i++) {
		if (strcmp(shell, shells[i].name) != 0)
			continue;
		shells[i].make(out);
		return out->rc < 0 ? tt_err_set(err, out->rc, "%s", tt_err_text(out->rc)) : TT_OK;
	}
	return tt_err_set(err, TT_EUSAGE, "no completion for the shell '%s': bash, zsh or fish", shell);
}
