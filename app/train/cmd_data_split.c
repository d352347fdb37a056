/* cmd_data_split.c - `tickertone data split`: a labelled file into parts that share no text. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/paths.h"
#include "app/train/check_print.h"
#include "app/train/data_load.h"
#include "common/file.h"
#include "nlp/train/data/split.h"

struct split_opts {
	const char *parts, *out;
	int64_t seed;
	int format;
	double similarity;
};

struct outputs {
	struct tt_buf text[TT_PARTS_MAX];
	char path[TT_PARTS_MAX][TT_PATH_MAX];
	struct tt_file_out files[TT_PARTS_MAX];
};

#define FILE_BYTES_MAX ((size_t)1 << 34)

/* DIR/PART.EXT, or PREFIX.PART.EXT. */
static int name_outputs(struct outputs *o, const struct tt_data_parts *parts, const char *out,
	const char *input, struct tt_err *err)
{
	struct stat st;
	size_t n = strlen(out);
	const char *slash = strrchr(input, '/'), *dot = strrchr(slash ? slash : input, '.');
	bool is_dir = n > 0 && (out[n - 1] == '/' || (stat(out, &st) == 0 && S_ISDIR(st.st_mode)));
	if (is_dir && mkdir(out, 0777) != 0 && errno != EEXIST)
		return tt_err_set(err, TT_EIO, "%s: %s", out, strerror(errno));
	for (size_t i = 0; i < parts->n; i++) {
		int len = snprintf(o->path[i], TT_PATH_MAX, "%s%s%s%s", out,
			!is_dir             ? "."
			: out[n - 1] == '/' ? ""
					    : "/",
			parts->v[i].name, dot ? dot : "");
		if (len >= TT_PATH_MAX)
			return tt_err_set(err, TT_ELIMIT, "%.80s...: the path is too long", out);
		if (strcmp(o->path[i], input) == 0)
			return tt_err_set(err, TT_EUSAGE, "%s: part '%s' would take the place of the input",
				input, parts->v[i].name);
	}
	return TT_OK;
}

/* The bytes of each row to its part; `whole` is the file, every part begins as it does. */
static int share_out(struct outputs *o, size_t n_parts, struct tt_str whole, struct tt_rows *rows,
	struct tt_arena *a, const uint8_t *part_of_row, size_t n_rows, struct tt_err *err)
{
	struct tt_row row;
	size_t head = (size_t)tt_rows_consumed_bytes(rows), i = 0;
	int rc = TT_OK;
	if (head == 0 && tt_str_starts(whole, TT_STR("\xEF\xBB\xBF")))
		head = 3;
	for (size_t k = 0; k < n_parts; k++)
		tt_buf_add(&o->text[k], whole.p, head);
	for (; rc == TT_OK; i++) {
		tt_arena_reset(a);
		rc = tt_rows_next(rows, a, &row, err);
		if (rc < 0)
			break;
		if (i >= n_rows || (size_t)row.to_byte > whole.n)
			return tt_err_set(
				err, TT_EIO, "%s: has changed while it was read", tt_rows_name(rows));
		struct tt_buf *to = &o->text[part_of_row[i]];
		tt_buf_add(to, whole.p + row.from_byte, (size_t)(row.to_byte - row.from_byte));
		rc = to->n && to->p[to->n - 1] != '\n' ? tt_buf_char(to, '\n') : to->rc;
		if (rc < 0)
			tt_err_set(err, rc, "%s:%zu: %s", tt_rows_name(rows), row.line, tt_err_text(rc));
	}
	return rc == TT_ECLOSED ? TT_OK : rc;
}

/* All of them or none, but for what rename() does. */
static int write_outputs(struct outputs *o, size_t n, struct tt_err *err)
{
	size_t written = 0;
	int rc = TT_OK;
	for (; rc == TT_OK && written < n; written++) {
		struct tt_file_out *f = &o->files[written];
		const struct tt_buf *text = &o->text[written];
		rc = tt_file_begin(f, o->path[written], err);
		if (rc < 0)
			break;
		rc = tt_file_sync(f, tt_file_put(f, text->p, text->n, err), err);
	}
	for (size_t i = 0; i < written; i++)
		rc = tt_file_place(&o->files[i], rc, err);
	return rc;
}

static void print(const struct outputs *o, const struct tt_data_parts *parts, const struct tt_data_split *s,
	size_t n_rows)
{
	struct tt_buf line;
	tt_buf_init(&line, 4096);
	printf("%zu rows in %zu groups, the largest of %zu\n", n_rows, s->groups, s->largest);
	for (size_t i = 0; i < parts->n; i++) {
		tt_buf_reset(&line);
		tt_kinds_print(&line, s->kinds[i]);
		printf("%s: %zu rows, %.2f %% for %.2f %%: %.*s\n", o->path[i], s->rows[i],
			n_rows ? 100 * (double)s->rows[i] / (double)n_rows : 0, 100 * parts->v[i].share,
			TT_FMT(tt_buf_view(&line)));
	}
	tt_buf_done(&line);
}

