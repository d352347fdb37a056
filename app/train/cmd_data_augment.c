/* cmd_data_augment.c - `tickertone data augment`: labelled texts said differently, as the trainer sees them
 * in each epoch. */
#include <stdio.h>

#include "app/commands.h"
#include "app/paths.h"
#include "app/score/score_opts.h"
#include "common/file.h"
#include "nlp/train/augment/augment.h"

struct augment_opts {
	const char *output, *kinds, *entities;
	int64_t copies, seed;
	int format;
};

struct augmenting {
	const struct augment_opts *opts;
	struct tt_augment_options how;
	struct tt_augmenter *augmenter;
	struct tt_augmented made;
	struct tt_rows *rows;
	struct tt_arena arena; /* of the row at hand */
	struct tt_buf out;
	size_t n_rows, copies, same, unreadable, changed[TT_AUGMENT_KINDS];
};

enum { ROW_BYTES = 256 << 20 };
#define OUTPUT_MAX ((size_t)1 << 34)

static int add_copy(struct augmenting *a, struct tt_row row, const struct tt_augment_row *given,
	uint64_t copy, struct tt_err *err)
{
	const struct tt_augment_row *made = &a->made.row;
	int rc = tt_augment(a->augmenter, &a->how, given, copy, a->n_rows, &a->made, err);
	if (rc < 0)
		return tt_err_prefix(err, rc, "%s:%zu", tt_rows_name(a->rows), row.line);
	if (tt_str_eq(made->text, given->text)) {
		a->same++;
		return TT_OK;
	}
	struct tt_row_entity *entities = tt_arena_alloc(&a->arena, (row.n_entities + 1) * sizeof(*entities));
	if (!entities)
		return tt_err_set(err, TT_ENOMEM, "%s:%zu: out of memory", tt_rows_name(a->rows), row.line);
	for (size_t i = 0; i < row.n_entities; i++) {
		entities[i] = row.entities[i];
		entities[i].name = made->entities[i].name;
		entities[i].span = made->entities[i].span;
	}
	row.entities = entities;
	row.text = made->text;
	for (int k = 0; k < TT_AUGMENT_KINDS; k++)
		a->changed[k] += a->made.changed[k];
	a->copies++;
	return tt_rows_write(a->rows, &row, &a->out, err);
}

static int add(struct augmenting *a, const struct tt_row *row, struct tt_err *err)
{
	struct tt_augment_entity *entities =
		tt_arena_alloc(&a->arena, (row->n_entities + 1) * sizeof(*entities));
	if (!entities)
		return tt_err_set(err, TT_ENOMEM, "%s:%zu: out of memory", tt_rows_name(a->rows), row->line);
	for (size_t i = 0; i < row->n_entities; i++)
		entities[i] = (struct tt_augment_entity){
			row->entities[i].name, row->entities[i].in_text, row->entities[i].span};
	struct tt_augment_row given = {row->text, entities, row->n_entities};
	int rc = tt_rows_write(a->rows, row, &a->out, err);
	for (int64_t copy = 0; copy < a->opts->copies && rc == TT_OK; copy++)
		rc = add_copy(a, *row, &given, (uint64_t)copy, err);
	a->n_rows++;
	return rc;
}

static int read_all(struct augmenting *a, const char *path, struct tt_err *err)
{
	struct tt_row row;
	int rc = tt_rows_open(&a->rows, path, (enum tt_row_format)a->opts->format, err);
	if (rc == TT_OK)
		rc = tt_rows_write_head(a->rows, &a->out, err);
	while (rc == TT_OK) {
		tt_arena_reset(&a->arena);
		rc = tt_rows_next(a->rows, &a->arena, &row, err);
		if (rc == TT_OK) {
			rc = add(a, &row, err);
		} else if (rc == TT_EPARSE || rc == TT_ELIMIT) {
			fprintf(stderr, "tickertone: %s\n", err->msg);
			a->unreadable++;
			rc = TT_OK;
		}
	}
	return rc == TT_ECLOSED ? TT_OK : rc;
}

