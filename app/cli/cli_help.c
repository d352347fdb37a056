/* cli_help.c - --help: the overview and the page of one command, wrapped to the terminal. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "app/cli/cli_parts.h"
#include "app/cli/term.h"
#include "common/utf8.h"

enum { WIDTH_MIN = 40, WIDTH_DEFAULT = 80, WIDTH_MAX = 110, NAME_WIDTH_MAX = 28, TEXT_MAX = 1 << 20 };

struct tt_cli_style tt_cli_style_of(int fd)
{
	struct winsize w;
	int64_t width = WIDTH_DEFAULT;
	bool terminal = isatty(fd);
	if (terminal && ioctl(fd, TIOCGWINSZ, &w) == 0 && w.ws_col)
		width = w.ws_col;
	else
		tt_str_int(tt_str_c(getenv("COLUMNS")), 1, 10000, &width);
	width = width < WIDTH_MIN ? WIDTH_MIN : width > WIDTH_MAX ? WIDTH_MAX : width;
	const char *no_color = getenv("NO_COLOR");
	return (struct tt_cli_style){(size_t)width, terminal && !(no_color && *no_color)};
}

const char *tt_cmd_group(const struct tt_cmd *cmd)
{
	return cmd->group ? cmd->group : TT_GROUP_MORE;
}

static void heading(struct tt_buf *out, struct tt_cli_style style, const char *text)
{
	tt_buf_printf(out, style.bold ? "\n\033[1m%s:\033[0m\n" : "\n%s:\n", text);
}

static void spaces(struct tt_buf *out, size_t n)
{
	tt_buf_printf(out, "%*s", (int)n, "");
}

/* One row of a two-column list: a name, then its text from column `indent` on. */
static void row(
	struct tt_buf *out, struct tt_cli_style style, size_t indent, struct tt_str name, struct tt_str text)
{
	size_t at = 2 + tt_utf8_count(name);
	tt_buf_printf(out, "  %.*s", TT_FMT(name));
	if (at + 2 > indent) {
		tt_buf_char(out, '\n');
		at = 0;
	}
	spaces(out, indent - at);
	tt_term_wrap(out, style.width, indent, indent, text);
}

void tt_cli_arg_name(const struct tt_cli_opt *o, char ret[32])
{
	snprintf(ret, 32, "%s", o->type == TT_CLI_FLAG ? "" : o->arg ? o->arg : o->name);
	for (char *c = ret; !o->arg && *c; c++)
		*c = (char)toupper((unsigned char)*c);
}

/* The next fact's separator: an opening parenthesis once, then commas. */
static const char *sep(bool *any)
{
	const char *ret = *any ? ", " : " (";
	*any = true;
	return ret;
}

static struct tt_str choice(const char *choices, int index)
{
	struct tt_str rest = tt_str_c(choices), name = {0};
	for (; index >= 0 && rest.p; index--)
		name = tt_str_split(&rest, '|');
	return name;
}

static void choices_fact(const struct tt_cli_opt *o, struct tt_buf *out, bool *any)
{
	struct tt_str rest = tt_str_c(o->choices);
	const char *gap = sep(any);
	while (rest.p) {
		struct tt_str name = tt_str_split(&rest, '|');
		tt_buf_printf(out, "%s%.*s", gap, TT_FMT(name));
		gap = rest.p && !memchr(rest.p, '|', rest.n) ? " or " : ", ";
	}
}

static void default_fact(const struct tt_cmd *cmd, const struct tt_cli_opt *o, struct tt_buf *out, bool *any)
{
	const char *from = (const char *)cmd->defaults + o->offset;
	switch (o->type) {
	case TT_CLI_FLAG:
		break;
	case TT_CLI_STR:
	case TT_CLI_FILE:
		if (*(const char *const *)from)
			tt_buf_printf(out, "%sdefault %s", sep(any), *(const char *const *)from);
		break;
	case TT_CLI_INT:
		tt_buf_printf(out, "%sdefault %lld", sep(any), (long long)*(const int64_t *)from);
		break;
	case TT_CLI_REAL:
		tt_buf_printf(out, "%sdefault %g", sep(any), *(const double *)from);
		break;
	case TT_CLI_ENUM:
		tt_buf_printf(
			out, "%sdefault %.*s", sep(any), TT_FMT(choice(o->choices, *(const int *)from)));
		break;
	}
}

void tt_cli_opt_facts(const struct tt_cmd *cmd, const struct tt_cli_opt *o, struct tt_buf *out)
{
	bool any = false;
	if (o->type == TT_CLI_ENUM)
		choices_fact(o, out, &any);
	if (o->lo != 0 || o->hi != 0)
		tt_buf_printf(out, "%s%.15g to %.15g", sep(&any), o->lo, o->hi);
	if (cmd->defaults)
		default_fact(cmd, o, out, &any);
	if (any)
		tt_buf_char(out, ')');
}

void tt_cli_opt_name(const struct tt_cli_opt *o, struct tt_buf *out)
{
	char arg[32];
	tt_cli_arg_name(o, arg);
	if (o->letter)
		tt_buf_printf(out, "-%c, ", o->letter);
	else
		spaces(out, 4);
	tt_buf_printf(out, "--%s%s%s", o->name, arg[0] ? " " : "", arg);
}

