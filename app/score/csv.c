/* csv.c - see csv.h. */
#include "app/score/csv.h"

#include <string.h>

void tt_csv_init(struct tt_csv *c)
{
	tt_buf_init(&c->text, TT_CSV_RECORD_MAX);
	c->n = 0;
	c->open = false;
}

void tt_csv_done(struct tt_csv *c)
{
	tt_buf_done(&c->text);
	tt_csv_init(c);
}

static int fail(struct tt_csv *c, int code, const char *what, struct tt_err *err)
{
	c->open = false;
	return tt_err_set(err, code, "%s", what);
}

static int end_field(struct tt_csv *c, struct tt_err *err)
{
	if (c->n == TT_CSV_FIELDS_MAX)
		return fail(c, TT_ELIMIT, "more than 1024 fields", err);
	c->ends[c->n++] = c->text.n;
	return TT_OK;
}

static size_t span_until(struct tt_str s, char stop)
{
	const char *at = s.n ? memchr(s.p, stop, s.n) : NULL;
	return at ? (size_t)(at - s.p) : s.n;
}

static void skip(struct tt_str *s, size_t n)
{
	s->p += n;
	s->n -= n;
}

/* Reads the rest of a quoted field behind its opening quote; c->open says whether the line ended first. */
static void quoted(struct tt_csv *c, struct tt_str *rest)
{
	for (;;) {
		size_t n = span_until(*rest, '"');
		tt_buf_add(&c->text, rest->p, n);
		skip(rest, n);
		c->open = rest->n == 0;
		if (c->open)
			return;
		skip(rest, 1);
		if (rest->n == 0 || rest->p[0] != '"')
			return;
		tt_buf_char(&c->text, '"');
		skip(rest, 1);
	}
}

int tt_csv_line(struct tt_csv *c, struct tt_str rest, struct tt_err *err)
{
	bool more = true, going_on = c->open;
	if (going_on) {
		tt_buf_char(&c->text, '\n');
	} else {
		tt_buf_reset(&c->text);
		c->n = 0;
	}
	while (more) {
		bool in_quotes = going_on || (rest.n && rest.p[0] == '"');
		if (in_quotes) {
			skip(&rest, going_on ? 0 : 1);
			going_on = false;
			quoted(c, &rest);
			if (c->open)
				break;
			if (rest.n && rest.p[0] != ',')
				return fail(
					c, TT_EPARSE, "text between a closing quote and the next comma", err);
		} else {
			size_t n = span_until(rest, ',');
			tt_buf_add(&c->text, rest.p, n);
			skip(&rest, n);
		}
		int rc = end_field(c, err);
		if (rc < 0)
			return rc;
		more = rest.n > 0;
		if (more)
			skip(&rest, 1);
	}
	if (c->text.rc < 0)
		return fail(c, c->text.rc,
			c->text.rc == TT_ELIMIT ? "record of more than 8 MiB" : "out of memory", err);
	return TT_OK;
}

int tt_csv_next(
	struct tt_csv *c, struct tt_line_reader *lines, size_t *line, int64_t *from_byte, struct tt_err *err)
{
	struct tt_str s;
	struct tt_err why = {0};
	int rc = tt_line_reader_next(lines, &s, err);
	*line = lines->line;
	*from_byte = lines->line_byte;
	while (rc == TT_OK) {
		rc = tt_csv_line(c, s, &why);
		if (rc < 0)
			return tt_err_set(err, rc, "%s:%zu: %s", lines->name, *line, why.msg);
		if (!c->open)
			return TT_OK;
		rc = tt_line_reader_next(lines, &s, err);
	}
	if (rc == TT_ECLOSED && c->open) {
		c->open = false;
		return tt_err_set(err, TT_EPARSE,
			"%s:%zu: a quoted field is not closed before the end of the input", lines->name,
			*line);
	}
	return rc;
}

struct tt_str tt_csv_field(const struct tt_csv *c, size_t i)
{
	if (i >= c->n)
		return (struct tt_str){NULL, 0};
	size_t start = i ? c->ends[i - 1] : 0;
	return (struct tt_str){tt_buf_view(&c->text).p + start, c->ends[i] - start};
}

int tt_csv_print(struct tt_buf *out, struct tt_str field)
{
	bool plain = true;
	for (size_t i = 0; i < field.n && plain; i++)
		plain = !strchr("\",\r\n", field.p[i]) || field.p[i] == '\0';
	if (plain)
		return tt_buf_str(out, field);
	tt_buf_char(out, '"');
	for (size_t i = 0; i < field.n; i++) {
		if (field.p[i] == '"')
			tt_buf_char(out, '"');
		tt_buf_char(out, field.p[i]);
	}
	tt_buf_char(out, '"');
	return out->rc;
}
