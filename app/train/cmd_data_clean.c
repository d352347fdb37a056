/* cmd_data_clean.c - `tickertone data clean`: labelled texts as the scorer will read them, without repeats
 * and without what tells who a person is. */
#include <stdio.h>
#include <string.h>

#include "app/commands.h"
#include "app/train/data_load.h"
#include "common/file.h"
#include "nlp/train/data/scrub.h"

struct clean_opts {
	const char *output, *unlike;
	int format;
	double similarity;
	bool redact, drop_duplicates, drop_conflicts;
};

struct cleaning {
	const struct clean_opts *opts;
	struct tt_data_loader l;
	struct tt_scrub scrub;
	struct tt_rows *rows;
	struct tt_buf out; /* the header, then every row */
	size_t *ends;      /* of each row of l.data in out; in its arena */
	size_t n_own;      /* rows of the file at hand, which are the first of l.data */
	bool *alike;       /* of each class of l.data: in --drop-like's file, or almost; in its arena */
	size_t head_end, unreadable, changed, lost_spans, empty, duplicates, conflicts, likes;
	size_t redacted[TT_PRIVATE_KINDS];
};

#define OUTPUT_MAX ((size_t)1 << 34)

static int scrub(struct cleaning *c, struct tt_str given, struct tt_str *ret)
{
	int rc = tt_scrub_text(&c->scrub, given);
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < c->scrub.redacted.n; i++)
		c->redacted[c->scrub.redacted.v[i].kind]++;
	*ret = tt_arena_str(&c->l.arena, c->scrub.text.p ? c->scrub.text : TT_STR(""));
	return ret->p ? TT_OK : TT_ENOMEM;
}

static int scrub_row(struct cleaning *c, struct tt_row *row)
{
	struct tt_str text = row->text;
	int rc = scrub(c, text, &row->text);
	c->changed += rc == TT_OK && !tt_str_eq(text, row->text);
	for (size_t i = 0; i < row->n_entities && rc == TT_OK; i++) {
		struct tt_row_entity *e = &row->entities[i];
		bool was = e->in_text;
		e->in_text = was && tt_scrub_span(&c->scrub, e->span, &e->span);
		c->lost_spans += was && !e->in_text;
	}
	/* names after the spans: the map is the text's */
	for (size_t i = 0; c->opts->redact && i < row->n_entities && rc == TT_OK; i++)
		rc = scrub(c, row->entities[i].name, &row->entities[i].name);
	return rc;
}

static int add(struct cleaning *c, struct tt_row *row, struct tt_err *err)
{
	int rc = scrub_row(c, row);
	if (rc < 0)
		return tt_err_set(err, rc, "%s:%zu: %s", tt_rows_name(c->rows), row->line, tt_err_text(rc));
	rc = tt_data_load_row(&c->l, 0, row, err);
	if (rc == TT_OK)
		rc = tt_rows_write(c->rows, row, &c->out, err);
	if (rc < 0)
		return rc;
	const size_t row_number = c->l.data.n_rows - 1;
	c->ends = tt_arena_grow(&c->l.data.arena, c->ends, row_number, sizeof(*c->ends));
	if (!c->ends)
		return tt_err_set(err, TT_ENOMEM, "%s: out of memory", tt_rows_name(c->rows));
	c->ends[row_number] = c->out.n;
	return TT_OK;
}

static int read_all(struct cleaning *c, const char *path, struct tt_err *err)
{
	struct tt_row row;
	size_t file;
	int rc = tt_dataset_file(&c->l.data, path, &file, err);
	if (rc == TT_OK)
		rc = tt_rows_open(&c->rows, path, (enum tt_row_format)c->opts->format, err);
	if (rc == TT_OK)
		rc = tt_rows_write_head(c->rows, &c->out, err);
	c->head_end = c->out.n;
	while (rc == TT_OK) {
		tt_arena_reset(&c->l.arena);
		rc = tt_rows_next(c->rows, &c->l.arena, &row, err);
		if (rc == TT_OK) {
			rc = add(c, &row, err);
		} else if (rc == TT_EPARSE || rc == TT_ELIMIT) {
			fprintf(stderr, "tickertone: %s\n", err->msg);
			c->unreadable++;
			rc = TT_OK;
		}
	}
	return rc == TT_ECLOSED ? TT_OK : rc;
}

