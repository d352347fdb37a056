/* cmd_feedback_import.c - `tickertone feedback import` and `feedback add`: what people say of items, into the
 * database. */
#include <stdio.h>
#include <string.h>

#include "app/alert/alert.h"
#include "app/commands.h"
#include "app/feedback/given.h"

enum { MEMORY_BYTES = 256 << 20, NAME_SHOWN = 150 };

struct import_opts {
	struct tt_alert_opts common;
	const char *who, *entity, *note;
	bool dry_run;
};

struct import {
	const char *name; /* of the file, for messages */
	struct tt_arena arena;
	struct tt_pg_said_of *rows;
	size_t *lines; /* of the rows; 0: of none */
	size_t n, unreadable, fates[TT_PG_FEEDBACK_FATES];
};

/* ---- reading ---- */

static int add_row(struct import *m, const struct tt_pg_said_of *row, size_t line, struct tt_err *err)
{
	m->rows = tt_arena_grow(&m->arena, m->rows, m->n, sizeof(*m->rows));
	m->lines = tt_arena_grow(&m->arena, m->lines, m->n, sizeof(*m->lines));
	if (!m->rows || !m->lines)
		return tt_err_set(err, TT_ELIMIT, "%s:%zu: more than can be imported at once; split the file",
			m->name, line);
	m->rows[m->n] = *row;
	m->lines[m->n++] = line;
	return TT_OK;
}

static int read_file(struct import *m, const char *path, const char *who, struct tt_err *err)
{
	struct tt_given_reader r;
	struct tt_pg_said_of row;
	struct tt_err why = {0};
	size_t line;
	int rc = tt_given_open(&r, path, who, tt_wall_ms(&tt_clock_real), err);
	m->name = r.lines.name;
	while (rc == TT_OK) {
		rc = tt_given_next(&r, &m->arena, &row, &line, &why);
		if (rc == TT_OK) {
			rc = add_row(m, &row, line, err);
		} else if (rc == TT_EPARSE || rc == TT_ELIMIT) {
			fprintf(stderr, "tickertone: %s\n", why.msg);
			m->unreadable++;
			rc = TT_OK;
		} else if (rc != TT_ECLOSED) {
			tt_err_set(err, rc, "%s", why.msg);
		}
	}
	tt_given_close(&r);
	return rc == TT_ECLOSED ? TT_OK : rc;
}

/* ---- storing ---- */

/* What is wrong with a row that is not stored; "" with one that is. */
static void fault_of(
	const struct tt_pg_said_of *v, const struct tt_pg_feedback_result *r, char *what, size_t size)
{
	char id[37];
	const char *key = v->url.p ? "URL" : v->guid.p ? "guid" : v->title.p ? "title" : "id";
	struct tt_str name = v->url.p ? v->url : v->guid.p ? v->guid : v->title;
	tt_id_format(v->id, id);
	if (!name.p)
		name = tt_str_c(id);
	name.n = name.n < NAME_SHOWN ? name.n : NAME_SHOWN;
	*what = '\0';
	if (r->fate == TT_PG_FEEDBACK_CLASH)
		snprintf(what, size, "'%.*s' has said something else of it at the same time", TT_FMT(v->who));
	else if (r->fate == TT_PG_FEEDBACK_NOWHERE && !r->items)
		snprintf(what, size, "no item has the %s '%.*s'", key, TT_FMT(name));
	else if (r->fate == TT_PG_FEEDBACK_NOWHERE && r->items > 1)
		snprintf(what, size, "%lld items have the %s '%.*s'", (long long)r->items, key, TT_FMT(name));
	else if (r->fate == TT_PG_FEEDBACK_NOWHERE)
		snprintf(what, size, "there is no entity '%.*s'", TT_FMT(v->symbol));
}

static int store(
	struct import *m, struct tt_alert_db *db, struct tt_str came_from, bool dry_run, struct tt_err *err)
{
	char what[512];
	struct tt_pg_feedback_result *results = tt_arena_zalloc(&m->arena, m->n + 1, sizeof(*results));
	if (!results)
		return tt_err_set(err, TT_ENOMEM, "feedback: %s", tt_err_text(TT_ENOMEM));
	int rc = m->n ? tt_pg_feedback_store(db->conn, m->rows, m->n, came_from, !dry_run, results, err)
		      : TT_OK;
	for (size_t i = 0; rc == TT_OK && i < m->n; i++) {
		m->fates[results[i].fate]++;
		fault_of(&m->rows[i], &results[i], what, sizeof(what));
		if (*what && m->lines[i])
			fprintf(stderr, "tickertone: %s:%zu: %s\n", m->name, m->lines[i], what);
		else if (*what)
			rc = tt_err_set(err, TT_EPARSE, "%s", what);
	}
	return rc;
}

static size_t bad_rows(const struct import *m)
{
	return m->unreadable + m->fates[TT_PG_FEEDBACK_NOWHERE] + m->fates[TT_PG_FEEDBACK_CLASH];
}

static void print_counts(const struct import *m, bool dry_run)
{
	printf("%s: %zu rows: %zu new, %zu in place of what the same person said before, %zu older than "
	       "that, "
	       "%zu known, %zu repeated, %zu bad%s\n",
		m->name, m->n + m->unreadable, m->fates[TT_PG_FEEDBACK_NEW],
		m->fates[TT_PG_FEEDBACK_REPLACES], m->fates[TT_PG_FEEDBACK_OLDER],
		m->fates[TT_PG_FEEDBACK_KNOWN], m->fates[TT_PG_FEEDBACK_REPEATED], bad_rows(m),
		dry_run ? "; nothing is stored" : "");
}

