/* cmd_docs.c - `tickertone docs`: the documents that the tables of the program already know. The build makes
 * the manual page and the completions with it; docs/CONFIGURATION.md and docs/METRICS.md are committed and
 * compared by a test. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/conf.h"
#include "common/metrics.h"
#include "common/suggest.h"

enum { TEXT_MAX = 16 << 20 };

struct docs_opts {
	const char *output;
};

static const struct tt_cli_opt opts[] = {
	{"output", 'o', TT_CLI_FILE, offsetof(struct docs_opts, output), "FILE",
		"Write there and not to standard output", 0, 0, NULL},
	{0},
};

static int configuration(struct tt_buf *out)
{
	return tt_conf_markdown(tt_app_sections, out);
}

static const struct {
	const char *name;
	int (*make)(struct tt_buf *out);
} documents[] = {{"man", tt_cli_man}, {"configuration", configuration}, {"metrics", tt_metrics_markdown}};

static int make(int argc, char **argv, struct tt_buf *out, struct tt_err *err)
{
	struct tt_suggest near = {.typed = tt_str_c(argv[0])};
	if (strcmp(argv[0], "completion") == 0) {
		if (argc != 2)
			return tt_err_set(
				err, TT_EUSAGE, "docs completion: needs a shell: bash, zsh or fish");
		return tt_cli_completion(argv[1], out, err);
	}
	if (argc != 1)
		return tt_err_set(err, TT_EUSAGE, "docs: unexpected argument '%s'", argv[1]);
	tt_suggest_try(&near, TT_STR("completion"));
	for (size_t i = 0; i < TT_LEN(documents); i++) {
		if (strcmp(argv[0], documents[i].name) == 0)
			return documents[i].make(out);
		tt_suggest_try(&near, tt_str_c(documents[i].name));
	}
	return tt_err_set(err, TT_EUSAGE, "docs: unknown document '%s'%s%.*s%s", argv[0],
		near.best.p ? ", did you mean '" : "", TT_FMT(near.best), near.best.p ? "'?" : "");
}

static int write_to(const char *path, struct tt_str text, struct tt_err *err)
{
	FILE *f = path ? fopen(path, "we") : stdout;
	if (!f)
		return tt_err_set(err, TT_EIO, "%s: %s", path, strerror(errno));
	bool failed = fwrite(text.p, 1, text.n, f) != text.n;
	if (path && (fclose(f) != 0 || failed))
		return tt_err_set(err, TT_EIO, "%s: %s", path, strerror(errno));
	return TT_OK;
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct docs_opts *o = given;
	struct tt_buf text;
	struct tt_err made = {0};
	tt_buf_init(&text, TEXT_MAX);
	int rc = make(argc, argv, &text, &made);
	if (rc < 0)
		tt_err_set(err, rc, "%s", made.msg[0] ? made.msg : tt_err_text(rc));
	else
		rc = write_to(o->output, tt_buf_view(&text), err);
	tt_buf_done(&text);
	return rc;
}

const struct tt_cmd tt_cmd_docs = {
	.name = "docs",
	.args = "man|completion SHELL|configuration|metrics",
	.summary = "Print the manual page, a shell completion, or a reference",
	.details = "Everything is made from the tables that the program itself works with. SHELL is bash, "
		   "zsh or fish.\n"
		   "\n"
		   "    source <(tickertone docs completion bash)\n"
		   "    tickertone docs man | man -l -\n",
	.group = TT_GROUP_MORE,
	.opts = opts,
	.opts_size = sizeof(struct docs_opts),
	.min_args = 1,
	.max_args = 2,
	.run = run,
};
