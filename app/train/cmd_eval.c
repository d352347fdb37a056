/* cmd_eval.c - `tickertone eval`: how well one model, or two beside each other, answer a labelled file. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "app/commands.h"
#include "app/score/progress.h"
#include "app/score/score_opts.h"
#include "app/train/eval.h"
#include "common/file.h"
#include "nlp/load.h"
#include "nlp/train/eval/store.h"

enum { OUTPUT_MAX = 1 << 28, BAD_ROWS_SAID = 20, CHUNK_ROWS = 512, PACK_TOKENS = 512 };
#define ROWS_BYTES ((size_t)1 << 36)

struct eval_opts {
	const char *model, *by, *output;
	int precision, input, format;
	int64_t threads, resamples, seed;
	bool compare, calibrate;
};

enum { FORM_TEXT, FORM_JSON, FORM_HTML };

struct session {
	struct tt_eval eval;
	struct tt_arena arena; /* rows, and what they were scored as */
	struct tt_row *rows;
	size_t n_rows, bad;
	struct tt_scored_row *scored[TT_EVAL_MODELS];
	const char *models[TT_EVAL_MODELS]; /* as given; NULL: the usual one */
};

/* ---- what is asked ---- */

static int parse_by(const char *list, bool by[TT_BYS], struct tt_err *err)
{
	struct tt_str rest = tt_str_c(list);
	while (rest.n) {
		const struct tt_str name = tt_str_split(&rest, ',');
		int found = TT_BY_ALL + 1;
		while (found < TT_BYS && !tt_str_eq(name, tt_str_c(tt_eval_by_name(found))))
			found++;
		if (found == TT_BYS)
			return tt_err_set(
				err, TT_EUSAGE, "--by: '%.*s': want source, length or class", TT_FMT(name));
		by[found] = true;
	}
	return TT_OK;
}

