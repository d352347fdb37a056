/* test_cli.c - the command line against a table of its own: every kind of option, every way to get it wrong,
 * help and hints. */
#include "app/cli/cli_parts.h"
#include "common/suggest.h"
#include "tests/fault.h"
#include "tests/tt_test.h"

struct opts {
	bool quiet, json;
	const char *model, *file;
	int64_t threads;
	double share;
	int format;
};

static const struct opts defaults = {.model = "mini", .threads = 2, .share = 0.5, .format = 1};
static const struct tt_cli_opt table[] = {
	{"quiet", 'q', TT_CLI_FLAG, offsetof(struct opts, quiet), NULL, "Say less", 0, 0, NULL},
	{"json", 'j', TT_CLI_FLAG, offsetof(struct opts, json), NULL, "Print JSON", 0, 0, NULL},
	{"model", 'm', TT_CLI_STR, offsetof(struct opts, model), "NAME", "The model", 0, 0, NULL},
	{"input-file", 0, TT_CLI_FILE, offsetof(struct opts, file), NULL,
		"A file with a description that is so long that it has to be wrapped to stay within the "
		"width",
		0, 0, NULL},
	{"threads", 't', TT_CLI_INT, offsetof(struct opts, threads), "N", "Threads", 1, 64, NULL},
	{"share", 0, TT_CLI_REAL, offsetof(struct opts, share), "X", "Share", 0, 1, NULL},
	{"format", 'f', TT_CLI_ENUM, offsetof(struct opts, format), NULL, "Form", 0, 0, "table|jsonl|csv"},
	{0},
};

static struct opts seen;
static char seen_args[200];

/* Of a command without options. */
static int run_plain(const void *given, int argc, char **argv, struct tt_err *err)
{
	(void)given;
	seen_args[0] = '\0';
	for (int i = 0; i < argc; i++) {
		size_t n = strlen(seen_args);
		snprintf(seen_args + n, sizeof(seen_args) - n, "%s|", argv[i]);
	}
	return argc && strcmp(argv[0], "fail") == 0 ? tt_err_set(err, TT_EPEER, "server away") : TT_OK;
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	seen = *(const struct opts *)given;
	return run_plain(given, argc, argv, err);
}

static const struct tt_cmd score = {.name = "score",
	.args = "[FILE]",
	.summary = "Score texts",
	.group = TT_GROUP_TEXT,
	.details = "First line\nof a paragraph.\n\n    an   example\n\nLast.",
	.opts = table,
	.defaults = &defaults,
	.opts_size = sizeof(struct opts),
	.min_args = 0,
	.max_args = 2,
	.run = run};
static const struct tt_cmd migrate = {
	.name = "db migrate", .summary = "Bring the schema up to date", .run = run_plain};
static const struct tt_cmd status = {.name = "db status",
	.args = "NAME",
	.summary = "Show the schema",
	.min_args = 1,
	.max_args = -1,
	.run = run_plain};

/* In the place of commands.c. */
const struct tt_cmd *const tt_cmds[] = {&score, &migrate, &status, NULL};

static int parse(const char *line, struct opts *o, char args[200], enum tt_cli_ask *ask, struct tt_err *err)
{
	char *argv[16], copy[200], *rest = copy;
	int argc = 0;
	static char kept[200];
	snprintf(copy, sizeof(copy), "%s", line);
	memcpy(kept, copy, sizeof(kept)); /* option values point into argv */
	rest = kept;
	for (char *word; (word = strsep(&rest, " ")) && *word;)
		argv[argc++] = word;
	*o = defaults;
	int rc = tt_cli_parse(&score, &argc, argv, o, ask, err);
	args[0] = '\0';
	for (int i = 0; i < argc && rc == TT_OK; i++) {
		size_t n = strlen(args);
		snprintf(args + n, 200 - n, "%s|", argv[i]);
	}
	return rc;
}

static const struct {
	const char *line;
	bool quiet, json;
	const char *model;
	int64_t threads;
	double share;
	int format;
	const char *args;
} good[] = {
	{"", false, false, "mini", 2, 0.5, 1, ""},
	{"a", false, false, "mini", 2, 0.5, 1, "a|"},
	{"-", false, false, "mini", 2, 0.5, 1, "-|"},
	{"-q", true, false, "mini", 2, 0.5, 1, ""},
	{"-qj", true, true, "mini", 2, 0.5, 1, ""},
	{"--quiet a --json b", true, true, "mini", 2, 0.5, 1, "a|b|"},
	{"--model=x", false, false, "x", 2, 0.5, 1, ""},
	{"--model=", false, false, "", 2, 0.5, 1, ""},
	{"--model=a=b", false, false, "a=b", 2, 0.5, 1, ""},
	{"--model x", false, false, "x", 2, 0.5, 1, ""},
	{"--model --json", false, false, "--json", 2, 0.5, 1, ""},
	{"-m x", false, false, "x", 2, 0.5, 1, ""},
	{"-mx", false, false, "x", 2, 0.5, 1, ""},
	{"-qmx", true, false, "x", 2, 0.5, 1, ""},
	{"-qm x", true, false, "x", 2, 0.5, 1, ""},
	{"-m x -m y", false, false, "y", 2, 0.5, 1, ""},
	{"-t 64", false, false, "mini", 64, 0.5, 1, ""},
	{"--share 0.25 --share=1e-2", false, false, "mini", 2, 0.01, 1, ""},
	{"--format csv", false, false, "mini", 2, 0.5, 2, ""},
	{"-f table", false, false, "mini", 2, 0.5, 0, ""},
	{"-- -q --help", false, false, "mini", 2, 0.5, 1, "-q|--help|"},
	{"a -- -", false, false, "mini", 2, 0.5, 1, "a|-|"},
};

