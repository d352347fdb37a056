/* cmd_entities_import.c - `tickertone entities import`: a dictionary with the companies of a foreign list merged in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/commands.h"
#include "app/entities_import.h"
#include "app/paths.h"
#include "common/file.h"

struct import_opts {
	const char *dict;
	const char *output;
};

static const struct import_opts defaults = {.output = "-"};

static const struct tt_cli_opt opts[] = {
	{"entities", 'e', TT_CLI_FILE, offsetof(struct import_opts, dict), "FILE",
		"Dictionary to merge into (it is read only); default: the built-in one.", 0, 0, NULL},
	{"output", 'o', TT_CLI_FILE, offsetof(struct import_opts, output), "FILE",
		"Where the merged dictionary goes; may be the one read; default: standard output.", 0, 0, NULL},
	{0},
};

/* Appends to `text`, which holds the dictionary d, what `list` brings; the result is checked as a dictionary. */
static int merge(const struct tt_entity_dict *d, struct tt_str list, const char *list_name, struct tt_buf *text,
	struct tt_import_report *report, struct tt_err *err)
{
	struct tt_import *im = NULL;
	struct tt_entity_dict *merged = NULL;
	int rc = tt_import_new(&im, d, err);
	if (rc == TT_OK)
		rc = tt_entities_import(im, list, list_name, err);
	if (rc < 0)
		goto out;
	const char *slash = strrchr(list_name, '/');
	if (text->n && text->p[text->n - 1] != '\n')
		tt_buf_char(text, '\n');
	rc = tt_buf_printf(text, "# imported from %s\n", slash ? slash + 1 : list_name);
	if (rc < 0) {
		tt_err_set(err, rc, "%s: %s", list_name, tt_err_text(rc));
		goto out;
	}
	rc = tt_import_finish(im, text, report, err);
	if (rc == TT_OK)
		rc = tt_entity_dict_parse(&merged, tt_buf_view(text), "the merged dictionary", err);
out:
	tt_entity_dict_free(merged);
	tt_import_free(im);
	return rc;
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct import_opts *o = given;
	struct tt_entity_dict *d = NULL;
	struct tt_import_report r;
	struct tt_buf text, list;
	char path[TT_PATH_MAX];
	(void)argc;
	tt_buf_init(&text, TT_ENTITY_FILE_MAX);
	tt_buf_init(&list, TT_ENTITY_FILE_MAX);
	int rc = tt_entities_path(o->dict, path, err);
	if (rc == TT_OK)
		rc = tt_file_read(path, &text, err);
	if (rc == TT_OK)
		rc = tt_entity_dict_parse(&d, tt_buf_view(&text), path, err);
	if (rc == TT_OK)
		rc = tt_file_read(argv[0], &list, err);
	if (rc == TT_OK)
		rc = merge(d, tt_buf_view(&list), argv[0], &text, &r, err);
	if (rc == TT_OK)
		rc = tt_file_write(o->output, tt_buf_view(&text), err);
	if (rc == TT_OK)
		fprintf(stderr,
			"%s: %zu added with %zu further tickers; skipped: %zu symbols known, %zu names known, %zu repeated, %zu "
			"unusable\n",
			argv[0], r.added, r.classes, r.known, r.known_by_name, r.repeated, r.unusable);
	tt_entity_dict_free(d);
	tt_buf_done(&list);
	tt_buf_done(&text);
	return rc;
}

const struct tt_cmd tt_cmd_entities_import = {
	.name = "entities import",
	.args = "FILE",
	.summary = "Merge SEC's company_tickers.json or a constituents CSV into a dictionary",
	.group = TT_GROUP_TEXT,
	.details = "What the dictionary has already stays as it is. The CSV needs a header with Symbol and Name (or Security), and "
		   "may have Sector and Country. Example:\n\n"
		   "    tickertone entities import company_tickers.json -o entities.tsv",
	.opts = opts,
	.defaults = &defaults,
	.opts_size = sizeof(defaults),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