/* ---- what another file has ---- */

enum { OTHER = 1 }; /* its number in l.data */

static bool is_there(const struct tt_dataset *d, size_t cls)
{
	return d->classes[cls].files >> OTHER & 1;
}

static int visit(void *ctx, size_t earlier, size_t cls, double similarity)
{
	struct cleaning *c = ctx;
	(void)similarity;
	c->alike[earlier] |= is_there(&c->l.data, cls);
	c->alike[cls] |= is_there(&c->l.data, earlier);
	return TT_OK;
}

static int find_alike(struct cleaning *c, struct tt_err *err)
{
	struct tt_dataset *d = &c->l.data;
	c->n_own = d->n_rows;
	if (!c->opts->unlike)
		return TT_OK;
	int rc = tt_data_load(&c->l, c->opts->unlike, TT_ROWS_AUTO, err);
	if (rc < 0)
		return rc;
	const struct tt_data_found *bad = &c->l.report.files[OTHER].found[TT_FLAW_UNREADABLE];
	if (bad->n > 0)
		return tt_err_set(err, TT_EPARSE, "%s: %zu rows cannot be read, the first in line %zu",
			c->opts->unlike, bad->n, bad->examples[0].line);
	c->alike = tt_arena_zalloc(&d->arena, d->n_classes + 1, sizeof(*c->alike));
	rc = c->alike ? tt_near_pairs(d, c->opts->similarity, visit, c) : TT_ENOMEM;
	for (size_t i = 0; rc == TT_OK && i < d->n_classes; i++)
		c->alike[i] |= is_there(d, i);
	return rc < 0 ? tt_err_set(err, rc, "%s: %s", c->opts->unlike, tt_err_text(rc)) : TT_OK;
}

/* ---- what stays ---- */

/* Is there a row of the same text with another label? */
static bool contradicted(const struct tt_dataset *d, const struct tt_data_row *row)
{
	for (uint32_t i = d->classes[row->cls].first; i != TT_DATA_NONE; i = d->rows[i].next)
		if (tt_data_contradict(&d->rows[i], row))
			return true;
	return false;
}

/* Is there an equal one before it? */
static bool repeats(const struct tt_dataset *d, const struct tt_data_row *row)
{
	for (uint32_t i = d->classes[row->cls].first; &d->rows[i] != row; i = d->rows[i].next)
		if (!tt_data_contradict(&d->rows[i], row))
			return true;
	return false;
}

static bool is_kept(struct cleaning *c, const struct tt_data_row *row)
{
	if (row->clean_bytes == 0)
		c->empty++;
	else if (c->alike && c->alike[row->cls])
		c->likes++;
	else if (c->opts->drop_conflicts && contradicted(&c->l.data, row))
		c->conflicts++;
	else if (c->opts->drop_duplicates && repeats(&c->l.data, row))
		c->duplicates++;
	else
		return true;
	return false;
}

/* Moves the rows that are kept together. */
static size_t drop_rows(struct cleaning *c)
{
	size_t kept = 0, from = c->head_end, to = from;
	for (size_t i = 0; i < c->n_own; i++) {
		size_t n = c->ends[i] - from;
		if (is_kept(c, &c->l.data.rows[i])) {
			memmove(c->out.p + to, c->out.p + from, n);
			to += n;
			kept++;
		}
		from = c->ends[i];
	}
	c->out.n = to;
	return kept;
}

