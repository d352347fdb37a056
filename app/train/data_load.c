/* data_load.c - see data_load.h. */
#include "app/train/data_load.h"

#include <stdio.h>
#include <string.h>

#include "app/paths.h"
#include "common/suggest.h"
#include "nlp/model/config.h"

int tt_data_loader_init(struct tt_data_loader *l, struct tt_err *err)
{
	*l = (struct tt_data_loader){.window = 0};
	tt_dataset_init(&l->data, TT_DATA_BYTES);
	tt_tokens_init(&l->tokens);
	tt_arena_init(&l->arena, TT_DATA_ROW_BYTES);
	return tt_data_report_init(&l->report, &l->data, err);
}

void tt_data_loader_done(struct tt_data_loader *l)
{
	tt_dataset_done(&l->data);
	tt_tokens_done(&l->tokens);
	tt_arena_done(&l->arena);
	tt_tokenizer_free(l->tokenizer);
	l->tokenizer = NULL;
}

int tt_data_loader_model(struct tt_data_loader *l, const char *given, struct tt_err *err)
{
	char dir[TT_PATH_MAX], path[TT_PATH_MAX + 16];
	struct tt_model_config config;
	struct tt_err why = {0};
	int rc = tt_model_path(given, dir, &why);
	if (rc == TT_ENOENT && !given)
		return TT_OK;
	if (rc < 0)
		return tt_err_set(err, rc, "%s", why.msg);
	snprintf(path, sizeof(path), "%s/config.json", dir);
	rc = tt_model_config_load(&config, path, err);
	if (rc == TT_OK)
		rc = tt_tokenizer_open(&l->tokenizer, dir, err);
	if (rc == TT_OK)
		l->window = (size_t)config.positions;
	return rc;
}

/* Other tools' words for our labels. */
static struct tt_str synonym(struct tt_str typed)
{
	static const struct {
		const char *word;
		enum tt_label label;
	} rows[] = {{"bullish", TT_POSITIVE}, {"bearish", TT_NEGATIVE}, {"pos", TT_POSITIVE},
		{"neg", TT_NEGATIVE}, {"neu", TT_NEUTRAL}, {"none", TT_NEUTRAL}};
	for (size_t i = 0; i < TT_LEN(rows); i++)
		if (tt_str_eq_ci(typed, tt_str_c(rows[i].word)))
			return tt_str_c(tt_label_name(rows[i].label));
	return (struct tt_str){NULL, 0};
}

static int found_label(struct tt_data_loader *l, size_t file, size_t line, struct tt_str given)
{
	char lower[64], what[200];
	struct tt_suggest s = {.typed = {lower, given.n}, .best = synonym(given)};
	for (size_t i = 0; i < given.n && i < sizeof(lower); i++)
		lower[i] = given.p[i] >= 'A' && given.p[i] <= 'Z' ? (char)(given.p[i] | 0x20) : given.p[i];
	for (int k = 0; k < TT_LABELS && !s.best.p && given.n < sizeof(lower); k++)
		tt_suggest_try(&s, tt_str_c(tt_label_name((enum tt_label)k)));
	int n = snprintf(what, sizeof(what), "label '%.*s'%s%.*s%s", (int)(given.n < 64 ? given.n : 64),
		given.p, s.best.p ? "; did you mean '" : "", TT_FMT(s.best), s.best.p ? "'?" : "");
	return tt_data_found(
		&l->report, file, TT_FLAW_LABEL, line, (struct tt_str){what, (size_t)n}, NULL, 0);
}

static int found_entity(
	struct tt_data_loader *l, size_t file, const struct tt_row *row, const struct tt_row_entity *e)
{
	char what[400];
	struct tt_str text = {row->text.p + e->span.start, e->span.end - e->span.start};
	if (!e->misplaced && (!e->in_text || tt_str_eq(text, e->name)))
		return TT_OK;
	int n = e->misplaced ? snprintf(what, sizeof(what), "'%.*s': its offsets are no place in the text",
				       (int)(e->name.n < 150 ? e->name.n : 150), e->name.p)
			     : snprintf(what, sizeof(what), "'%.*s', the text has '%.*s'",
				       (int)(e->name.n < 150 ? e->name.n : 150), e->name.p,
				       (int)(text.n < 150 ? text.n : 150), text.p);
	return tt_data_found(&l->report, file, e->misplaced ? TT_FLAW_SPAN : TT_FLAW_NAME, row->line,
		(struct tt_str){what, (size_t)n}, NULL, 0);
}

