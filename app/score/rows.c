/* rows.c - see rows.h: which form the input has, and the three that are lines. */
#include "app/score/rows.h"

#include <stdlib.h>
#include <string.h>

#include "app/score/rows_parts.h"
#include "common/utf8.h"

static int fail(const struct tt_rows *r, int code, size_t line, struct tt_err *err, const char *what)
{
	return tt_err_set(err, code, "%s:%zu: %s", r->lines.name, line, what);
}

static enum tt_row_format format_of_name(const char *path)
{
	static const struct {
		const char *end;
		enum tt_row_format format;
	} rows[] = {{".tsv", TT_ROWS_TSV}, {".csv", TT_ROWS_CSV}, {".jsonl", TT_ROWS_JSONL},
		{".ndjson", TT_ROWS_JSONL}, {".txt", TT_ROWS_LINES}};
	for (size_t i = 0; i < TT_LEN(rows); i++) {
		size_t n = strlen(path), k = strlen(rows[i].end);
		if (n > k && strcmp(path + n - k, rows[i].end) == 0)
			return rows[i].format;
	}
	return TT_ROWS_AUTO;
}

static int parse_label(struct tt_str name)
{
	enum tt_label label;
	name = tt_str_trim(name);
	return name.n == 0 ? TT_LABEL_NONE : tt_label_parse(name, &label) ? (int)label : TT_LABEL_UNKNOWN;
}

/* A CSV without extension is not guessed: too many plain texts have a comma. */
static int guess_format(struct tt_rows *r, struct tt_err *err)
{
	struct tt_str start, rest, first;
	int rc = tt_line_reader_peek(&r->lines, &start, err);
	if (rc < 0)
		return rc;
	rest = tt_str_split(&start, '\n');
	r->format = tt_str_starts(tt_str_trim(rest), TT_STR("{")) ? TT_ROWS_JSONL : TT_ROWS_LINES;
	first = tt_str_split(&rest, '\t');
	if (rest.p && first.n > 0 && parse_label(first) != TT_LABEL_UNKNOWN)
		r->format = TT_ROWS_TSV;
	return TT_OK;
}

static int read_header(struct tt_rows *r, struct tt_err *err)
{
	size_t line;
	int64_t from_byte;
	int rc = tt_csv_next(&r->csv, &r->lines, &line, &from_byte, err);
	if (rc == TT_ECLOSED)
		return TT_OK; /* an empty file has no rows */
	if (rc < 0)
		return rc;
	for (size_t i = 0; i < r->csv.n; i++) {
		struct tt_str name = tt_str_trim(tt_csv_field(&r->csv, i));
		if (tt_str_eq_ci(name, TT_STR("text")) && r->text_column < 0)
			r->text_column = (int)i;
		if (tt_str_eq_ci(name, TT_STR("label")) && r->label_column < 0)
			r->label_column = (int)i;
		if (tt_str_eq_ci(name, TT_STR("source")) && r->source_column < 0)
			r->source_column = (int)i;
	}
	if (r->text_column < 0)
		return fail(r, TT_EPARSE, line, err, "the header has no column 'text'");
	return TT_OK;
}

int tt_rows_open(struct tt_rows **ret, const char *path, enum tt_row_format format, struct tt_err *err)
{
	struct tt_rows *r = calloc(1, sizeof(*r));
	if (!r)
		return tt_err_set(err, TT_ENOMEM, "out of memory");
	tt_csv_init(&r->csv);
	r->text_column = r->label_column = r->source_column = -1;
	r->format = format;
	int rc = tt_line_reader_open(&r->lines, path, err);
	if (rc < 0) {
		free(r);
		return rc;
	}
	if (r->format == TT_ROWS_AUTO)
		r->format = format_of_name(path);
	if (r->format == TT_ROWS_AUTO)
		rc = guess_format(r, err);
	if (rc == TT_OK && r->format == TT_ROWS_CSV)
		rc = read_header(r, err);
	if (rc < 0) {
		tt_rows_free(r);
		return rc;
	}
	*ret = r;
	return TT_OK;
}

void tt_rows_free(struct tt_rows *r)
{
	if (!r)
		return;
	tt_line_reader_close(&r->lines);
	tt_csv_done(&r->csv);
	free(r);
}

/* A copy in the arena, broken pieces replaced; .p NULL: out of memory. */
static struct tt_str repaired(struct tt_arena *a, struct tt_str s)
{
	if (tt_utf8_valid(s))
		return tt_arena_str(a, s.p ? s : TT_STR(""));
	char *p = tt_arena_zalloc(a, s.n, 3);
	struct tt_str ret = {p, 0};
	for (size_t at = 0, len; p && at < s.n; at += len)
		ret.n += tt_utf8_encode(tt_utf8_decode(s, at, &len), p + ret.n);
	return ret;
}

static int set_text(
	struct tt_rows *r, struct tt_arena *a, struct tt_row *row, struct tt_str text, struct tt_err *err)
{
	row->text = repaired(a, text);
	row->repaired = !tt_utf8_valid(text);
	return row->text.p ? TT_OK : fail(r, TT_ELIMIT, row->line, err, "the text is over the memory limit");
}

