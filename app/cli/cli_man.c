/* cli_man.c - the manual page tickertone(1) in mdoc, from the command tables. Text lines are kept short and
 * start a new line with every sentence, as mdoc wants. */
#include <string.h>

#include "app/cli/cli_parts.h"

enum { LINE_WIDTH = 72 };

/* Backslashes mean something to roff anywhere, dots and quotes at the start of a line. */
static void escaped(struct tt_str s, bool line_start, struct tt_buf *out)
{
	if (line_start && s.n && (s.p[0] == '.' || s.p[0] == '\''))
		tt_buf_str(out, TT_STR("\\&"));
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '\\')
			tt_buf_str(out, TT_STR("\\e"));
		else
			tt_buf_char(out, s.p[i]);
	}
}

static bool ends_sentence(struct tt_str word)
{
	while (word.n && strchr(")\"'", word.p[word.n - 1]))
		word.n--;
	return word.n && strchr(".!?", word.p[word.n - 1]);
}

static void text_lines(struct tt_str text, struct tt_buf *out)
{
	size_t at = 0;
	bool fresh = true;
	while (text.p) {
		struct tt_str word = tt_str_split(&text, ' ');
		if (word.n == 0)
			continue;
		if (!fresh && at + 1 + word.n > LINE_WIDTH)
			fresh = true;
		if (at)
			tt_buf_char(out, fresh ? '\n' : ' ');
		at = fresh ? word.n : at + 1 + word.n;
		escaped(word, fresh, out);
		fresh = ends_sentence(word);
	}
	tt_buf_char(out, '\n');
}

static void sentence(const char *text, struct tt_buf *out)
{
	size_t n = strlen(text);
	text_lines((struct tt_str){text, n}, out);
	if (n && !ends_sentence((struct tt_str){text, n}) && out->rc == TT_OK)
		out->p[out->n - 1] = '.', tt_buf_char(out, '\n');
}

/* One word of a macro line; short words could be taken for macros. */
static void macro_word(const char *macro, const char *word, struct tt_buf *out)
{
	tt_buf_printf(out, " %s %s", macro, strlen(word) <= 3 ? "\\&" : "");
	escaped(tt_str_c(word), false, out);
}

static void option(const struct tt_cmd *cmd, const struct tt_cli_opt *o, struct tt_buf *out)
{
	char arg[32];
	struct tt_buf text;
	tt_buf_str(out, TT_STR(".It"));
	if (o->letter)
		tt_buf_printf(out, " Fl %c ,", o->letter);
	tt_buf_printf(out, " Fl -%s", o->name);
	tt_cli_arg_name(o, arg);
	if (arg[0])
		macro_word("Ar", arg, out);
	tt_buf_char(out, '\n');
	tt_buf_init(&text, out->max);
	tt_buf_str(&text, tt_str_c(o->doc));
	tt_cli_opt_facts(cmd, o, &text);
	if (text.rc < 0)
		out->rc = text.rc;
	else
		sentence(text.p, out);
	tt_buf_done(&text);
}

/* Paragraphs as they are, indented lines as displays. */
static void details(const char *text, struct tt_buf *out)
{
	struct tt_str rest = tt_str_c(text);
	bool display = false, paragraph = false;
	while (rest.p) {
		struct tt_str line = tt_str_split(&rest, '\n');
		bool indented = line.n && (line.p[0] == ' ' || line.p[0] == '\t');
		if (display && !indented)
			tt_buf_str(out, TT_STR(".Ed\n"));
		if (indented && !display)
			tt_buf_str(out, TT_STR(".Bd -literal -offset indent\n"));
		if (line.n && !indented && !paragraph)
			tt_buf_str(out, TT_STR(".Pp\n"));
		if (indented) {
			line = tt_str_trim(line);
			escaped(line, true, out);
			tt_buf_char(out, '\n');
		} else if (line.n) {
			text_lines(line, out);
		}
		display = indented;
		paragraph = line.n && !indented;
	}
	if (display)
		tt_buf_str(out, TT_STR(".Ed\n"));
}