static int note_flaws(struct tt_data_loader *l, size_t file, const struct tt_row *row)
{
	int rc = TT_OK;
	if (row->repaired)
		rc = tt_data_found(&l->report, file, TT_FLAW_ENCODING, row->line, row->text, NULL, 0);
	if (rc == TT_OK && row->label == TT_LABEL_UNKNOWN)
		rc = found_label(l, file, row->line, row->label_given);
	for (size_t i = 0; i < row->n_entities && rc == TT_OK; i++) {
		if (row->entities[i].label == TT_LABEL_UNKNOWN)
			rc = found_label(l, file, row->line, row->entities[i].label_given);
		if (rc == TT_OK)
			rc = found_entity(l, file, row, &row->entities[i]);
	}
	return rc;
}

static int count_tokens(struct tt_data_loader *l, size_t file, struct tt_data_row *row)
{
	char what[64];
	int rc = tt_tokenizer_encode(l->tokenizer, l->data.clean.text, 0, &l->tokens);
	if (rc < 0)
		return rc;
	row->tokens = l->tokens.n;
	if (row->tokens <= l->window)
		return TT_OK;
	int n = snprintf(what, sizeof(what), "%zu tokens, the window has %zu", row->tokens, l->window);
	return tt_data_found(
		&l->report, file, TT_FLAW_LONG, row->line, (struct tt_str){what, (size_t)n}, NULL, 0);
}

int tt_data_load_row(struct tt_data_loader *l, size_t file, const struct tt_row *row, struct tt_err *err)
{
	struct tt_data_entity *entities =
		tt_arena_alloc(&l->arena, (row->n_entities + 1) * sizeof(*entities));
	if (!entities)
		return tt_err_set(err, TT_ENOMEM, "%s:%zu: out of memory", l->data.names[file], row->line);
	for (size_t i = 0; i < row->n_entities; i++)
		entities[i] = (struct tt_data_entity){row->entities[i].name, row->entities[i].label};
	struct tt_data_given given = {.file = file,
		.line = row->line,
		.text = row->text,
		.label = row->label,
		.entities = entities,
		.n_entities = row->n_entities};
	int rc = tt_dataset_add(&l->data, &given, err);
	if (rc < 0)
		return rc;
	rc = note_flaws(l, file, row);
	if (rc == TT_OK && l->tokenizer)
		rc = count_tokens(l, file, &l->data.rows[l->data.n_rows - 1]);
	return rc < 0 ? tt_err_set(err, rc, "%s:%zu: %s", l->data.names[file], row->line, tt_err_text(rc))
		      : TT_OK;
}

/* The message of a bad row without its file and line. */
static struct tt_str what_of(const struct tt_rows *rows, const struct tt_err *why)
{
	size_t name = strlen(tt_rows_name(rows));
	const char *behind = strlen(why->msg) > name ? strstr(why->msg + name, ": ") : NULL;
	return tt_str_c(behind ? behind + 2 : why->msg);
}

int tt_data_load(struct tt_data_loader *l, const char *path, enum tt_row_format format, struct tt_err *err)
{
	struct tt_rows *rows = NULL;
	struct tt_row row;
	struct tt_err why = {0};
	size_t file, n = 0;
	int rc = tt_dataset_file(&l->data, path, &file, err);
	if (rc == TT_OK)
		rc = tt_rows_open(&rows, path, format, err);
	if (rc == TT_OK)
		tt_rows_keep_flawed(rows);
	while (rc == TT_OK) {
		tt_arena_reset(&l->arena);
		rc = tt_rows_next(rows, &l->arena, &row, &why);
		n += rc != TT_ECLOSED;
		if (rc == TT_OK)
			rc = tt_data_load_row(l, file, &row, err);
		else if (rc == TT_EPARSE || rc == TT_ELIMIT)
			rc = tt_data_found(
				&l->report, file, TT_FLAW_UNREADABLE, row.line, what_of(rows, &why), NULL, 0);
		else if (rc != TT_ECLOSED)
			rc = tt_err_set(err, rc, "%s", why.msg);
	}
	tt_rows_free(rows);
	if (rc == TT_ECLOSED && n == 0)
		return tt_err_set(err, TT_EDATA, "%s: there are no rows in it", path);
	return rc == TT_ECLOSED ? TT_OK : rc;
}