static bool is_folder(const char *path)
{
	struct stat st;
	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* With --compare the arguments are two folders and a file, in any order. */
static int sort_arguments(
	struct session *s, const struct eval_opts *o, int argc, char **argv, struct tt_err *err)
{
	size_t folders = 0, files = 0;
	s->models[0] = o->model;
	s->eval.file = argv[0];
	if (!o->compare && argc != 1)
		return tt_err_set(err, TT_EUSAGE,
			"unexpected argument '%s'; two models are compared by --compare", argv[1]);
	if (o->calibrate && (o->compare || !o->model))
		return tt_err_set(
			err, TT_EUSAGE, "--calibrate changes a model's folder: name that one by --model");
	if (!o->compare)
		return TT_OK;
	for (int i = 0; i < argc; i++)
		if (!is_folder(argv[i])) {
			s->eval.file = argv[i];
			files++;
		} else if (folders < TT_EVAL_MODELS) {
			s->models[folders++] = argv[i];
		}
	if (o->model || folders != TT_EVAL_MODELS || files != 1)
		return tt_err_set(err, TT_EUSAGE,
			"--compare: want FILE and the folders of two models, got %zu folders and %zu files%s",
			folders, files, o->model ? ", and --model" : "");
	s->eval.n_models = TT_EVAL_MODELS;
	return TT_OK;
}

/* ---- rows ---- */

static int keep_row(struct session *s, const struct tt_row *row)
{
	struct tt_row *grown = tt_arena_grow(&s->arena, s->rows, s->n_rows, sizeof(*grown));
	if (!grown)
		return TT_ENOMEM;
	s->rows = grown;
	s->rows[s->n_rows++] = *row;
	return TT_OK;
}

static int read_rows(struct session *s, const struct eval_opts *o, struct tt_err *err)
{
	struct tt_rows *rows = NULL;
	struct tt_row row;
	int rc = tt_rows_open(&rows, s->eval.file, (enum tt_row_format)o->input, err);
	while (rc == TT_OK) {
		rc = tt_rows_next(rows, &s->arena, &row, err);
		if (rc == TT_OK) {
			rc = keep_row(s, &row);
			if (rc < 0)
				tt_err_set(err, rc, "%s:%zu: out of memory", s->eval.file, row.line);
		} else if (rc == TT_EPARSE || rc == TT_ELIMIT) {
			if (s->bad++ < BAD_ROWS_SAID)
				fprintf(stderr, "tickertone: %s\n", err->msg);
			rc = TT_OK;
		}
	}
	tt_rows_free(rows);
	return rc == TT_ECLOSED ? TT_OK : rc;
}

/* ---- a model over the rows ---- */

static int score_rows(
	struct session *s, struct tt_text_scorer *scorer, struct tt_scored_row *to, struct tt_err *err)
{
	struct tt_progress_bar bar;
	int rc = TT_OK;
	tt_progress_init(&bar, true, -1);
	for (size_t at = 0; rc == TT_OK && at < s->n_rows; at += CHUNK_ROWS) {
		const size_t n = s->n_rows - at < CHUNK_ROWS ? s->n_rows - at : CHUNK_ROWS;
		for (size_t i = at; i < at + n; i++)
			to[i].row = s->rows[i];
		rc = tt_text_scorer_run(scorer, to + at, n, &s->arena, err);
		tt_progress_update(&bar, (int64_t)(at + n), -1);
	}
	tt_progress_clear(&bar);
	return rc;
}

static int score_model(struct session *s, const struct eval_opts *o, size_t model, struct tt_err *err)
{
	struct tt_eval_model *m = &s->eval.models[model];
	struct tt_loaded loaded = {0};
	struct tt_crew *crew = NULL;
	struct tt_text_scorer *scorer = NULL;
	int rc = tt_model_path(s->models[model], m->dir, err);
	if (rc == TT_OK)
		rc = tt_load(&loaded, m->dir, o->precision, 0, err);
	if (rc == TT_OK)
		rc = tt_crew_new(&crew, loaded.model, (int)o->threads, PACK_TOKENS, err);
	const struct tt_text_engine engine = {.tokenizer = loaded.tokenizer, .crew = crew};
	if (rc == TT_OK)
		rc = tt_text_scorer_new(&scorer, &engine, err);
	s->scored[model] = tt_arena_zalloc(&s->arena, s->n_rows + 1, sizeof(**s->scored));
	if (rc == TT_OK && !s->scored[model])
		rc = tt_err_set(err, TT_ENOMEM, "out of memory for %zu rows", s->n_rows);
	if (rc == TT_OK) {
		const struct tt_model_facts *f = tt_model_facts(loaded.model);
		m->precision = tt_precision_name(f->precision);
		m->temperature[TT_EVAL_TEXTS] = (double)f->temperature;
		m->temperature[TT_EVAL_ENTITIES] = (double)f->entity_temperature;
		m->entity_head = f->entity_head;
		rc = score_rows(s, scorer, s->scored[model], err);
	}
	tt_text_scorer_free(scorer);
	tt_crew_free(crew);
	tt_load_done(&loaded);
	return rc;
}

static int evaluate(struct session *s, const struct eval_opts *o, struct tt_err *err)
{
	struct tt_eval *e = &s->eval;
	int rc = read_rows(s, o, err);
	for (size_t m = 0; rc == TT_OK && m < e->n_models; m++)
		rc = score_model(s, o, m, err);
	for (size_t i = 0; rc == TT_OK && i < s->n_rows; i++) {
		const struct tt_scored_row *row[TT_EVAL_MODELS] = {&s->scored[0][i]};
		if (e->n_models > 1)
			row[1] = &s->scored[1][i];
		rc = tt_eval_add(e, row, err);
	}
	if (rc == TT_OK && !e->slices[0].heads[TT_EVAL_TEXTS].n && !e->slices[0].heads[TT_EVAL_ENTITIES].n)
		rc = tt_err_set(
			err, TT_EPARSE, "%s: no text or entity in it has a label and can be scored", e->file);
	return rc == TT_OK ? tt_eval_finish(e, err) : rc;
}

/* ---- what comes of it ---- */

static int calibrate(struct session *s, struct tt_err *err)
{
	const struct tt_eval_fit *f = s->eval.fits;
	if (s->bad)
		return tt_err_set(
			err, TT_EPARSE, "%s: %zu bad rows; no temperature was stored", s->eval.file, s->bad);
	int rc = tt_eval_calibrate(&s->eval, err);
	return rc < 0 ? rc
		      : tt_temperature_store(s->eval.models[0].dir, f[TT_EVAL_TEXTS].temperature,
				f[TT_EVAL_ENTITIES].temperature, err);
}

static int report(const struct session *s, const struct eval_opts *o, struct tt_err *err)
{
	static void (*const forms[])(const struct tt_eval *, struct tt_buf *) = {
		[FORM_TEXT] = tt_eval_print, [FORM_JSON] = tt_eval_json, [FORM_HTML] = tt_eval_html};
	struct tt_buf out;
	tt_buf_init(&out, OUTPUT_MAX);
	forms[o->format](&s->eval, &out);
	int rc = out.rc < 0 ? tt_err_set(err, out.rc, "eval: %s", tt_err_text(out.rc))
			    : tt_file_write(o->output ? o->output : "-", tt_buf_view(&out), err);
	tt_buf_done(&out);
	return rc;
}

static int run(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct eval_opts *o = given;
	struct session s = {0};
	bool by[TT_BYS] = {false};
	int rc = parse_by(o->by, by, err);
	if (rc < 0)
		return rc;
	tt_arena_init(&s.arena, ROWS_BYTES);
	rc = tt_eval_init(&s.eval, by, err);
	s.eval.resamples = (size_t)o->resamples;
	s.eval.seed = (uint64_t)o->seed;
	if (rc == TT_OK)
		rc = sort_arguments(&s, o, argc, argv, err);
	if (rc == TT_OK)
		rc = evaluate(&s, o, err);
	if (rc == TT_OK && o->calibrate)
		rc = calibrate(&s, err);
	if (rc == TT_OK)
		rc = report(&s, o, err);
	if (rc == TT_OK && s.bad > 0)
		rc = tt_err_set(err, TT_EPARSE, "%s: %zu bad rows were skipped, %zu scored", s.eval.file,
			s.bad, s.n_rows);
	tt_eval_done(&s.eval);
	tt_arena_done(&s.arena);
	return rc;
}

static const struct tt_cli_opt opts[] = {
	TT_OPT_MODEL(struct eval_opts),
	{"compare", 0, TT_CLI_FLAG, offsetof(struct eval_opts, compare), NULL,
		"Two models, A and B, on the same rows: give their folders beside FILE.", 0, 0, NULL},
	{"calibrate", 0, TT_CLI_FLAG, offsetof(struct eval_opts, calibrate), NULL,
		"Fit the temperatures to FILE and store them in the folder of --model.", 0, 0, NULL},
	{"by", 'b', TT_CLI_STR, offsetof(struct eval_opts, by), "LIST",
		"Also by source, length (in tokens) or class, or several of them: source,length.", 0, 0,
		NULL},
	{"format", 'f', TT_CLI_ENUM, offsetof(struct eval_opts, format), "FORM",
		"Form of the report; html has pictures and stands alone.", 0, 0, "text|json|html"},
	{"output", 'o', TT_CLI_FILE, offsetof(struct eval_opts, output), "FILE",
		"Write the report there; default: standard output.", 0, 0, NULL},
	{"input", 'i', TT_CLI_ENUM, offsetof(struct eval_opts, input), "FORM",
		"Form of FILE; auto goes by its extension, else by its first line.", 0, 0, TT_ROW_FORMATS},
	{"precision", 'p', TT_CLI_ENUM, offsetof(struct eval_opts, precision), "P",
		"Arithmetic of the encoder; auto is the fastest one that agrees with fp32.", 0, 0,
		TT_PRECISION_CHOICES},
	{"resamples", 0, TT_CLI_INT, offsetof(struct eval_opts, resamples), "N",
		"Resamples that intervals are made of; default 1000.", 100, 20000, NULL},
	{"seed", 0, TT_CLI_INT, offsetof(struct eval_opts, seed), "N",
		"Of the resamples; the same gives the same intervals. Default 0.", 0, (double)(1LL << 53),
		NULL},
	TT_OPT_THREADS(struct eval_opts),
	{0},
};

const struct tt_cmd tt_cmd_eval = {
	.name = "eval",
	.args = "FILE|- [--compare A B]",
	.summary = "Evaluate a model on labelled texts, or compare two",
	.details =
		"Accuracy, macro-F1, log loss, Brier score and calibration error (ECE) of texts and of "
		"entities, "
		"precision, recall and F1 of each class, confusions, and how much of it is chance: 95 % "
		"intervals "
		"over resampled texts. FILE is what 'tickertone score' reads, with labels; a text without "
		"one "
		"counts by its entities' labels when those agree.\n\n"
		"--compare adds the differences of two models, with intervals, and McNemar's test. "
		"--calibrate "
		"fits the temperatures that make probabilities what they say, for which FILE should be texts "
		"that the model was not trained on (docs/TRAINING.md); the report is of before.\n\n"
		"    tickertone eval valid.tsv --by length\n"
		"    tickertone eval valid.tsv --compare models/old models/new --format html -o report.html\n"
		"    tickertone eval dev.jsonl --model models/new --calibrate",
	.group = TT_GROUP_TRAIN,
	.opts = opts,
	.defaults = &(const struct eval_opts){.resamples = 1000},
	.opts_size = sizeof(struct eval_opts),
	.min_args = 1,
	.max_args = 3,
	.run = run,
};
