/* cmd_score.c - `tickertone score`: texts in, sentiment out. One thread reads and prints, the others score.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "app/commands.h"
#include "app/paths.h"
#include "app/score/progress.h"
#include "app/score/score_eval.h"
#include "app/score/score_opts.h"
#include "app/score/score_pool.h"
#include "app/score/score_print.h"
#include "app/cli/term.h"
#include "common/cores.h"
#include "nlp/load.h"

enum { OUT_MAX = 1 << 30, BAD_ROWS_SAID = 20, PACK_TOKENS = 512 };

struct score_opts {
	const char *model, *entities;
	int precision, format;
	double exit_confidence;
	int64_t threads, max_tokens, cache;
	bool json, csv, no_entities;
};

struct session {
	struct tt_text_engine engine;
	struct tt_loaded loaded;
	struct tt_crew *crew;
	struct tt_score_cache *cache;
	struct tt_entity_dict *dict;
	struct tt_matcher *matcher;
	struct tt_rows *rows;
	struct tt_score_pool *pool;
	struct tt_score_look look;
	struct tt_score_eval eval;
	struct tt_progress_bar progress;
	struct tt_buf out;
	int64_t scored, bad;
};

static const struct tt_cli_opt opts[] = {
	TT_OPT_MODEL(struct score_opts),
	{"precision", 'p', TT_CLI_ENUM, offsetof(struct score_opts, precision), "P",
		"Arithmetic of the encoder; auto is the fastest one that agrees with fp32.", 0, 0,
		TT_PRECISION_CHOICES},
	{"exit-confidence", 0, TT_CLI_REAL, offsetof(struct score_opts, exit_confidence), "P",
		"Probability that is enough to leave a model with exits early; 0: what the model says, 1: "
		"read all layers.",
		0, 1, NULL},
	TT_OPT_THREADS(struct score_opts),
	TT_OPT_FORMAT(struct score_opts),
	{"json", 'j', TT_CLI_FLAG, offsetof(struct score_opts, json), NULL,
		"Print JSON Lines, one row a text.", 0, 0, NULL},
	{"csv", 0, TT_CLI_FLAG, offsetof(struct score_opts, csv), NULL, "Print CSV, one row a text.", 0, 0,
		NULL},
	{"entities", 'e', TT_CLI_FILE, offsetof(struct score_opts, entities), "FILE",
		"Dictionary of entities to find; default: $TICKERTONE_ENTITIES, else the built-in one.", 0, 0,
		NULL},
	{"no-entities", 0, TT_CLI_FLAG, offsetof(struct score_opts, no_entities), NULL,
		"Find no entities; those that a row lists are scored all the same.", 0, 0, NULL},
	TT_OPT_MAX_TOKENS(struct score_opts),
	{"cache", 0, TT_CLI_INT, offsetof(struct score_opts, cache), "N",
		"Keep the scores of N texts, 136 bytes each: a text that comes again is not read again. 0: "
		"read "
		"all.",
		0, 10000000, NULL},
	{0},
};

static int open_model(struct session *s, const struct score_opts *o, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	int rc = tt_model_path(o->model, path, err);
	if (rc == TT_OK)
		rc = tt_load(&s->loaded, path, o->precision, o->exit_confidence, err);
	if (rc < 0)
		return rc;
	rc = tt_crew_new(&s->crew, s->loaded.model, (int)o->threads, PACK_TOKENS, err);
	if (rc == TT_OK && o->cache)
		rc = tt_score_cache_new(&s->cache, (size_t)o->cache, err);
	s->engine.crew = s->crew;
	s->engine.cache = s->cache;
	s->engine.tokenizer = s->loaded.tokenizer;
	s->engine.max_tokens = (size_t)o->max_tokens;
	return rc;
}

static int open_entities(struct session *s, const struct score_opts *o, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	if (o->no_entities)
		return TT_OK;
	int rc = tt_entities_path(o->entities, path, err);
	if (rc == TT_OK)
		rc = tt_entity_dict_load(&s->dict, path, err);
	if (rc == TT_OK)
		rc = tt_matcher_new(&s->matcher, s->dict, err);
	s->engine.matcher = s->matcher;
	return rc;
}

/* Reads rows until the chunk is full, the input ends or would have to be waited for. TT_ECLOSED at the end of
 * the input. */
static int fill(struct session *s, struct tt_score_chunk *c, struct tt_err *err)
{
	size_t bytes = 0;
	int rc = TT_OK;
	while (rc == TT_OK && c->n < TT_CHUNK_ROWS && bytes < TT_CHUNK_BYTES) {
		struct tt_scored_row *r = &c->rows[c->n];
		if (c->n > 0 && tt_rows_would_wait(s->rows))
			break;
		*r = (struct tt_scored_row){0};
		rc = tt_rows_next(s->rows, &c->arena, &r->row, err);
		if (rc == TT_OK) {
			bytes += r->row.text.n;
			c->n++;
		} else if (rc == TT_EPARSE || rc == TT_ELIMIT) {
			tt_progress_clear(&s->progress);
			if (s->bad++ < BAD_ROWS_SAID)
				fprintf(stderr, "tickertone: %s\n", err->msg);
			rc = TT_OK;
		}
	}
	return rc;
}

static int write_out(struct session *s, struct tt_err *err)
{
	int rc = s->out.rc;
	if (rc < 0)
		return tt_err_set(err, rc, "output: %s", tt_err_text(rc));
	size_t n = fwrite(tt_buf_view(&s->out).p, 1, s->out.n, stdout);
	if (n != s->out.n || fflush(stdout) != 0)
		return tt_err_set(err, TT_EIO, "standard output: %s", strerror(errno));
	tt_buf_reset(&s->out);
	return TT_OK;
}