TT_TEST(options_and_arguments)
{
	for (size_t i = 0; i < TT_LEN(good); i++) {
		struct opts o;
		struct tt_err err = {0};
		enum tt_cli_ask ask;
		char args[200];
		TT_EQ_ROW(i, parse(good[i].line, &o, args, &ask, &err), TT_OK);
		TT_EQ_ROW(i, ask, TT_CLI_RUN);
		TT_EQ_ROW(i, o.quiet, good[i].quiet);
		TT_EQ_ROW(i, o.json, good[i].json);
		TT_STR_EQ_ROW(i, tt_str_c(o.model), tt_str_c(good[i].model));
		TT_EQ_ROW(i, o.threads, good[i].threads);
		TT_NEAR_ROW(i, o.share, good[i].share, 0);
		TT_EQ_ROW(i, o.format, good[i].format);
		TT_STR_EQ_ROW(i, tt_str_c(args), tt_str_c(good[i].args));
	}
}

static const struct {
	const char *line, *message; /* the message's beginning */
} bad[] = {
	{"--modle x",
		"score: unknown option '--modle', did you mean '--model'? (see 'tickertone score --help')"},
	{"--zzzzzzzz", "score: unknown option '--zzzzzzzz' (see"},
	{"--versoin", "score: unknown option '--versoin', did you mean '--version'?"},
	{"-x", "score: unknown option '-x' (see"},
	{"-qx", "score: unknown option '-x' (see"},
	{"--quiet=1", "score: no value is taken by 'quiet'"},
	{"--model", "score: a value is missing after '--model'"},
	{"-m", "score: a value is missing after '-m'"},
	{"-qm", "score: a value is missing after '-qm'"},
	{"-t x", "score: --threads: 'x' is not a whole number (1 to 64)"},
	{"-t 0", "score: --threads: '0' is not a whole number (1 to 64)"},
	{"-t 65", "score: --threads: '65' is not a whole number (1 to 64)"},
	{"-t 1.5", "score: --threads: '1.5' is not a whole number (1 to 64)"},
	{"--share nan", "score: --share: 'nan' is not a number (0 to 1)"},
	{"--share 2", "score: --share: '2' is not a number (0 to 1)"},
	{"--format xml", "score: --format: 'xml' is not one of the choices (table, jsonl or csv)"},
	{"a b c", "score: unexpected argument 'c'"},
};

TT_TEST(mistakes_are_named)
{
	for (size_t i = 0; i < TT_LEN(bad); i++) {
		struct opts o;
		struct tt_err err = {0};
		enum tt_cli_ask ask;
		char args[200];
		TT_EQ_ROW(i, parse(bad[i].line, &o, args, &ask, &err), TT_EUSAGE);
		if (!tt_str_starts(tt_str_c(err.msg), tt_str_c(bad[i].message)))
			TT_STR_EQ_ROW(i, tt_str_c(err.msg), tt_str_c(bad[i].message));
	}
}

TT_TEST(help_and_version_are_asked_for)
{
	struct opts o;
	enum tt_cli_ask ask;
	char args[200];
	TT_TRUE(parse("a b c --help", &o, args, &ask, NULL) == TT_OK && ask == TT_CLI_HELP);
	TT_TRUE(parse("-qh", &o, args, &ask, NULL) == TT_OK && ask == TT_CLI_HELP);
	TT_TRUE(parse("--version", &o, args, &ask, NULL) == TT_OK && ask == TT_CLI_VERSION);
}

/* Exit status of a whole command line; output goes nowhere. */
static int status_of(const char *line)
{
	char copy[200], *rest = copy, *argv[16] = {(char *)"tickertone"};
	int argc = 1;
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *word; (word = strsep(&rest, " ")) && *word;)
		argv[argc++] = word;
	return tt_cli_main(argc, argv);
}