static int split(const struct split_opts *o, const char *path, struct tt_data_loader *l,
	const struct tt_data_parts *parts, struct outputs *outputs, struct tt_err *err)
{
	struct tt_rows *rows = NULL;
	struct tt_data_split counts;
	struct tt_buf whole;
	uint8_t *part_of_row = NULL;
	tt_buf_init(&whole, FILE_BYTES_MAX);
	int rc = tt_file_read(path, &whole, err);
	if (rc == TT_OK)
		rc = tt_data_load(l, path, (enum tt_row_format)o->format, err);
	const struct tt_data_found *bad = &l->report.files[0].found[TT_FLAW_UNREADABLE];
	if (rc == TT_OK && bad->n > 0)
		rc = tt_err_set(err, TT_EPARSE, "%s:%zu: %.*s; %zu such rows, nothing was split", path,
			bad->examples[0].line, TT_FMT(bad->examples[0].what), bad->n);
	if (rc == TT_OK) {
		part_of_row = malloc(l->data.n_rows + 1);
		rc = part_of_row ? tt_data_split(&l->data, parts, (uint64_t)o->seed, o->similarity,
					   part_of_row, &counts, err)
				 : tt_err_set(err, TT_ENOMEM, "%s: out of memory", path);
	}
	if (rc == TT_OK)
		rc = tt_rows_open(&rows, path, (enum tt_row_format)o->format, err);
	if (rc == TT_OK) {
		tt_rows_keep_flawed(rows);
		rc = share_out(outputs, parts->n, tt_buf_view(&whole), rows, &l->arena, part_of_row,
			l->data.n_rows, err);
	}
	if (rc == TT_OK)
		rc = write_outputs(outputs, parts->n, err);
	if (rc == TT_OK)
		print(outputs, parts, &counts, l->data.n_rows);
	tt_rows_free(rows);
	tt_buf_done(&whole);
	free(part_of_row);
	return rc;
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct split_opts *o = given;
	struct tt_data_parts parts;
	struct tt_data_loader l;
	(void)argc;
	if (!o->out)
		return tt_err_set(err, TT_EUSAGE, "data split: --out says where the parts go");
	if (strcmp(argv[0], "-") == 0)
		return tt_err_set(err, TT_EUSAGE, "data split: wants a file, not standard input");
	int rc = tt_data_parts_parse(&parts, tt_str_c(o->parts), err);
	struct outputs *outputs = rc == TT_OK ? calloc(1, sizeof(*outputs)) : NULL;
	if (!outputs)
		return rc < 0 ? rc : tt_err_set(err, TT_ENOMEM, "out of memory");
	for (size_t i = 0; i < TT_PARTS_MAX; i++)
		tt_buf_init(&outputs->text[i], FILE_BYTES_MAX);
	rc = tt_data_loader_init(&l, err);
	if (rc == TT_OK)
		rc = name_outputs(outputs, &parts, o->out, argv[0], err);
	if (rc == TT_OK)
		rc = split(o, argv[0], &l, &parts, outputs, err);
	for (size_t i = 0; i < TT_PARTS_MAX; i++)
		tt_buf_done(&outputs->text[i]);
	free(outputs);
	tt_data_loader_done(&l);
	return rc;
}

static const struct tt_cli_opt opts[] = {
	{"parts", 'p', TT_CLI_STR, offsetof(struct split_opts, parts), "NAME=SHARE,...",
		"Parts and their shares, which add up to 1; default: train=0.8,valid=0.1,test=0.1.", 0, 0,
		NULL},
	{"out", 'o', TT_CLI_FILE, offsetof(struct split_opts, out), "DIR|PREFIX",
		"Where the parts go: DIR/train.tsv (an existing folder, or ending in /) or PREFIX.train.tsv.",
		0, 0, NULL},
	{"seed", 0, TT_CLI_INT, offsetof(struct split_opts, seed), "N", "Another split for each number.", 0,
		9e15, NULL},
	TT_OPT_FORMAT(struct split_opts),
	TT_DATA_OPT_SIMILARITY(struct split_opts),
	{0},
};

const struct tt_cmd tt_cmd_data_split = {
	.name = "data split",
	.args = "FILE",
	.summary = "Split a labelled file into training, validation and test parts that share no text",
	.details =
		"A row's part is decided by a hash of its normalised text and the seed: the same text goes "
		"to the same "
		"part whatever file it is in, and adding rows moves no other row but near-duplicates of what "
		"was "
		"added. Near-duplicates go together. Rows keep their bytes and their order; a CSV header "
		"goes to every "
		"part. The shares, over all and by label, come out but for chance and are printed.\n"
		"\n"
		"    tickertone data split labelled.tsv --parts train=0.8,valid=0.1,test=0.1 --out data/\n",
	.group = TT_GROUP_TRAIN,
	.opts = opts,
	.defaults = &(const struct split_opts){.parts = "train=0.8,valid=0.1,test=0.1",
		.similarity = TT_DATA_SIMILARITY},
	.opts_size = sizeof(struct split_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run,
};
