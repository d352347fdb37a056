/* cmd_model_change.c - `tickertone model register`, `promote` and `rollback`: a model becomes known, and
 * serves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/alert/alert.h"
#include "app/commands.h"
#include "app/model/facts.h"
#include "app/run/parts.h"
#include "sink/pg/models.h"

enum { JSON_MAX = 16 << 20, OUTPUT_MAX = 1 << 16 };

struct change_opts {
	struct tt_alert_opts common;
	const char *figures, *by, *reason;
};

struct change {
	struct tt_alert_db db;
	struct tt_parts parts; /* the model, opened */
	struct tt_arena arena;
	struct tt_buf out;
};

static int open_database(struct change *c, const struct change_opts *o, struct tt_err *err)
{
	*c = (struct change){0};
	tt_arena_init(&c->arena, OUTPUT_MAX);
	tt_buf_init(&c->out, OUTPUT_MAX);
	return tt_alert_open(&c->db, &o->common, err);
}

/* Prints what is to be said, and closes all. */
static int finish(struct change *c, int rc, struct tt_err *err)
{
	rc = tt_alert_print(&c->out, rc, err);
	tt_parts_done(&c->parts);
	tt_arena_done(&c->arena);
	tt_alert_close(&c->db);
	return rc;
}

/* Opening checks the files, and precision auto compares the arithmetics on a few headlines. */
static int open_model(struct change *c, const char *dir, struct tt_err *err)
{
	struct tt_app_conf conf = c->db.conf; /* a view */
	conf.model.model = (char *)dir;
	conf.model.scores = TT_SCORES_MODEL;
	return tt_parts_open_scorer(&c->parts, &conf, err);
}

/* ---- register ---- */

static int describe(struct change *c, const struct change_opts *o, int argc, char **argv, struct tt_err *err)
{
	const struct tt_model_info *m = tt_scorer_model(c->parts.scorer);
	const struct tt_str none = {NULL, 0};
	struct tt_buf files, data, figures;
	tt_buf_init(&files, JSON_MAX);
	tt_buf_init(&data, JSON_MAX);
	tt_buf_init(&figures, JSON_MAX);
	int rc = tt_facts_of_folder(argv[0], &files, err);
	if (rc == TT_OK && argc > 1)
		rc = tt_facts_of_files(argv + 1, argc - 1, &data, err);
	if (rc == TT_OK && o->figures)
		rc = tt_facts_figures(o->figures, &figures, err);
	if (rc == TT_OK)
		rc = tt_parts_register_model(c->db.conn, c->parts.scorer, &c->parts.model_id, err);
	if (rc == TT_OK)
		rc = tt_pg_model_describe(c->db.conn, c->parts.model_id, tt_buf_view(&files),
			argc > 1 ? tt_buf_view(&data) : none, o->figures ? tt_buf_view(&figures) : none, err);
	if (rc == TT_OK)
		tt_buf_printf(&c->out, "registered: model %d, %.*s, %s, %lld weights\n", c->parts.model_id,
			TT_FMT(m->name), m->precision, (long long)m->parameters);
	tt_buf_done(&files);
	tt_buf_done(&data);
	tt_buf_done(&figures);
	return rc;
}

static int run_register(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct change_opts *o = given;
	struct change c;
	int rc = open_database(&c, o, err);
	if (rc == TT_OK)
		rc = open_model(&c, argv[0], err);
	if (rc == TT_OK)
		rc = describe(&c, o, argc, argv, err);
	return finish(&c, rc, err);
}

/* ---- promote ---- */

static const struct tt_id no_hash;

/* What is promoted was opened, here and now, and is what was registered. given: a folder, or a number of
 * `model list`. */
static int check_model(struct change *c, const char *given, struct tt_pg_found_model *m, struct tt_err *err)
{
	int64_t number = 0;
	char *dir = NULL;
	int rc = TT_OK;
	if (tt_str_int(tt_str_c(given), 1, INT16_MAX, &number)) {
		rc = tt_pg_model_find(c->db.conn, (int)number, no_hash, &c->arena, m, err);
		if (rc == TT_OK && !m->model_id)
			rc = tt_err_set(err, TT_ENOENT,
				"%s: there is no such model (see 'tickertone model list')", given);
		if (rc == TT_OK && !m->path.p)
			rc = tt_err_set(
				err, TT_ENOENT, "model %s: its folder is not known; give that", given);
		if (rc == TT_OK && !(dir = strndup(m->path.p, m->path.n)))
			rc = tt_err_set(err, TT_ENOMEM, "model: %s", tt_err_text(TT_ENOMEM));
	}
	if (rc == TT_OK)
		rc = open_model(c, dir ? dir : given, err);
	free(dir);
	if (rc < 0)
		return rc;
	const struct tt_id hash = tt_scorer_model(c->parts.scorer)->hash;
	if (number)
		return tt_id_eq(hash, m->hash) ? TT_OK
					       : tt_err_set(err, TT_EDATA,
							 "%.*s: the files are not those of model %s any more",
							 TT_FMT(m->path), given);
	rc = tt_pg_model_find(c->db.conn, 0, hash, &c->arena, m, err);
	if (rc == TT_OK && !m->model_id)
		rc = tt_err_set(
			err, TT_ENOENT, "%s: not registered: tickertone model register %s", given, given);
	return rc;
}

