/* cmd_bench.c - `tickertone bench`: how fast this machine is, in which precision, and what to configure. */
#include <stdio.h>
#include <unistd.h>

#include "app/bench/print.h"
#include "app/cli/term.h"
#include "app/commands.h"
#include "app/paths.h"
#include "app/score/score_opts.h"
#include "common/datadir.h"
#include "nlp/load.h"

enum { OUT_MAX = 1 << 20, WIDTH_DEFAULT = 80, WIDTH_MAX = 110 };

struct bench_opts {
	const char *model;
	int precision, format; /* 0: all, else 1 + enum tt_precision */
	int64_t threads, max_tokens;
	double seconds;
	bool json;
};

static const struct tt_cli_opt opts[] = {
	TT_OPT_MODEL(struct bench_opts),
	{"precision", 'p', TT_CLI_ENUM, offsetof(struct bench_opts, precision), "P",
		"Measure this one, and fp32 to compare it with.", 0, 0, "all|fp32|bf16|int8"},
	TT_OPT_THREADS(struct bench_opts),
	{"seconds", 's', TT_CLI_REAL, offsetof(struct bench_opts, seconds), "S",
		"Measure the speed of each precision for S seconds, in seven rounds.", 0.01, 86400, NULL},
	TT_OPT_FORMAT(struct bench_opts),
	TT_OPT_MAX_TOKENS(struct bench_opts),
	{"json", 'j', TT_CLI_FLAG, offsetof(struct bench_opts, json), NULL, "Print one JSON object.", 0, 0,
		NULL},
	{0},
};

static int choose(struct tt_bench_plan *plan, int asked, struct tt_err *err)
{
	for (int p = 0; p < TT_PRECISIONS; p++) {
		plan->with[p] = tt_bench_can(p) && (!asked || asked == 1 + p);
		if (asked == 1 + p && !tt_bench_can(p))
			return tt_err_set(err, TT_EUSAGE,
				"--precision %s: this processor has no instructions for it",
				tt_precision_name(p));
	}
	return TT_OK;
}

static int read_texts(struct tt_bench_texts *t, const char *file, int format, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	int rc = file ? TT_OK : tt_data_path("bench.txt", path, sizeof(path), err);
	return rc < 0 ? rc : tt_bench_texts_read(t, file ? file : path, format, TT_BENCH_TEXTS_MAX, err);
}

static int print(const struct tt_bench_report *r, bool json, struct tt_err *err)
{
	struct tt_buf out;
	const int columns = tt_term_width(STDOUT_FILENO);
	const size_t width = columns <= 0 ? WIDTH_DEFAULT : columns > WIDTH_MAX ? WIDTH_MAX : (size_t)columns;
	tt_buf_init(&out, OUT_MAX);
	int rc = json ? tt_bench_print_json(&out, r) : tt_bench_print_text(&out, r, width);
	if (rc < 0)
		tt_err_set(err, rc, "output: %s", tt_err_text(rc));
	else
		fwrite(out.p, 1, out.n, stdout);
	tt_buf_done(&out);
	return rc;
}

static int run(const void *options, int argc, char **argv, struct tt_err *err)
{
	const struct bench_opts *o = options;
	char dir[TT_PATH_MAX];
	struct tt_loaded loaded = {0};
	struct tt_bench_texts texts = {0};
	struct tt_bench_result result;
	struct tt_bench_plan plan = {.dir = dir, .threads = (int)o->threads, .seconds = o->seconds};
	struct tt_bench_report report = {.model = dir,
		.file = argc > 0 ? argv[0] : NULL,
		.texts = &texts,
		.result = &result,
		.why = loaded.why,
		.model_given = o->model,
		.threads_given = (int)o->threads,
		.seconds = o->seconds};
	int rc = choose(&plan, o->precision, err);
	if (rc == TT_OK)
		rc = tt_model_path(o->model, dir, err);
	if (rc == TT_OK) /* auto's choice; it also has the file in memory before loading is timed */
		rc = tt_load(&loaded, dir, TT_CHOOSE_AUTO, 1, err);
	if (rc < 0)
		return rc;
	report.taken = tt_model_facts(loaded.model)->precision;
	tt_model_free(loaded.model);
	loaded.model = NULL;
	tt_bench_texts_init(&texts, loaded.tokenizer, (size_t)o->max_tokens);
	rc = read_texts(&texts, report.file, o->format, err);
	if (rc == TT_OK)
		rc = tt_bench_measure(&result, &plan, &texts, err);
	if (rc == TT_OK) {
		report.advice = tt_bench_advise(&result, report.taken);
		rc = print(&report, o->json, err);
	}
	tt_bench_texts_done(&texts);
	tt_load_done(&loaded);
	return rc;
}

const struct tt_cmd tt_cmd_bench = {
	.name = "bench",
	.args = "[FILE|-]",
	.summary = "Measure how fast texts are scored on this machine, and say what to configure",
	.details =
		"Reads texts in every precision that this processor has instructions for and prints how many "
		"it "
		"reads in a second, how long one alone takes, how long the model takes to load and how much "
		"memory its weights need; how far the probabilities are from fp32's; and, when the texts are "
		"labelled, accuracy. The end is what to write into the configuration.\n\n"
		"FILE has texts in any of the forms that score reads; each counts once, and of more than "
		"10000 an even choice is taken. Without FILE: headlines and long items that come with "
		"tickertone. Your own are better: speed depends on their lengths. Cleaning and tokenizing "
		"are not timed.\n\n"
		"A machine that does something else meanwhile is measured badly. Precisions take turns, so "
		"that their ratios hold all the same; when rounds differ much, that is said.\n\n"
		"    tickertone bench\n"
		"    tickertone bench --seconds 60 --json headlines.csv >speed.json",
	.group = TT_GROUP_TEXT,
	.opts = opts,
	.defaults = &(const struct bench_opts){.seconds = 10},
	.opts_size = sizeof(struct bench_opts),
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
