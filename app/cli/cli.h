/* cli.h - the command line as tables: one table per subcommand parses, checks, prints --help, the man page and the
 * shell completion. A command's file ends with its struct tt_cmd; commands.c lists them all.
 *
 * Accepted: --name VALUE, --name=VALUE, -n VALUE, -nVALUE, flags together (-qj), options between arguments, "--" before
 * arguments that start with a dash, and "-" (standard input) as an argument. An option given twice: the last one counts.
 * SIGPIPE is ignored, so that a peer cannot kill us; a command that prints much stops when ferror(stdout) is set, and
 * the end of the process is then the silent one that `... | head` expects. */
#ifndef TT_APP_CLI_H
#define TT_APP_CLI_H

#include "common/buf.h"
#include "common/err.h"

#define TT_PROGRAM_DOC "streaming sentiment and market-mood monitor"

enum tt_cli_type {
	TT_CLI_FLAG,  /* bool */
	TT_CLI_STR,   /* const char *, into argv */
	TT_CLI_FILE,  /* const char *; completion offers files */
	TT_CLI_INT,   /* int64_t within [lo, hi] */
	TT_CLI_REAL,  /* double within [lo, hi] */
	TT_CLI_ENUM,  /* int, index into choices "table|jsonl|csv" */
};

/* What a command returns when all went well and its answer is no: exit status 1, and no message. */
enum { TT_CLI_NO = 1 };

struct tt_cli_opt {
	const char *name; /* "--name" without the dashes */
	char letter;      /* 0: no short form */
	enum tt_cli_type type;
	size_t offset;    /* in the command's options struct */
	const char *arg;  /* "DIR", for --help; NULL for flags */
	const char *doc;  /* one line */
	double lo, hi;    /* TT_CLI_INT, TT_CLI_REAL; both 0: no range */
	const char *choices;
};

#define TT_GROUP_SERVICE "Service"
#define TT_GROUP_TEXT    "Texts and models"
#define TT_GROUP_TRAIN   "Training"
#define TT_GROUP_FEEDS   "Feeds"
#define TT_GROUP_DATA    "Database"
#define TT_GROUP_MORE    "More"

struct tt_cmd {
	const char *name;     /* "score", or two words: "db migrate" */
	const char *args;     /* "[FILE]" */
	const char *summary;  /* one line */
	/* Paragraphs for --help and the man page, set apart by empty lines; an indented line is an example and stays as it is.
	 * NULL: none. */
	const char *details;
	const char *group; /* heading in the overview: one of TT_GROUP_*; NULL: TT_GROUP_MORE */
	const struct tt_cli_opt *opts; /* ends with {0}; NULL: none but --help */
	const void *defaults; /* an options struct to start from; opts_size bytes */
	size_t opts_size;
	int min_args, max_args; /* positional; max < 0: any number */
	/* opts is the filled copy. Returns TT_OK, TT_CLI_NO or a code; the message in err is printed once by main, which also turns the code
	 * into a sysexits exit status. */
	int (*run)(const void *opts, int argc, char **argv, struct tt_err *err);
};

extern const struct tt_cmd *const tt_cmds[]; /* commands.c; ends with NULL */

/* Parses argv[1..], finds the command (longest name first), runs it; returns the exit status. --help, --version, help COMMAND
 * and "did you mean" are handled here. */
int tt_cli_main(int argc, char **argv);

/* What tt_cli_main was given, ending with NULL: for a command that another program runs. */
char *const *tt_cli_argv(void);

/* Generated from the same tables: man page (mdoc or man macros), completion for bash, zsh and fish. */
int tt_cli_man(struct tt_buf *out);
int tt_cli_completion(const char *shell, struct tt_buf *out, struct tt_err *err);

#endif