static const struct tt_cli_opt common_opts[] = {
	{"help", 'h', TT_CLI_FLAG, 0, NULL, "Print this help", 0, 0, NULL},
	{"version", 0, TT_CLI_FLAG, 0, NULL, "Print the version of the program and its libraries", 0, 0,
		NULL},
	{0},
};

static size_t widest(const struct tt_cli_opt *opts, size_t least)
{
	struct tt_buf name;
	tt_buf_init(&name, TEXT_MAX);
	for (const struct tt_cli_opt *o = opts; o && o->name; o++) {
		tt_buf_reset(&name);
		tt_cli_opt_name(o, &name);
		if (name.n > least && name.n <= NAME_WIDTH_MAX)
			least = name.n;
	}
	tt_buf_done(&name);
	return least;
}

static void options(struct tt_buf *out, struct tt_cli_style style, const struct tt_cmd *cmd,
	const struct tt_cli_opt *opts, size_t indent)
{
	struct tt_buf name, text;
	tt_buf_init(&name, TEXT_MAX);
	tt_buf_init(&text, TEXT_MAX);
	for (const struct tt_cli_opt *o = opts; o && o->name; o++) {
		tt_buf_reset(&name);
		tt_buf_reset(&text);
		tt_cli_opt_name(o, &name);
		tt_buf_str(&text, tt_str_c(o->doc));
		tt_cli_opt_facts(cmd, o, &text);
		row(out, style, indent, tt_buf_view(&name), tt_buf_view(&text));
	}
	if (name.rc < 0 || text.rc < 0)
		out->rc = name.rc < 0 ? name.rc : text.rc;
	tt_buf_done(&name);
	tt_buf_done(&text);
}

/* Paragraphs are wrapped, indented lines stay as they are. */
static void details(struct tt_buf *out, struct tt_cli_style style, const char *text)
{
	struct tt_str rest = tt_str_c(text);
	struct tt_buf para;
	tt_buf_init(&para, TEXT_MAX);
	while (rest.p) {
		struct tt_str line = tt_str_split(&rest, '\n');
		bool plain = line.n && line.p[0] != ' ' && line.p[0] != '\t';
		if (plain)
			tt_buf_printf(&para, " %.*s", TT_FMT(line));
		if (para.n && (!plain || !rest.p)) {
			tt_term_wrap(out, style.width, 0, 0, tt_buf_view(&para));
			tt_buf_reset(&para);
		}
		if (!plain && (line.n || rest.p))
			tt_buf_printf(out, "%.*s\n", TT_FMT(line));
	}
	if (para.rc < 0)
		out->rc = para.rc;
	tt_buf_done(&para);
}

void tt_cli_help(const struct tt_cmd *cmd, struct tt_cli_style style, struct tt_buf *out)
{
	const char *args = cmd->args ? cmd->args : "";
	tt_buf_printf(out, "tickertone %s: ", cmd->name);
	tt_term_wrap(out, style.width, strlen(cmd->name) + 13, 4, tt_str_c(cmd->summary));
	heading(out, style, "Usage");
	tt_buf_printf(out, "  tickertone %s%s%s%s\n", cmd->name, cmd->opts ? " [OPTIONS]" : "",
		args[0] ? " " : "", args);
	heading(out, style, "Options");
	size_t indent = widest(cmd->opts, widest(common_opts, 0)) + 4;
	options(out, style, cmd, cmd->opts, indent);
	options(out, style, &(struct tt_cmd){0}, common_opts, indent);
	if (cmd->details) {
		tt_buf_char(out, '\n');
		details(out, style, cmd->details);
	}
}

static bool shown(const struct tt_cmd *cmd, const char *word)
{
	return !word || tt_cmd_in_group(cmd, word);
}

/* The commands of one group, under its heading. */
static void overview_group(
	const char *group, const char *word, struct tt_cli_style style, size_t indent, struct tt_buf *out)
{
	heading(out, style, group);
	for (const struct tt_cmd *const *c = tt_cmds; *c; c++)
		if (shown(*c, word) && strcmp(tt_cmd_group(*c), group) == 0)
			row(out, style, indent, tt_str_c((*c)->name), tt_str_c((*c)->summary));
}

void tt_cli_overview(const char *word, struct tt_cli_style style, struct tt_buf *out)
{
	static const char *const groups[] = {
		TT_GROUP_SERVICE, TT_GROUP_TEXT, TT_GROUP_TRAIN, TT_GROUP_FEEDS, TT_GROUP_DATA, TT_GROUP_MORE};
	size_t name_width = 0;
	tt_buf_printf(out, "tickertone: " TT_PROGRAM_DOC "\n");
	heading(out, style, "Usage");
	tt_buf_printf(out, "  tickertone %s [OPTIONS] [ARGUMENTS]\n", word ? word : "COMMAND");
	for (const struct tt_cmd *const *c = tt_cmds; *c; c++)
		if (shown(*c, word) && strlen((*c)->name) > name_width)
			name_width = strlen((*c)->name);
	for (size_t g = 0; g < TT_LEN(groups); g++) {
		bool any = false;
		for (const struct tt_cmd *const *c = tt_cmds; *c; c++)
			any |= shown(*c, word) && strcmp(tt_cmd_group(*c), groups[g]) == 0;
		if (any)
			overview_group(groups[g], word, style, name_width + 4, out);
	}
	tt_buf_printf(out, "\nMore about one: tickertone help COMMAND, tickertone COMMAND --help, or the "
			   "manual tickertone(1).\n");
}
