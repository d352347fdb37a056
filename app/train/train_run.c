/* train_run.c - `tickertone train`, run: a model learns from labelled files. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/paths.h"
#include "app/train/judged.h"
#include "app/train/train_record.h"
#include "app/train/train_run.h"
#include "app/train/train_show.h"
#include "app/train/train_source.h"
#include "common/file.h"
#include "nlp/model/settings.h"
#include "nlp/train/fit/plot.h"

enum { PLOT_MAX = 256 << 20 };

struct session {
	const struct tt_train_opts *o;
	char start[TT_PATH_MAX];
	struct tt_tokenizer *tokenizer;
	struct tt_params *params;
	struct tt_train_set train, valid;
	struct tt_judged judged;
	struct tt_train_source source;
	struct tt_examples valid_examples;
	char *valid_list;
	int lock; /* of the folder; -1: not ours */
	struct tt_train_show show;
};

/* ---- signals: the step at hand is finished, a checkpoint written ---- */

static volatile sig_atomic_t told_to_stop;

static void on_signal(int sig)
{
	(void)sig;
	told_to_stop = 1;
}

static bool stop(void *ctx)
{
	(void)ctx;
	return told_to_stop;
}

static void watch_signals(void)
{
	struct sigaction a = {.sa_handler = on_signal, .sa_flags = SA_RESETHAND}; /* the second one kills */
	sigemptyset(&a.sa_mask);
	sigaction(SIGINT, &a, NULL);
	sigaction(SIGTERM, &a, NULL);
}

/* ---- opening ---- */

/* What people said of items. The connection is not kept while the model learns. */
static int read_database(struct session *s, struct tt_err *err)
{
	struct tt_alert_db db = {0};
	int rc = tt_alert_open(&db, &s->o->common, err);
	if (rc == TT_OK)
		rc = tt_judged_load(
			&s->judged, db.conn, (enum tt_text_choice)db.conf.model.text, TT_TIME_NONE, err);
	tt_alert_close(&db);
	return rc == TT_OK ? tt_train_set_rows(&s->train, "feedback", s->judged.rows, s->judged.n, err) : rc;
}

static int read_files(struct session *s, int argc, char **argv, struct tt_err *err)
{
	const char *paths[TT_TRAIN_FILES_MAX];
	const enum tt_row_format format = (enum tt_row_format)s->o->format;
	const bool labels = !s->o->teachers && s->o->objective == TT_TRAIN_LABELS;
	size_t n;
	int rc = s->o->from_db ? read_database(s, err) : TT_OK;
	for (int i = 0; rc == TT_OK && i < argc; i++)
		rc = tt_train_set_read(&s->train, argv[i], format, labels, err);
	if (rc == TT_OK)
		rc = tt_train_list(s->o->valid, paths, TT_LEN(paths), &n, &s->valid_list, err);
	for (size_t i = 0; rc == TT_OK && i < n; i++)
		rc = tt_train_set_read(&s->valid, paths[i], format, s->o->objective == TT_TRAIN_LABELS, err);
	return rc;
}

static int open_params(struct session *s, struct tt_err *err)
{
	int exits[TT_LAYERS_MAX];
	struct tt_params_options o = {.seed = (uint64_t)s->o->seed,
		.words = s->o->objective == TT_TRAIN_WORDS,
		.layers = (int)s->o->layers,
		.exits = exits,
		.exit_confidence = s->o->exit_confidence};
	int rc = tt_train_exits(s->o->exits, exits, &o.n_exits, err);
	return rc == TT_OK ? tt_params_open(&s->params, s->start, &o, err) : rc;
}

static struct tt_id start_id(const struct tt_params *p)
{
	const struct tt_str values = {(const char *)p->values, p->layout.n * sizeof(*p->values)};
	return TT_ID(tt_str_c(p->config_text), values);
}

static int make_folder(const char *dir, struct tt_err *err)
{
	if (mkdir(dir, 0777) == 0 || errno == EEXIST)
		return TT_OK;
	return tt_err_set(err, TT_EIO, "'%s': %s", dir, strerror(errno));
}

/* Words are cut into tokens as they were for the model that it began with. */
static int copy_tokenizer(const struct session *s, struct tt_err *err)
{
	static const char *const names[] = {
		"vocab.txt", "tokenizer_config.json", "tokenizer.json", "special_tokens_map.json", NULL};
	return tt_model_files_copy(s->start, s->o->out, names, err);
}

/* ---- the picture ---- */

