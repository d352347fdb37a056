/* cmd_entities_import.c - `tickertone entities import`: a dictionary with the companies of a foreign list merged in. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/entities_import.h"
#include "app/paths.h"

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

static int read_file(const char *path, struct tt_buf *out, struct tt_err *err)
{
	FILE *f = fopen(path, "rbe");
	char piece[16384];
	size_t n;
	int rc = TT_OK;
	if (!f)
		return tt_err_set(err, errno == ENOENT ? TT_ENOENT : TT_EIO, "%s: %s", path, strerror(errno));
	while (rc == TT_OK && (n = fread(piece, 1, sizeof(piece), f)) > 0)
		rc = tt_buf_add(out, piece, n);
	if (rc < 0)
		tt_err_set(err, rc, "%s: %s", path, tt_err_text(rc));
	else if (ferror(f))
		rc = tt_err_set(err, TT_EIO, "%s: %s", path, strerror(errno));
	fclose(f);
	return rc;
}

/* The whole file or, after an error, the old one. */
static int write_file(const char *path, struct tt_str text, struct tt_err *err)
{
	char temporary[TT_PATH_MAX];
	bool to_stdout = strcmp(path, "-") == 0;
	int n = snprintf(temporary, sizeof(temporary), "%s.new", path);
	if (n < 0 || (size_t)n >= sizeof(temporary))
		return tt_err_set(err, TT_ELIMIT, "%.80s...: the path is too long", path);
	FILE *f = to_stdout ? stdout : fopen(temporary, "wbe");
	if (!f)
		return tt_err_set(err, TT_EIO, "%s: %s", temporary, strerror(errno));
	bool good = fwrite(text.p, 1, text.n, f) == text.n && fflush(f) == 0;
	if (to_stdout)
		return good ? TT_OK : tt_err_set(err, TT_EIO, "standard output: %s", strerror(errno));
	good = fsync(fileno(f)) == 0 && good;
	good = fclose(f) == 0 && good;
	if (good && rename(temporary, path) == 0)
		return TT_OK;
	int rc = tt_err_set(err, TT_EIO, "%s: %s", path, strerror(errno));
	unlink(temporary);
	return rc;
}

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
		rc = read_file(path, &text, err);
	if (rc == TT_OK)
		rc = tt_entity_dict_parse(&d, tt_buf_view(&text), path, err);
	if (rc == TT_OK)
		rc = read_file(argv[0], &list, err);
	if (rc == TT_OK)
		rc = merge(d, tt_buf_view(&list), argv[0], &text, &r, err);
	if (rc == TT_OK)
		rc = write_file(o->output, tt_buf_view(&text), err);
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