static int set_label(
	struct tt_rows *r, struct tt_arena *a, struct tt_row *row, struct tt_str name, struct tt_err *err)
{
	row->label = parse_label(name);
	if (row->label != TT_LABEL_UNKNOWN)
		return TT_OK;
	if (!r->keep_flawed)
		return fail(r, TT_EPARSE, row->line, err, "the label is not negative, neutral or positive");
	row->label_given = repaired(a, tt_str_trim(name));
	return row->label_given.p ? TT_OK
				  : fail(r, TT_ELIMIT, row->line, err, "the label is over the memory limit");
}

static int set_source(
	struct tt_rows *r, struct tt_arena *a, struct tt_row *row, struct tt_str source, struct tt_err *err)
{
	source = tt_str_trim(source);
	if (source.n)
		row->source = repaired(a, source);
	return !source.n || row->source.p
		       ? TT_OK
		       : fail(r, TT_ELIMIT, row->line, err, "the source is over the memory limit");
}

static int next_line(struct tt_rows *r, struct tt_arena *a, struct tt_row *row, struct tt_err *err)
{
	struct tt_str s;
	int rc;
	do
		rc = tt_line_reader_next(&r->lines, &s, err);
	while (rc == TT_OK && tt_str_trim(s).n == 0);
	row->line = r->lines.line;
	return rc < 0 ? rc : set_text(r, a, row, s, err);
}

static int next_tsv(struct tt_rows *r, struct tt_arena *a, struct tt_row *row, struct tt_err *err)
{
	struct tt_str s, label;
	int rc;
	do
		rc = tt_line_reader_next(&r->lines, &s, err);
	while (rc == TT_OK && s.n == 0);
	row->line = r->lines.line;
	if (rc < 0)
		return rc;
	label = tt_str_split(&s, '\t');
	if (!s.p)
		return fail(r, TT_EPARSE, row->line, err, "no tab; want label<TAB>text");
	r->last = label;
	rc = set_label(r, a, row, label, err);
	return rc < 0 ? rc : set_text(r, a, row, s, err);
}

static int next_csv(struct tt_rows *r, struct tt_arena *a, struct tt_row *row, struct tt_err *err)
{
	int rc;
	do
		rc = tt_csv_next(&r->csv, &r->lines, &row->line, &row->from_byte, err);
	while (rc == TT_OK && r->csv.n == 1 && r->csv.text.n == 0); /* an empty line */
	if (rc < 0)
		return rc;
	struct tt_str text = tt_csv_field(&r->csv, (size_t)r->text_column);
	if (!text.p)
		return fail(r, TT_EPARSE, row->line, err, "fewer fields than the header; no text");
	if (r->label_column >= 0)
		rc = set_label(r, a, row, tt_csv_field(&r->csv, (size_t)r->label_column), err);
	if (rc == TT_OK && r->source_column >= 0)
		rc = set_source(r, a, row, tt_csv_field(&r->csv, (size_t)r->source_column), err);
	return rc < 0 ? rc : set_text(r, a, row, text, err);
}

static int next_json(struct tt_rows *r, struct tt_arena *a, struct tt_row *row, struct tt_err *err)
{
	struct tt_err why = {0};
	struct tt_str s;
	int rc;
	do
		rc = tt_line_reader_next(&r->lines, &s, err);
	while (rc == TT_OK && tt_str_trim(s).n == 0);
	row->line = r->lines.line;
	if (rc < 0)
		return rc;
	r->last = s;
	rc = tt_row_of_json(row, a, s, r->keep_flawed, &why);
	return rc < 0 ? fail(r, rc, row->line, err, why.msg) : TT_OK;
}

int tt_rows_next(struct tt_rows *r, struct tt_arena *a, struct tt_row *ret, struct tt_err *err)
{
	static int (*const readers[])(
		struct tt_rows *, struct tt_arena *, struct tt_row *, struct tt_err *) = {
		[TT_ROWS_LINES] = next_line,
		[TT_ROWS_TSV] = next_tsv,
		[TT_ROWS_CSV] = next_csv,
		[TT_ROWS_JSONL] = next_json,
	};
	struct tt_row row = {.label = TT_LABEL_NONE};
	int rc = readers[r->format](r, a, &row, err);
	if (rc < 0) {
		ret->line = row.line;
		return rc;
	}
	if (r->format != TT_ROWS_CSV)
		row.from_byte = r->lines.line_byte;
	row.to_byte = r->lines.consumed_bytes;
	*ret = row;
	return TT_OK;
}

void tt_rows_keep_flawed(struct tt_rows *r)
{
	r->keep_flawed = true;
}

enum tt_row_format tt_rows_format(const struct tt_rows *r)
{
	return r->format;
}

bool tt_rows_would_wait(const struct tt_rows *r)
{
	return tt_line_reader_would_wait(&r->lines);
}

int64_t tt_rows_consumed_bytes(const struct tt_rows *r)
{
	return r->lines.consumed_bytes;
}

int64_t tt_rows_total_bytes(const struct tt_rows *r)
{
	return r->lines.total_bytes;
}

const char *tt_rows_name(const struct tt_rows *r)
{
	return r->lines.name;
}