static void say(const struct cleaning *c, const char *path, size_t kept)
{
	fprintf(stderr, "%s: %zu rows, %zu changed, %zu written; dropped: %zu empty, %zu unreadable", path,
		c->n_own, c->changed, kept, c->empty, c->unreadable);
	if (c->opts->drop_conflicts)
		fprintf(stderr, ", %zu contradicted", c->conflicts);
	if (c->opts->drop_duplicates)
		fprintf(stderr, ", %zu repeats", c->duplicates);
	if (c->opts->unlike)
		fprintf(stderr, ", %zu as in %s", c->likes, c->opts->unlike);
	if (c->lost_spans > 0)
		fprintf(stderr, "; %zu entities are in the text no more", c->lost_spans);
	for (int kind = 0; c->opts->redact && kind < TT_PRIVATE_KINDS; kind++)
		fprintf(stderr, "%s %zu %s", kind ? "," : "; redacted:", c->redacted[kind],
			tt_private_name((enum tt_private)kind));
	fputc('\n', stderr);
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const char *path = argc > 0 ? argv[0] : "-";
	struct cleaning c = {.opts = given};
	tt_buf_init(&c.out, OUTPUT_MAX);
	tt_scrub_init(&c.scrub, c.opts->redact);
	int rc = tt_data_loader_init(&c.l, err);
	if (rc == TT_OK)
		rc = read_all(&c, path, err);
	if (rc == TT_OK)
		rc = find_alike(&c, err);
	if (rc == TT_OK) {
		size_t kept = drop_rows(&c);
		rc = tt_file_write(c.opts->output, tt_buf_view(&c.out), err);
		if (rc == TT_OK)
			say(&c, tt_rows_name(c.rows), kept);
	}
	if (rc == TT_OK && c.unreadable > 0)
		rc = tt_err_set(
			err, TT_EPARSE, "%s: %zu bad rows were dropped", tt_rows_name(c.rows), c.unreadable);
	tt_rows_free(c.rows);
	tt_buf_done(&c.out);
	tt_scrub_done(&c.scrub);
	tt_data_loader_done(&c.l);
	return rc;
}

static const struct tt_cli_opt opts[] = {
	{"output", 'o', TT_CLI_FILE, offsetof(struct clean_opts, output), "FILE",
		"Where the rows go; may be the one read; default: standard output.", 0, 0, NULL},
	TT_OPT_FORMAT(struct clean_opts),
	{"redact", 'r', TT_CLI_FLAG, offsetof(struct clean_opts, redact), NULL,
		"Replace e-mail addresses, telephone, IBAN and card numbers and @handles by [email], "
		"[phone], ...",
		0, 0, NULL},
	{"drop-duplicates", 0, TT_CLI_FLAG, offsetof(struct clean_opts, drop_duplicates), NULL,
		"Of rows with the same text and labels, keep the first.", 0, 0, NULL},
	{"drop-conflicts", 0, TT_CLI_FLAG, offsetof(struct clean_opts, drop_conflicts), NULL,
		"Keep none of the rows whose text is there with another label, too.", 0, 0, NULL},
	{"drop-like", 0, TT_CLI_FILE, offsetof(struct clean_opts, unlike), "FILE",
		"Keep none of the rows that FILE has, too, or almost: what a model that learnt FILE is "
		"fairly "
		"judged by.",
		0, 0, NULL},
	TT_DATA_OPT_SIMILARITY(struct clean_opts),
	{0},
};

const struct tt_cmd tt_cmd_data_clean = {
	.name = "data clean",
	.args = "[FILE|-]",
	.summary = "Clean labelled texts as the scorer does; drop repeats; redact what is private",
	.details = "Web addresses and superfluous white space go, as before scoring; rows without text go, "
		   "too. The form, "
		   "labels, other columns and the order stay, and entities' offsets move with their text; an "
		   "entity of "
		   "which nothing is left gets -1. Bad rows (see 'tickertone data check') are named and "
		   "dropped, and the "
		   "exit status is 65. What was done is said on standard error.\n"
		   "\n"
		   "    tickertone data clean raw.jsonl --redact --drop-duplicates -o clean.jsonl\n"
		   "    tickertone data clean valid.tsv --drop-like train.tsv -o unseen.tsv\n",
	.group = TT_GROUP_TRAIN,
	.opts = opts,
	.defaults = &(const struct clean_opts){.output = "-", .similarity = TT_DATA_SIMILARITY},
	.opts_size = sizeof(struct clean_opts),
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
