/* cmd_data_check.c - `tickertone data check`: what is wrong with labelled files before they train a model. */
#include <stdio.h>

#include "app/commands.h"
#include "app/train/check_print.h"
#include "app/train/data_load.h"

struct check_opts {
	const char *against, *model;
	int format;
	double similarity;
	bool json;
};

enum { OUTPUT_MAX = 1 << 30 };

static int load(struct tt_data_loader *l, const struct check_opts *o, int n, char **paths, struct tt_err *err)
{
	int rc = tt_data_loader_model(l, o->model, err);
	for (int i = 0; i < n && rc == TT_OK; i++)
		rc = tt_data_load(l, paths[i], (enum tt_row_format)o->format, err);
	size_t held_out = l->data.n_files;
	if (rc == TT_OK && o->against)
		rc = tt_data_load(l, o->against, (enum tt_row_format)o->format, err);
	return rc < 0 ? rc : tt_data_check(&l->report, o->similarity, held_out, err);
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct check_opts *o = given;
	struct tt_data_loader l;
	struct tt_buf out;
	tt_buf_init(&out, OUTPUT_MAX);
	int rc = tt_data_loader_init(&l, err);
	if (rc == TT_OK)
		rc = load(&l, o, argc, argv, err);
	if (rc == TT_OK) {
		rc = o->json ? tt_check_print_json(&l.report, &out) : tt_check_print(&l.report, &out);
		if (rc < 0)
			tt_err_set(err, rc, "data check: %s", tt_err_text(rc));
	}
	if (rc == TT_OK) {
		fwrite(out.p, 1, out.n, stdout);
		if (tt_data_report_grave(&l.report))
			rc = tt_err_set(err, TT_EPARSE,
				"data check: there is what training must not see (marked '!' above)");
	}
	tt_buf_done(&out);
	tt_data_loader_done(&l);
	return rc;
}

static const struct tt_cli_opt opts[] = {
	{"against", 'a', TT_CLI_FILE, offsetof(struct check_opts, against), "FILE",
		"Held-out rows: only looked through for rows that a FILE has, too.", 0, 0, NULL},
	{"model", 'm', TT_CLI_FILE, offsetof(struct check_opts, model), "DIR",
		"Model folder whose window texts should fit in; default: the built-in model's.", 0, 0, NULL},
	TT_OPT_FORMAT(struct check_opts),
	TT_DATA_OPT_SIMILARITY(struct check_opts),
	{"json", 'j', TT_CLI_FLAG, offsetof(struct check_opts, json), NULL,
		"Print the report as a JSON object.", 0, 0, NULL},
	{0},
};

const struct tt_cmd tt_cmd_data_check = {
	.name = "data check",
	.args = "FILE...",
	.summary = "Say what is wrong with labelled files before they train a model",
	.details = "Reads FILEs of label<TAB>text, CSV or JSON Lines and reports rows that cannot be read, "
		   "texts that "
		   "are not UTF-8 or empty, unknown labels, entities that do not lie on their text, texts "
		   "over the "
		   "model's window, repeats with the same and with a contradicting label, near-duplicates, "
		   "and rows that "
		   "one file has in common with another (leakage from training to validation). The exit "
		   "status is 65 "
		   "when there is something that training must not see, which is marked '!'.\n"
		   "\n"
		   "    tickertone data check train.tsv --against valid.tsv\n"
		   "    tickertone data check train.jsonl valid.jsonl --json | jq '.files[].leaks'\n",
	.group = TT_GROUP_TRAIN,
	.opts = opts,
	.defaults = &(const struct check_opts){.similarity = TT_DATA_SIMILARITY},
	.opts_size = sizeof(struct check_opts),
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
