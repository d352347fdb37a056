/* rows_json.c - one JSON line as a row, see rows.h. */
#include <jansson.h>

#include "app/score/rows.h"
#include "common/utf8.h"

static struct tt_str string_of(const json_t *v)
{
	return (struct tt_str){json_string_value(v), json_string_length(v)};
}

struct reading {
	struct tt_arena *arena;
	bool keep_flawed;
};

static int get_label(
	struct reading *r, const json_t *object, int *ret, struct tt_str *given, struct tt_err *err)
{
	const json_t *v = json_object_get(object, "label");
	enum tt_label label;
	*ret = TT_LABEL_NONE;
	if (!v || json_is_null(v))
		return TT_OK;
	if (json_is_string(v) && tt_label_parse(string_of(v), &label)) {
		*ret = (int)label;
		return TT_OK;
	}
	if (!json_is_string(v) || !r->keep_flawed)
		return tt_err_set(err, TT_EPARSE, "label: want \"negative\", \"neutral\" or \"positive\"");
	*ret = TT_LABEL_UNKNOWN;
	*given = tt_arena_str(r->arena, string_of(v));
	return given->p ? TT_OK : tt_err_set(err, TT_ELIMIT, "the row is over the memory limit");
}

static int get_offset(const json_t *object, const char *key, int64_t *ret, struct tt_err *err)
{
	const json_t *v = json_object_get(object, key);
	*ret = -1;
	if (!v || json_is_null(v))
		return TT_OK;
	if (!json_is_integer(v))
		return tt_err_set(err, TT_EPARSE, "%s: want a number of code points", key);
	*ret = json_integer_value(v);
	return TT_OK;
}

static int get_span(struct reading *r, const json_t *object, struct tt_str text, struct tt_row_entity *e,
	struct tt_err *err)
{
	int64_t start = -1, end = -1;
	size_t from, len;
	int rc = get_offset(object, "start", &start, err);
	if (rc == TT_OK)
		rc = get_offset(object, "end", &end, err);
	if (rc < 0)
		return rc;
	e->in_text = start >= 0 || end >= 0;
	if (!e->in_text)
		return TT_OK;
	if (start < 0 || start >= end || !tt_utf8_byte_of(text, (size_t)start, &from) ||
		!tt_utf8_byte_of((struct tt_str){text.p + from, text.n - from}, (size_t)(end - start), &len)) {
		e->in_text = false;
		e->misplaced = true;
		if (r->keep_flawed)
			return TT_OK;
		return tt_err_set(err, TT_EPARSE, "start %lld and end %lld are no place in the text",
			(long long)start, (long long)end);
	}
	e->span = (struct tt_span){(uint32_t)from, (uint32_t)(from + len)};
	return TT_OK;
}

static int get_entity(
	struct reading *r, const json_t *v, struct tt_str text, struct tt_row_entity *e, struct tt_err *err)
{
	const json_t *name = json_object_get(v, "entity");
	if (!json_is_string(name))
		return tt_err_set(err, TT_EPARSE, "entity: want a name");
	e->name = tt_arena_str(r->arena, string_of(name));
	if (!e->name.p)
		return tt_err_set(err, TT_ELIMIT, "the row is over the memory limit");
	int rc = get_label(r, v, &e->label, &e->label_given, err);
	return rc < 0 ? rc : get_span(r, v, text, e, err);
}

static int get_entities(struct reading *r, const json_t *root, struct tt_row *row, struct tt_err *err)
{
	const json_t *list = json_object_get(root, "entities");
	size_t n = json_array_size(list);
	row->lists_entities = list && !json_is_null(list);
	if (!row->lists_entities)
		return TT_OK;
	if (!json_is_array(list))
		return tt_err_set(err, TT_EPARSE, "entities: want a list");
	row->entities = tt_arena_zalloc(r->arena, n + 1, sizeof(*row->entities));
	if (!row->entities)
		return tt_err_set(err, TT_ELIMIT, "the row is over the memory limit");
	for (; row->n_entities < n; row->n_entities++) {
		size_t i = row->n_entities;
		int rc = get_entity(r, json_array_get(list, i), row->text, &row->entities[i], err);
		if (rc < 0)
			return tt_err_prefix(err, rc, "entities[%zu]", i);
	}
	return TT_OK;
}

int tt_row_of_json(
	struct tt_row *ret, struct tt_arena *a, struct tt_str line, bool keep_flawed, struct tt_err *err)
{
	struct reading r = {a, keep_flawed};
	struct tt_row row = {.line = ret->line, .label = TT_LABEL_NONE};
	json_error_t bad;
	json_t *root = json_loadb(line.p, line.n, JSON_ALLOW_NUL, &bad);
	int rc = TT_OK;
	if (!root)
		return tt_err_set(err, TT_EPARSE, "column %d: %s", bad.column, bad.text);
	const json_t *text = json_object_get(root, "text"), *source = json_object_get(root, "source");
	if (!json_is_string(text))
		rc = tt_err_set(err, TT_EPARSE, "no \"text\" in the row, or it is not a string");
	if (rc == TT_OK) {
		row.text = tt_arena_str(a, string_of(text));
		rc = row.text.p ? get_label(&r, root, &row.label, &row.label_given, err)
				: tt_err_set(err, TT_ELIMIT, "the row is over the memory limit");
	}
	if (rc == TT_OK && json_string_length(source)) {
		row.source = tt_arena_str(a, string_of(source));
		rc = row.source.p ? TT_OK : tt_err_set(err, TT_ELIMIT, "the row is over the memory limit");
	}
	if (rc == TT_OK)
		rc = get_entities(&r, root, &row, err);
	json_decref(root);
	if (rc == TT_OK)
		*ret = row;
	return rc;
}