/* Prints the chunks that are scored, oldest first; with `all`, waits for those in work, else for one if
 * `one`. */
static int print_scored(struct session *s, bool one, bool all, struct tt_err *err)
{
	struct tt_score_chunk *c;
	for (bool wait = one || all; (c = tt_score_pool_oldest(s->pool, wait)); wait = all) {
		if (c->rc < 0) {
			*err = c->err;
			return c->rc;
		}
		for (size_t i = 0; i < c->n; i++) {
			tt_score_print_row(&s->look, &c->rows[i], &s->out);
			tt_score_eval_add(&s->eval, &c->rows[i]);
		}
		s->scored += (int64_t)c->n;
		tt_score_pool_release(s->pool);
		int rc = write_out(s, err);
		if (rc < 0)
			return rc;
		tt_progress_update(&s->progress, s->scored, tt_rows_consumed_bytes(s->rows));
	}
	return TT_OK;
}

static int score_all(struct session *s, struct tt_err *err)
{
	int rc = TT_OK;
	tt_score_print_header(&s->look, &s->out);
	while (rc == TT_OK) {
		struct tt_score_chunk *c = tt_score_pool_idle(s->pool);
		if (!c) {
			rc = print_scored(s, true, false, err);
			continue;
		}
		rc = fill(s, c, err);
		if (c->n > 0)
			tt_score_pool_submit(s->pool);
		if (rc == TT_OK)
			rc = print_scored(s, false, tt_rows_would_wait(s->rows), err);
	}
	if (rc == TT_ECLOSED)
		rc = print_scored(s, false, true, err);
	tt_progress_clear(&s->progress);
	return rc == TT_OK ? write_out(s, err) : rc;
}

/* The evaluation stands below a table; beside JSON and CSV, which must stay what they are, it goes to
 * standard error. */
static int print_eval(struct session *s, struct tt_err *err)
{
	tt_score_eval_print(&s->eval, &s->out);
	if (s->look.form == TT_SCORE_TABLE)
		return write_out(s, err);
	fwrite(tt_buf_view(&s->out).p, 1, s->out.n, stderr);
	return TT_OK;
}

static void close_session(struct session *s)
{
	tt_score_pool_free(s->pool);
	tt_crew_free(s->crew);
	tt_score_cache_free(s->cache);
	tt_rows_free(s->rows);
	tt_matcher_free(s->matcher);
	tt_entity_dict_free(s->dict);
	tt_load_done(&s->loaded);
	tt_buf_done(&s->out);
}

static int run(const void *options, int argc, char **argv, struct tt_err *err)
{
	const struct score_opts *o = options;
	struct session s = {
		.look = {o->json  ? TT_SCORE_JSONL
			 : o->csv ? TT_SCORE_CSV
				  : TT_SCORE_TABLE,
			tt_term_colour(STDOUT_FILENO), tt_term_width(STDOUT_FILENO)},
	};
	if (o->json && o->csv)
		return tt_err_set(err, TT_EUSAGE, "--json and --csv exclude each other");
	tt_buf_init(&s.out, OUT_MAX);
	int rc = tt_rows_open(&s.rows, argc > 0 ? argv[0] : "-", (enum tt_row_format)o->format, err);
	if (rc == TT_OK)
		rc = open_model(&s, o, err);
	if (rc == TT_OK)
		rc = open_entities(&s, o, err);
	if (rc == TT_OK)
		rc = tt_score_pool_new(&s.pool, &s.engine, o->threads ? (int)o->threads : tt_cores(), err);
	if (rc < 0)
		goto out;
	tt_progress_init(&s.progress, !isatty(STDOUT_FILENO), tt_rows_total_bytes(s.rows));
	rc = score_all(&s, err);
	if (rc == TT_OK)
		rc = print_eval(&s, err);
	if (rc == TT_OK && s.bad > 0)
		rc = tt_err_set(err, TT_EPARSE, "%s: %lld bad rows were skipped, %lld scored",
			tt_rows_name(s.rows), (long long)s.bad, (long long)s.scored);
out:
	close_session(&s);
	return rc;
}

const struct tt_cmd tt_cmd_score = {
	.name = "score",
	.args = "[FILE|-]",
	.summary = "Score texts: sentiment of each, and of each company in it",
	.details = "Reads texts from FILE or standard input and prints, in their order, label, score "
		   "(positive minus negative "
		   "probability, -1 to 1) and the same for each entity: those that a row lists, else those "
		   "that the "
		   "dictionary finds.\n\n"
		   "Input: lines of text; TSV label<TAB>text; CSV with a header naming a column text and "
		   "perhaps label; JSON Lines "
		   "{\"text\", \"label\"?, \"entities\"?: [{\"entity\", \"start\", \"end\", \"label\"?}]} "
		   "with offsets in code points, -1 "
		   "when the name is not in the text: such an entity has no score. Where there are labels, "
		   "accuracy, macro-F1 and a "
		   "confusion table follow; beside --json and --csv they go to standard error. A text "
		   "without label counts by "
		   "its entities' labels when they agree.\n\n"
		   "A row that cannot be read is reported with its line and skipped; the exit status is then "
		   "65.\n\n"
		   "    echo 'Apple soars as Samsung sinks' | tickertone score\n"
		   "    tickertone score --json headlines.csv >scored.jsonl",
	.group = TT_GROUP_TEXT,
	.opts = opts,
	.defaults = &(const struct score_opts){.cache = 20000},
	.opts_size = sizeof(struct score_opts),
	.min_args = 0,
	.max_args = 1,
	.run = run,
};