TT_TEST(commands_and_exit_codes)
{
	static const struct {
		const char *line;
		int status;
		const char *args; /* of the command that ran; NULL: none */
	} rows[] = {
		{"score a", 0, "a|"},
		{"score fail", 69, "fail|"},
		{"score -x", 64, NULL},
		{"db migrate", 0, ""},
		{"db status a b c", 0, "a|b|c|"},
		{"db status", 64, NULL},
		{"db migrate x", 64, NULL},
		{"db", 64, NULL},
		{"db nope", 64, NULL},
		{"nope", 64, NULL},
		{"-x", 64, NULL},
		{"help nope", 64, NULL},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		snprintf(seen_args, sizeof(seen_args), "none");
		TT_EQ_ROW(i, status_of(rows[i].line), rows[i].status);
		TT_STR_EQ_ROW(i, tt_str_c(seen_args), tt_str_c(rows[i].args ? rows[i].args : "none"));
	}
}

TT_TEST(help_is_laid_out)
{
	struct tt_buf b;
	tt_buf_init(&b, 1 << 16);
	tt_cli_help(&score, (struct tt_cli_style){60, false}, &b);
	TT_STR_EQ(tt_buf_view(&b), TT_STR("tickertone score: Score texts\n"
					  "\nUsage:\n  tickertone score [OPTIONS] [FILE]\n"
					  "\nOptions:\n"
					  "  -q, --quiet                  Say less\n"
					  "  -j, --json                   Print JSON\n"
					  "  -m, --model NAME             The model (default mini)\n"
					  "      --input-file INPUT-FILE  A file with a description\n"
					  "                               that is so long that it has\n"
					  "                               to be wrapped to stay within\n"
					  "                               the width\n"
					  "  -t, --threads N              Threads (1 to 64, default 2)\n"
					  "      --share X                Share (0 to 1, default 0.5)\n"
					  "  -f, --format FORMAT          Form (table, jsonl or csv,\n"
					  "                               default jsonl)\n"
					  "  -h, --help                   Print this help\n"
					  "      --version                Print the version of the\n"
					  "                               program and its libraries\n"
					  "\nFirst line of a paragraph.\n\n    an   example\n\nLast.\n"));
	tt_buf_reset(&b);
	tt_cli_overview(NULL, (struct tt_cli_style){60, false}, &b);
	TT_TRUE(strstr(b.p, "\nTexts and models:\n  score       Score texts\n\nMore:\n  db migrate  Bring "
			    "the schema up to date\n"));
	tt_buf_reset(&b);
	tt_cli_overview("db", (struct tt_cli_style){60, false}, &b);
	TT_TRUE(strstr(b.p, "tickertone db [OPTIONS]") && !strstr(b.p, "score"));
	tt_buf_done(&b);
}

TT_TEST(near_names)
{
	static const struct {
		const char *a, *b;
		size_t distance;
	} rows[] = {
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "", 3},
		{"model", "modle", 1}, /* swapped */
		{"kitten", "sitting", 3},
		{"ca", "abc", 3},
		{"same", "same", 0},
	};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		TT_EQ_ROW(i, tt_edit_distance(tt_str_c(rows[i].a), tt_str_c(rows[i].b)), rows[i].distance);
	char text[80] = {0};
	memset(text, 'x', 64);
	TT_EQ(tt_edit_distance(tt_str_c(text), TT_STR("x")), SIZE_MAX);
}

static int make_text(int which, struct tt_buf *out)
{
	struct tt_cli_style style = {80, true};
	static const char *const shells[] = {"bash", "zsh", "fish"};
	if (which < 3)
		return tt_cli_completion(shells[which], out, NULL);
	if (which == 3)
		return tt_cli_man(out);
	if (which == 4)
		tt_cli_help(&score, style, out);
	else
		tt_cli_overview(NULL, style, out);
	return out->rc;
}

TT_TEST(texts_survive_out_of_memory)
{
	for (int which = 0; which < 6; which++) {
		int n = 0, rc = TT_ENOMEM;
		for (; n < 500 && rc == TT_ENOMEM; n++) {
			struct tt_buf b;
			long live = tt_alloc_live();
			tt_buf_init(&b, 1 << 20);
			tt_fault_alloc_after(n);
			rc = make_text(which, &b);
			tt_fault_off();
			tt_buf_done(&b);
			TT_EQ_ROW(n, tt_alloc_live(), live);
		}
		TT_EQ_ROW(which, rc, TT_OK);
		TT_TRUE(n > 2);
	}
	TT_EQ(tt_cli_completion("tcsh", NULL, NULL), TT_EUSAGE);
}

TT_MAIN(TT_RUN(options_and_arguments), TT_RUN(mistakes_are_named), TT_RUN(help_and_version_are_asked_for),
	TT_RUN(commands_and_exit_codes), TT_RUN(help_is_laid_out), TT_RUN(near_names),
	TT_RUN(texts_survive_out_of_memory))