static int plot(const struct session *s, struct tt_err *err)
{
	char path[TT_PATH_MAX];
	struct tt_buf log, svg;
	if (!s->o->plot)
		return TT_OK;
	int rc = tt_file_path(path, s->o->out, "log.tsv", err);
	tt_buf_init(&log, PLOT_MAX);
	tt_buf_init(&svg, PLOT_MAX);
	if (rc == TT_OK)
		rc = tt_file_read(path, &log, err);
	if (rc == TT_OK)
		rc = tt_fit_plot(&svg, tt_buf_view(&log), path, err);
	if (rc == TT_OK)
		rc = tt_file_write(s->o->plot, tt_buf_view(&svg), err);
	tt_buf_done(&log);
	tt_buf_done(&svg);
	return rc;
}

/* ---- the command ---- */

/* *before: how it ended, when it is resumed and was finished. */
static int open_all(struct session *s, int argc, char **argv, struct tt_fit_options *fit,
	struct tt_fit_result *before, struct tt_err *err)
{
	int rc = read_files(s, argc, argv, err);
	if (rc == TT_OK)
		rc = tt_train_fit_options(fit, s->o, &s->train, err);
	if (rc == TT_OK)
		rc = tt_model_path(s->o->model, s->start, err);
	if (rc == TT_OK)
		rc = open_params(s, err);
	if (rc == TT_OK)
		rc = tt_tokenizer_open(&s->tokenizer, s->start, err);
	if (rc == TT_OK)
		rc = tt_train_source_open(&s->source, s->o, &s->train, s->tokenizer, &s->params->config, err);
	if (rc == TT_OK)
		rc = tt_train_source_plain(&s->source, &s->valid, &s->valid_examples, err);
	if (rc == TT_OK)
		rc = make_folder(s->o->out, err);
	if (rc == TT_OK)
		rc = tt_train_lock(s->o->out, &s->lock, err);
	if (rc < 0)
		return rc;
	const struct tt_train_origin origin = {
		s->o, fit, s->start, start_id(s->params), &s->train, &s->valid, &s->source};
	rc = tt_train_record(&origin, before, err);
	return rc == TT_OK ? copy_tokenizer(s, err) : rc;
}

static void close_all(struct session *s)
{
	tt_train_source_done(&s->source);
	tt_params_free(s->params);
	tt_tokenizer_free(s->tokenizer);
	tt_examples_done(&s->valid_examples);
	tt_train_set_done(&s->train);
	tt_judged_done(&s->judged);
	tt_train_set_done(&s->valid);
	free(s->valid_list);
	if (s->lock >= 0)
		close(s->lock);
}

static int learn(
	struct session *s, const struct tt_fit_options *fit, struct tt_fit_result *ret, struct tt_err *err)
{
	const struct tt_fit_source source = {s->train.n, tt_train_source_epoch, &s->source};
	const struct tt_fit_watch watch = {tt_train_show_step, stop, &s->show};
	tt_train_show_init(&s->show, s->o->quiet);
	watch_signals();
	int rc = tt_fit(s->params, fit, &source, s->valid_examples.v, s->valid_examples.n, s->o->out, &watch,
		ret, err);
	tt_train_show_clear(&s->show);
	if (rc == TT_OK && !ret->stopped)
		rc = tt_train_record_result(s->o->out, ret, err);
	return rc;
}

int tt_train_run(const void *options, int argc, char **argv, struct tt_err *err)
{
	const struct tt_train_opts *o = options;
	struct session s = {.o = o, .lock = -1};
	struct tt_fit_options fit;
	struct tt_fit_result result;
	if (!o->out)
		return tt_err_set(err, TT_EUSAGE, "--out is needed: the folder of the new model");
	if (argc == 0 && !o->from_db)
		return tt_err_set(err, TT_EUSAGE, "what from? Give files, or --from-db");
	tt_train_set_init(&s.train);
	tt_train_set_init(&s.valid);
	tt_train_source_init(&s.source);
	tt_examples_init(&s.valid_examples, TT_EXAMPLES_BYTES);
	int rc = open_all(&s, argc, argv, &fit, &result, err);
	if (rc == TT_OK && result.steps == 0)
		rc = learn(&s, &fit, &result, err);
	if (rc == TT_OK)
		rc = plot(&s, err);
	if (rc == TT_OK)
		tt_train_show_result(&result, o->out);
	close_all(&s);
	return rc == TT_OK && result.stopped
		       ? tt_err_set(err, TT_EAGAIN,
				 "stopped after step %" PRId64 "; go on with the same command and --resume",
				 result.steps)
		       : rc;
}
