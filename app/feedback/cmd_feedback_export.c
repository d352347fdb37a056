/* cmd_feedback_export.c - `tickertone feedback export`: what people say of items as a file to train with. */
#include <stdio.h>

#include "app/alert/alert.h"
#include "app/commands.h"
#include "app/dlq/dlq.h"
#include "app/train/judged.h"
#include "common/file.h"

#define OUTPUT_MAX ((size_t)1 << 32)

struct export_opts {
	struct tt_alert_opts common;
	const char *output, *since;
};

static int write_rows(const struct tt_judged *l, const char *path, struct tt_err *err)
{
	struct tt_buf out;
	int rc = TT_OK;
	tt_buf_init(&out, OUTPUT_MAX);
	for (size_t i = 0; i < l->n && rc == TT_OK; i++)
		rc = tt_judged_json(&l->items[i], &out);
	rc = rc < 0 ? tt_err_set(err, rc, "%s: %s", path, tt_err_text(rc))
		    : tt_file_write(path, out.n ? tt_buf_view(&out) : TT_STR(""), err);
	tt_buf_done(&out);
	return rc;
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct export_opts *o = given;
	struct tt_alert_db db = {0};
	struct tt_judged l = {.n = 0};
	int64_t since_ms;
	(void)argc, (void)argv;
	int rc = tt_dlq_time("since", o->since, tt_wall_ms(&tt_clock_real), &since_ms, err);
	if (rc == TT_OK)
		rc = tt_alert_open(&db, &o->common, err);
	if (rc == TT_OK)
		rc = tt_judged_load(&l, db.conn, (enum tt_text_choice)db.conf.model.text, since_ms, err);
	if (rc == TT_OK)
		rc = write_rows(&l, o->output, err);
	if (rc == TT_OK)
		fprintf(stderr,
			"%zu items; left out: %zu labels of which as many people say something else, %zu "
			"items "
			"with nothing besides\n",
			l.n, l.tied, l.undecided);
	tt_judged_done(&l);
	tt_alert_close(&db);
	return rc;
}

#define OPT(name, letter, type, field, arg, doc)                                                             \
	{                                                                                                    \
		name, letter, type, offsetof(struct export_opts, field), arg, doc, 0, 0, NULL                \
	}
static const struct tt_cli_opt options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("output", 'o', TT_CLI_FILE, output, "FILE", "Where the rows go; default: standard output."),
	OPT("since", 0, TT_CLI_STR, since, "TIME",
		"Only items that were judged at this time or later: a date, or an age such as 2h or 7d."),
	{0},
};

const struct tt_cmd tt_cmd_feedback_export = {
	.name = "feedback export",
	.summary = "Write the items that people labelled as JSON Lines to train with",
	.details =
		"Each text as the model reads it (model.text of the configuration), with the label that most "
		"people give it and those they give its entities, and where these stand. Of several people "
		"the most decide; where as many say something else there is no label.\n"
		"\n"
		"    tickertone feedback export -c tickertone.yaml -o feedback.jsonl\n"
		"    tickertone data check feedback.jsonl\n",
	.group = TT_GROUP_TRAIN,
	.opts = options,
	.defaults = &(const struct export_opts){.output = "-"},
	.opts_size = sizeof(struct export_opts),
	.run = run,
};