static void say(const struct augmenting *a)
{
	fprintf(stderr, "%s: %zu rows, %zu copies added, %zu left out that changed nothing; changed in",
		tt_rows_name(a->rows), a->n_rows, a->copies, a->same);
	for (int k = 0; k < TT_AUGMENT_KINDS; k++)
		fprintf(stderr, "%s %s %zu", k ? "," : "", tt_augment_kind_name((enum tt_augment_kind)k),
			a->changed[k]);
	fputc('\n', stderr);
}

static int open_augmenter(struct augmenting *a, struct tt_entity_dict **dict, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	int rc = tt_entities_path(a->opts->entities, path, err);
	if (rc == TT_OK)
		rc = tt_entity_dict_load(dict, path, err);
	return rc < 0 ? rc : tt_augmenter_new(&a->augmenter, *dict, err);
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	struct augmenting a = {
		.opts = given, .how.seed = (uint64_t)((const struct augment_opts *)given)->seed};
	struct tt_entity_dict *dict = NULL;
	int rc = tt_augment_kinds_parse(&a.how, tt_str_c(a.opts->kinds), 1, err);
	if (rc < 0)
		return tt_err_prefix(err, rc, "data augment: --kinds");
	tt_buf_init(&a.out, OUTPUT_MAX);
	tt_arena_init(&a.arena, ROW_BYTES);
	tt_augmented_init(&a.made);
	rc = open_augmenter(&a, &dict, err);
	if (rc == TT_OK)
		rc = read_all(&a, argc > 0 ? argv[0] : "-", err);
	if (rc == TT_OK)
		rc = tt_file_write(a.opts->output, tt_buf_view(&a.out), err);
	if (rc == TT_OK)
		say(&a);
	if (rc == TT_OK && a.unreadable > 0)
		rc = tt_err_set(
			err, TT_EPARSE, "%s: %zu bad rows were dropped", tt_rows_name(a.rows), a.unreadable);
	tt_rows_free(a.rows);
	tt_augmented_done(&a.made);
	tt_augmenter_free(a.augmenter);
	tt_entity_dict_free(dict);
	tt_arena_done(&a.arena);
	tt_buf_done(&a.out);
	return rc;
}

static const struct tt_cli_opt opts[] = {
	{"output", 'o', TT_CLI_FILE, offsetof(struct augment_opts, output), "FILE",
		"Where the rows go; may be the one read; default: standard output.", 0, 0, NULL},
	{"copies", 'n', TT_CLI_INT, offsetof(struct augment_opts, copies), "N",
		"Copies of each row; default 1.", 1, 1000, NULL},
	{"kinds", 'k', TT_CLI_STR, offsetof(struct augment_opts, kinds), "KIND,...",
		"What to change: some of entity,number,synonym,noise; default: entity,number,synonym.", 0, 0,
		NULL},
	{"seed", 0, TT_CLI_INT, offsetof(struct augment_opts, seed), "N", "Other copies for each number.", 0,
		9e15, NULL},
	{"entities", 'e', TT_CLI_FILE, offsetof(struct augment_opts, entities), "FILE",
		"Dictionary (TSV) that names come from; default: the built-in one.", 0, 0, NULL},
	TT_OPT_FORMAT(struct augment_opts),
	{0},
};

const struct tt_cmd tt_cmd_data_augment = {
	.name = "data augment",
	.args = "[FILE|-]",
	.summary = "Add copies of labelled texts that say the same with other names, numbers and words",
	.details = "Behind each row come its copies, with the labels it has and its entities where they are "
		   "then: names of "
		   "the dictionary become others of the same kind and sector, amounts and percentages change "
		   "by up to 30 % "
		   "by one factor for all of a row, words become synonyms, and noise is a prefix, capitals, "
		   "a full stop or "
		   "the '$' of cashtags. Words that tell rise from fall are never touched. A copy that would "
		   "be the row "
		   "itself is left out. The same seed gives the same copies. Bad rows (see 'tickertone data "
		   "check') are "
		   "named and dropped, and the exit status is 65. What was done is said on standard error.\n"
		   "\n"
		   "    tickertone data augment train.tsv --copies 3 --kinds entity,number -o more.tsv\n",
	.group = TT_GROUP_TRAIN,
	.opts = opts,
	.defaults =
		&(const struct augment_opts){.output = "-", .kinds = "entity,number,synonym", .copies = 1},
	.opts_size = sizeof(struct augment_opts),
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
