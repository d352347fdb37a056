/* cli_parts.h - what the files of the command line (cli*.c) share; commands need only cli.h. */
#ifndef TT_APP_CLI_PARTS_H
#define TT_APP_CLI_PARTS_H

#include "app/cli/cli.h"

enum tt_cli_ask { TT_CLI_RUN, TT_CLI_HELP, TT_CLI_VERSION };

/* cli_parse.c: reads the options of argv[0..*argc) into opts and moves the arguments to the front of argv.
 * --help and
 * --version stop the reading and say so in *ask. Errors: TT_EUSAGE. */
int tt_cli_parse(const struct tt_cmd *cmd, int *argc, char **argv, void *opts, enum tt_cli_ask *ask,
	struct tt_err *err);

/* True when word is the first word of cmd's name. */
bool tt_cmd_in_group(const struct tt_cmd *cmd, const char *word);

/* cli_help.c: texts for people. style says how wide and whether headings are bold. Errors are in out->rc. */
struct tt_cli_style {
	size_t width;
	bool bold;
};
struct tt_cli_style tt_cli_style_of(int fd);
void tt_cli_help(const struct tt_cmd *cmd, struct tt_cli_style style, struct tt_buf *out);
/* All commands, or those whose first word is word. */
void tt_cli_overview(const char *word, struct tt_cli_style style, struct tt_buf *out);
void tt_cli_arg_name(const struct tt_cli_opt *opt, char ret[32]); /* "DIR"; "" for a flag */
/* " (1 to 64, default 4)", "" when there is nothing to say. */
void tt_cli_opt_facts(const struct tt_cmd *cmd, const struct tt_cli_opt *opt, struct tt_buf *out);
void tt_cli_opt_name(const struct tt_cli_opt *opt, struct tt_buf *out); /* "-m, --model DIR" */
const char *tt_cmd_group(const struct tt_cmd *cmd);

void tt_version_text(struct tt_buf *out); /* version.c: ours and those of the libraries linked */

#endif