static int run_promote(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct change_opts *o = given;
	struct tt_pg_found_model m = {0};
	struct change c;
	bool is_new = false;
	int moved = 0;
	(void)argc;
	int rc = open_database(&c, o, err);
	if (rc == TT_OK)
		rc = check_model(&c, argv[0], &m, err);
	if (rc == TT_OK) /* services look for it where it was just opened */
		rc = tt_parts_register_model(c.db.conn, c.parts.scorer, &moved, err);
	if (rc == TT_OK)
		rc = tt_pg_model_find(c.db.conn, moved, no_hash, &c.arena, &m, err);
	if (rc == TT_OK)
		rc = tt_pg_model_promote(
			c.db.conn, m.model_id, tt_str_c(o->by), tt_str_c(o->reason), &is_new, err);
	if (rc == TT_OK)
		tt_buf_printf(&c.out,
			is_new ? "promoted: model %d, %.*s: running services swap it in\n"
			       : "model %d, %.*s, is promoted already; services were told again\n",
			m.model_id, TT_FMT(m.name));
	return finish(&c, rc, err);
}

/* ---- rollback ---- */

static int run_rollback(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct change_opts *o = given;
	struct tt_pg_found_model m = {0};
	struct change c;
	int64_t change;
	(void)argc, (void)argv;
	int rc = open_database(&c, o, err);
	if (rc == TT_OK)
		rc = tt_pg_model_roll_back(c.db.conn, tt_str_c(o->by), tt_str_c(o->reason), err);
	if (rc == TT_OK)
		rc = tt_pg_model_promoted(c.db.conn, &c.arena, &change, &m, err);
	if (rc == TT_OK && m.model_id)
		tt_buf_printf(&c.out, "rolled back: model %d, %.*s\n", m.model_id, TT_FMT(m.name));
	else if (rc == TT_OK)
		tt_buf_str(&c.out,
			TT_STR("rolled back: each service scores with the model it is configured with\n"));
	return finish(&c, rc, err);
}

/* ---- tables ---- */

#define OPT(name, type, field, arg, doc)                                                                     \
	{                                                                                                    \
		name, 0, type, offsetof(struct change_opts, field), arg, doc, 0, 0, NULL                     \
	}
static const struct tt_cli_opt register_options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("figures", TT_CLI_FILE, figures, "FILE",
		"How good it is: a file with a JSON object, kept as it is."),
	{0},
};

const struct tt_cmd tt_cmd_model_register = {
	.name = "model register",
	.args = "DIR [DATA]...",
	.summary = "Make a model known: its files' hashes, what it was trained on, its figures",
	.details = "The folder is opened and checked as a service does; the SHA-256 of each file in it is "
		   "kept, and of "
		   "the DATA files that it was trained on. Registered again, a model keeps what is not said "
		   "anew. "
		   "Every service must see the folder at this path.\n"
		   "\n"
		   "    tickertone model register -c tickertone.yaml models/new --figures figures.json "
		   "train.tsv valid.tsv\n",
	.group = TT_GROUP_TEXT,
	.opts = register_options,
	.opts_size = sizeof(struct change_opts),
	.min_args = 1,
	.max_args = -1,
	.run = run_register,
};

static const struct tt_cli_opt change_options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("by", TT_CLI_STR, by, "NAME", "Who does it; the default is the database's user."),
	OPT("reason", TT_CLI_STR, reason, "TEXT", "Why; kept in the history."),
	{0},
};

const struct tt_cmd tt_cmd_model_promote = {
	.name = "model promote",
	.args = "DIR|MODEL",
	.summary = "Have running services score with a registered model, without a restart",
	.details = "MODEL is a number of 'model list'. The model is opened and checked here first. Services "
		   "open it in the "
		   "background and go on with the old one until then; each batch is scored by one model. A "
		   "service "
		   "that is restarted scores with the promoted model, whatever model.model says "
		   "(docs/MODELS.md).\n"
		   "\n"
		   "    tickertone model promote -c tickertone.yaml models/new --reason 'macro-F1 0.84, was "
		   "0.83'\n",
	.group = TT_GROUP_TEXT,
	.opts = change_options,
	.opts_size = sizeof(struct change_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run_promote,
};

const struct tt_cmd tt_cmd_model_rollback = {
	.name = "model rollback",
	.summary = "Back to the model that served before, without a restart",
	.details = "Called again, it goes back one further; at the end to the model that each service is "
		   "configured with.\n"
		   "\n"
		   "    tickertone model rollback -c tickertone.yaml --reason 'too gloomy about banks'\n",
	.group = TT_GROUP_TEXT,
	.opts = change_options,
	.opts_size = sizeof(struct change_opts),
	.run = run_rollback,
};
