/* rows_write.c - rows written back in the form they were read in, see rows.h. */
#include "app/score/rows_parts.h"

#include <jansson.h>

#include "common/utf8.h"

static int put_fields(const struct tt_rows *r, struct tt_str text, struct tt_buf *out)
{
	for (size_t i = 0; i < r->csv.n; i++) {
		if (i > 0)
			tt_buf_char(out, ',');
		bool is_text = text.p && (int)i == r->text_column;
		tt_csv_print(out, is_text ? text : tt_csv_field(&r->csv, i));
	}
	return tt_buf_char(out, '\n');
}

static int set_span(json_t *object, struct tt_str text, const struct tt_row_entity *e)
{
	json_int_t start = -1, end = -1;
	if (e->in_text) {
		struct tt_str before = {text.p, e->span.start};
		struct tt_str mention = {text.p + e->span.start, e->span.end - e->span.start};
		start = (json_int_t)tt_utf8_count(before);
		end = start + (json_int_t)tt_utf8_count(mention);
	} else if (!json_object_get(object, "start") && !json_object_get(object, "end")) {
		return 0;
	}
	return json_object_set_new(object, "start", json_integer(start)) |
	       json_object_set_new(object, "end", json_integer(end));
}

static int add_bytes(const char *bytes, size_t n, void *out)
{
	return tt_buf_add(out, bytes, n);
}

static int put_json(const struct tt_rows *r, const struct tt_row *row, struct tt_buf *out)
{
	json_t *root = json_loadb(r->last.p, r->last.n, JSON_ALLOW_NUL, NULL);
	json_t *entities = json_object_get(root, "entities");
	int bad = json_object_set_new(root, "text", json_stringn(row->text.p, row->text.n));
	for (size_t i = 0; i < row->n_entities && !bad; i++) {
		json_t *object = json_array_get(entities, i);
		struct tt_str name = row->entities[i].name;
		bad = json_object_set_new(object, "entity", json_stringn(name.p, name.n)) |
		      set_span(object, row->text, &row->entities[i]);
	}
	if (!bad)
		bad = json_dump_callback(root, add_bytes, out, 0);
	json_decref(root);
	return bad ? (out->rc < 0 ? out->rc : TT_ENOMEM) : tt_buf_char(out, '\n');
}

int tt_rows_write_head(const struct tt_rows *r, struct tt_buf *out, struct tt_err *err)
{
	if (r->format != TT_ROWS_CSV || r->csv.n == 0)
		return TT_OK;
	int rc = put_fields(r, (struct tt_str){NULL, 0}, out);
	return rc < 0 ? tt_err_set(err, rc, "%s:1: %s", r->lines.name, tt_err_text(rc)) : TT_OK;
}

int tt_rows_write(const struct tt_rows *r, const struct tt_row *row, struct tt_buf *out, struct tt_err *err)
{
	int rc;
	if (r->format == TT_ROWS_CSV) {
		rc = put_fields(r, row->text, out);
	} else if (r->format == TT_ROWS_JSONL) {
		rc = put_json(r, row, out);
	} else {
		if (r->format == TT_ROWS_TSV) {
			tt_buf_str(out, r->last);
			tt_buf_char(out, '\t');
		}
		tt_buf_str(out, row->text);
		rc = tt_buf_char(out, '\n');
	}
	rc = out->rc < 0 ? out->rc : rc;
	return rc < 0 ? tt_err_set(err, rc, "%s:%zu: %s", r->lines.name, row->line, tt_err_text(rc)) : TT_OK;
}