static struct tt_str base_name(const char *path)
{
	const char *slash = strrchr(path, '/');
	return strcmp(path, "-") == 0 ? TT_STR("standard input") : tt_str_c(slash ? slash + 1 : path);
}

static int run_import(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct import_opts *o = given;
	struct import m = {0};
	struct tt_alert_db db;
	(void)argc;
	tt_arena_init(&m.arena, MEMORY_BYTES);
	int rc = tt_alert_open(&db, &o->common, err);
	if (rc == TT_OK)
		rc = read_file(&m, argv[0], o->who, err);
	if (rc == TT_OK)
		rc = store(&m, &db, base_name(argv[0]), o->dry_run, err);
	if (rc == TT_OK)
		print_counts(&m, o->dry_run);
	if (rc == TT_OK && bad_rows(&m))
		rc = tt_err_set(err, TT_EPARSE, "%s: %zu bad rows were left out", m.name, bad_rows(&m));
	tt_alert_close(&db);
	tt_arena_done(&m.arena);
	return rc;
}

/* ---- one ---- */

static int run_add(const void *given, int argc, char **argv, struct tt_err *err)
{
	const struct import_opts *o = given;
	struct import m = {.name = "feedback"};
	struct tt_alert_db db = {0};
	struct tt_pg_said_of row;
	struct tt_str item = tt_str_c(argv[0]), texts[TT_GIVEN_KEYS] = {{NULL, 0}};
	(void)argc;
	tt_arena_init(&m.arena, MEMORY_BYTES);
	texts[tt_str_starts(item, TT_STR("http")) ? TT_GIVEN_URL : TT_GIVEN_ITEM] = item;
	texts[TT_GIVEN_LABEL] = tt_str_c(argv[1]);
	texts[TT_GIVEN_ENTITY] = tt_str_c(o->entity);
	texts[TT_GIVEN_NOTE] = tt_str_c(o->note);
	int rc = tt_given_of_texts(&row, &m.arena, texts, o->who, tt_wall_ms(&tt_clock_real), err);
	if (rc == TT_OK)
		rc = add_row(&m, &row, 0, err);
	if (rc == TT_OK)
		rc = tt_alert_open(&db, &o->common, err);
	if (rc == TT_OK)
		rc = store(&m, &db, TT_STR("feedback add"), false, err);
	if (rc == TT_OK)
		puts(m.fates[TT_PG_FEEDBACK_KNOWN] ? "known already" : "stored");
	tt_alert_close(&db);
	tt_arena_done(&m.arena);
	return rc == TT_EPARSE ? TT_EUSAGE : rc;
}

/* ---- tables ---- */

#define OPT(name, letter, type, field, arg, doc)                                                             \
	{                                                                                                    \
		name, letter, type, offsetof(struct import_opts, field), arg, doc, 0, 0, NULL                \
	}

static const struct tt_cli_opt import_options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("who", 0, TT_CLI_STR, who, "NAME", "Who says it, where a row does not say."),
	OPT("dry-run", 'n', TT_CLI_FLAG, dry_run, NULL, "Say what would become of the rows; store nothing."),
	{0},
};

const struct tt_cmd tt_cmd_feedback_import = {
	.name = "feedback import",
	.args = "FILE|-",
	.summary = "Store labels that people gave to items, from CSV or JSON Lines",
	.details =
		"Columns of CSV, or members of JSON: label (negative, neutral, positive); item (its id), "
		"url, "
		"guid or title (word for word): the first that a row has says which item it means; entity (a "
		"symbol; without: the item as a whole); who; at (when; without: now); note. Others are left "
		"alone, so that 'feedback list --csv' can be edited and imported.\n"
		"\n"
		"What a person says last of an item and entity counts, what they said before is kept. The "
		"same "
		"file again changes nothing. Bad rows are named and left out, and the exit status is 65.\n"
		"\n"
		"    tickertone feedback import -c tickertone.yaml labels.csv --who anna --dry-run\n",
	.group = TT_GROUP_TRAIN,
	.opts = import_options,
	.opts_size = sizeof(struct import_opts),
	.min_args = 1,
	.max_args = 1,
	.run = run_import,
};

static const struct tt_cli_opt add_options[] = {
	TT_ALERT_OPT_DATABASE,
	OPT("entity", 'e', TT_CLI_STR, entity, "SYMBOL",
		"What the label is about; default: the item as a whole."),
	OPT("who", 0, TT_CLI_STR, who, "NAME", "Who says it."),
	OPT("note", 0, TT_CLI_STR, note, "TEXT", "Why."),
	{0},
};

const struct tt_cmd tt_cmd_feedback_add = {
	.name = "feedback add",
	.args = "ITEM|URL LABEL",
	.summary = "Store one person's label of one item",
	.details =
		"As one row of 'feedback import'.\n"
		"\n"
		"    tickertone feedback add -c tickertone.yaml https://example.com/story negative --entity "
		"INTC --who anna\n",
	.group = TT_GROUP_TRAIN,
	.opts = add_options,
	.opts_size = sizeof(struct import_opts),
	.min_args = 2,
	.max_args = 2,
	.run = run_add,
};