static void command(const struct tt_cmd *cmd, struct tt_buf *out)
{
	tt_buf_printf(out, ".Ss %s\n.Nm tickertone\n.Cm %s\n", cmd->name, cmd->name);
	if (cmd->opts)
		tt_buf_str(out, TT_STR(".Op Ar options\n"));
	if (cmd->args)
		text_lines(tt_str_c(cmd->args), out);
	tt_buf_str(out, TT_STR(".Pp\n"));
	sentence(cmd->summary, out);
	if (cmd->details)
		details(cmd->details, out);
	if (!cmd->opts)
		return;
	tt_buf_str(out, TT_STR(".Bl -tag -width Ds\n"));
	for (const struct tt_cli_opt *o = cmd->opts; o->name; o++)
		option(cmd, o, out);
	tt_buf_str(out, TT_STR(".El\n"));
}

static const char head[] = ".Dd " TT_RELEASE_DATE "\n"
			   ".Dt TICKERTONE 1\n"
			   ".Os\n"
			   ".Sh NAME\n"
			   ".Nm tickertone\n"
			   ".Nd " TT_PROGRAM_DOC "\n"
			   ".Sh SYNOPSIS\n"
			   ".Nm tickertone\n"
			   ".Ar command\n"
			   ".Op Ar options\n"
			   ".Op Ar arguments\n"
			   ".Nm tickertone\n"
			   ".Cm help\n"
			   ".Op Ar command\n"
			   ".Nm tickertone\n"
			   ".Fl -version\n"
			   ".Sh DESCRIPTION\n"
			   ".Nm\n"
			   "reads financial news as it is published, scores what each item says about\n"
			   "each company with a BERT model on ordinary CPUs, and keeps the history in\n"
			   "PostgreSQL.\n"
			   ".Pp\n"
			   "Options may stand between arguments;\n"
			   ".Fl -\n"
			   "ends them.\n"
			   "Every command has\n"
			   ".Fl -help\n"
			   "and\n"
			   ".Fl -version .\n"
			   ".Sh COMMANDS\n";

static const char tail[] = ".Sh ENVIRONMENT\n"
			   ".Bl -tag -width Ds\n"
			   ".It Ev COLUMNS\n"
			   "Width that help is wrapped to when standard output is not a terminal.\n"
			   ".It Ev NO_COLOR\n"
			   "When set and not empty, nothing is coloured or bold.\n"
			   ".El\n"
			   ".Pp\n"
			   "A configuration file may name further variables as ${NAME}.\n"
			   ".Sh EXIT STATUS\n"
			   "The codes of\n"
			   ".In sysexits.h :\n"
			   ".Bl -tag -width Ds\n"
			   ".It 0\n"
			   "Success.\n"
			   ".It 1\n"
			   "The answer is no: a test of rules failed.\n"
			   ".It 64\n"
			   "The command line is wrong.\n"
			   ".It 65\n"
			   "Input data is wrong.\n"
			   ".It 66\n"
			   "An input file does not exist.\n"
			   ".It 69\n"
			   "A server is not available.\n"
			   ".It 70\n"
			   "Anything else that failed.\n"
			   ".It 71\n"
			   "Out of memory.\n"
			   ".It 74\n"
			   "Reading or writing failed.\n"
			   ".It 75\n"
			   "Something took too long; try again.\n"
			   ".It 78\n"
			   "The configuration is wrong.\n"
			   ".El\n"
			   ".Pp\n"
			   "An error is one line on standard error that names the file, line, key or URL.\n";

int tt_cli_man(struct tt_buf *out)
{
	tt_buf_str(out, tt_str_c(head));
	for (const struct tt_cmd *const *c = tt_cmds; *c; c++)
		command(*c, out);
	tt_buf_str(out, tt_str_c(tail));
	return out->rc;
}
