/* cli.h - the command line as tables: one table per subcommand parses, checks, prints --help, the man page and the
 * shell completion. A command's file ends with its struct tt_cmd; commands.c lists them all. */
#ifndef TT_APP_CLI_H
#define TT_APP_CLI_H

#include "common/buf.h"
#include "common/err.h"

enum tt_cli_type {
	TT_CLI_FLAG,  /* bool */
	TT_CLI_STR,   /* const char *, into argv */
	TT_CLI_FILE,  /* const char *; completion offers files */
	TT_CLI_INT,   /* int64_t within [lo, hi] */
	TT_CLI_REAL,  /* double within [lo, hi] */
	TT_CLI_ENUM,  /* int, index into choices "table|jsonl|csv" */
};

struct tt_cli_opt {
	const char *name; /* "--name" without the dashes */
	char letter;      /* 0: no short form */
	enum tt_cli_type type;
	size_t offset;    /* in the command's options struct */
	const char *arg;  /* "DIR", for --help; NULL for flags */
	const char *doc;  /* one line */
	double lo, hi;
	const char *choices;
};

struct tt_cmd {
	const char *name;     /* "score", or two words: "db migrate" */
	const char *args;     /* "[FILE]" */
	const char *summary;  /* one line */
	const char *details;  /* paragraphs for --help and the man page, examples included; may be NULL */
	const struct tt_cli_opt *opts; /* ends with {0}; NULL: none but --help */
	const void *defaults; /* an options struct to start from; opts_size bytes */
	size_t opts_size;
	int min_args, max_args; /* positional; max < 0: any number */
	/* opts is the filled copy. Returns TT_OK or a code; the message in err is printed once by main, which also turns the code
	 * into a sysexits exit status. */
	int (*run)(const void *opts, int argc, char **argv, struct tt_err *err);
};

extern const struct tt_cmd *const tt_cmds[]; /* commands.c; ends with NULL */

/* Parses argv[1..], finds the command (longest name first), runs it; returns the exit status. --help, --version, help COMMAND
 * and "did you mean" are handled here. */
int tt_cli_main(int argc, char **argv);

/* Generated from the same tables: man page (mdoc or man macros), completion for bash, zsh and fish. */
int tt_cli_man(struct tt_buf *out);
int tt_cli_completion(const char *shell, struct tt_buf *out, struct tt_err *err);

#endif
