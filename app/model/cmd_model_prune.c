/* cmd_model_prune.c - `tickertone model prune`: a model without the word pieces that texts never ask for. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "app/commands.h"
#include "app/paths.h"
#include "app/score/score_opts.h"
#include "nlp/token/clean.h"
#include "nlp/train/prune/prune.h"

struct prune_opts {
	const char *model, *out;
	int64_t min_count;
	int format;
};

enum { ROW_BYTES = 256 << 20 /* of one row, at most */ };

struct pieces {
	struct tt_tokenizer *t;
	struct tt_tokens tokens;
	struct tt_clean clean;
	struct tt_arena arena; /* of the row at hand */
	uint64_t *seen;        /* by id */
	uint8_t *keep;
	size_t n, texts;
};

static int open_pieces(struct pieces *p, const char *dir, struct tt_err *err)
{
	*p = (struct pieces){0};
	tt_tokens_init(&p->tokens);
	tt_clean_init(&p->clean);
	tt_arena_init(&p->arena, ROW_BYTES);
	int rc = tt_tokenizer_open(&p->t, dir, err);
	if (rc < 0)
		return rc;
	p->n = tt_tokenizer_vocab_size(p->t);
	p->seen = calloc(p->n, sizeof(*p->seen));
	p->keep = calloc(p->n, sizeof(*p->keep));
	return p->seen && p->keep ? TT_OK : tt_err_set(err, TT_ENOMEM, "out of memory for %zu pieces", p->n);
}

static void close_pieces(struct pieces *p)
{
	free(p->seen);
	free(p->keep);
	tt_tokenizer_free(p->t);
	tt_arena_done(&p->arena);
	tt_clean_done(&p->clean);
	tt_tokens_done(&p->tokens);
}

/* All of a text counts, however long: the scorer reads it in windows. */
static int count_file(struct pieces *p, const char *path, enum tt_row_format format, struct tt_err *err)
{
	struct tt_rows *rows = NULL;
	struct tt_row row;
	int rc = tt_rows_open(&rows, path, format, err);
	while (rc == TT_OK) {
		tt_arena_reset(&p->arena);
		rc = tt_rows_next(rows, &p->arena, &row, err);
		if (rc < 0)
			break;
		rc = tt_clean_text(&p->clean, row.text);
		if (rc == TT_OK)
			rc = tt_tokenizer_encode(p->t, p->clean.text, 0, &p->tokens);
		if (rc < 0)
			tt_err_set(err, rc, "%s:%zu: %s", path, row.line, tt_err_text(rc));
		for (size_t i = 0; rc == TT_OK && i < p->tokens.n; i++)
			p->seen[p->tokens.ids[i]]++;
		p->texts++;
	}
	tt_rows_free(rows);
	return rc == TT_ECLOSED ? TT_OK : rc;
}

static void choose(struct pieces *p, uint64_t min_count)
{
	for (size_t id = 0; id < p->n; id++)
		p->keep[id] = p->seen[id] >= min_count;
	tt_prune_keep_basic(p->t, p->keep);
}

static double mib(const char *dir)
{
	char path[TT_PATH_MAX + 32];
	struct stat st;
	snprintf(path, sizeof(path), "%s/model.safetensors", dir);
	return stat(path, &st) == 0 ? (double)st.st_size / (1 << 20) : 0;
}

static void report(const struct pieces *p, const char *to)
{
	uint64_t all = 0, cut = 0;
	size_t kept = 0;
	for (size_t id = 0; id < p->n; id++) {
		kept += p->keep[id];
		all += p->seen[id];
		cut += p->keep[id] ? 0 : p->seen[id];
	}
	printf("%s: %zu of %zu word pieces; weights %.1f MiB; %.2f %% of the pieces in %zu texts are cut "
	       "smaller\n",
		to, kept, p->n, mib(to), all ? 100 * (double)cut / (double)all : 0, p->texts);
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct prune_opts *o = given;
	char from[TT_PATH_MAX];
	struct pieces p;
	if (!o->out)
		return tt_err_set(err, TT_EUSAGE, "model prune: --out says where the new model goes");
	int rc = tt_model_path(o->model, from, err);
	if (rc < 0)
		return rc;
	rc = open_pieces(&p, from, err);
	for (int i = 0; rc == TT_OK && i < argc; i++)
		rc = count_file(&p, argv[i], (enum tt_row_format)o->format, err);
	if (rc == TT_OK && p.texts == 0)
		rc = tt_err_set(err, TT_EDATA, "model prune: there is no text in %s", argv[0]);
	if (rc == TT_OK && mkdir(o->out, 0777) != 0 && errno != EEXIST)
		rc = tt_err_set(err, TT_EIO, "%s: %s", o->out, strerror(errno));
	if (rc == TT_OK) {
		choose(&p, (uint64_t)o->min_count);
		rc = tt_prune(from, o->out, p.t, p.keep, err);
	}
	if (rc == TT_OK)
		report(&p, o->out);
	close_pieces(&p);
	return rc;
}

static const struct tt_cli_opt opts[] = {
	{"out", 'o', TT_CLI_FILE, offsetof(struct prune_opts, out), "DIR",
		"Folder of the new model; made when it is not there.", 0, 0, NULL},
	{"model", 'm', TT_CLI_FILE, offsetof(struct prune_opts, model), "DIR",
		"Model folder; default: $TICKERTONE_MODEL, else the built-in model.", 0, 0, NULL},
	{"min-count", 'n', TT_CLI_INT, offsetof(struct prune_opts, min_count), "N",
		"Pieces that stand so often in the texts stay; default 1.", 1, 1000000000, NULL},
	TT_OPT_FORMAT(struct prune_opts),
	{0},
};

const struct tt_cmd tt_cmd_model_prune = {
	.name = "model prune",
	.args = "FILE...",
	.summary = "A smaller model: without the word pieces that texts like these never ask for",
	.details = "Names in brackets and single characters always stay, so that every word can still be "
		   "cut: one that "
		   "loses its own piece is read as several. Texts of kept pieces are answered as before, to "
		   "the bit. "
		   "Give many texts of the kind that will come (labels are not looked at), and compare with "
		   "'eval "
		   "--compare'.\n"
		   "\n"
		   "    tickertone model prune archive.txt --out models/small\n",
	.group = TT_GROUP_TRAIN,
	.opts = opts,
	.opts_size = sizeof(struct prune_opts),
	.defaults = &(const struct prune_opts){.min_count = 1},
	.min_args = 1,
	.max_args = -1,
	.run = run,
};
