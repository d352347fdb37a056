/* given.c - see given.h. */
#include "app/feedback/given.h"

#include <jansson.h>

#include "common/utf8.h"
#include "ingest/canonical.h"
#include "ingest/feed/date.h"

static const char *const names[TT_GIVEN_KEYS] = {
	"item", "url", "guid", "title", "entity", "label", "who", "at", "note"};

static int out_of_memory(struct tt_err *err)
{
	return tt_err_set(err, TT_ENOMEM, "%s", tt_err_text(TT_ENOMEM));
}

/* ---- one row ---- */

static int take_identity(
	struct tt_pg_said_of *v, struct tt_arena *a, const struct tt_str t[TT_GIVEN_KEYS], struct tt_err *err)
{
	struct tt_str canonical;
	if (t[TT_GIVEN_ITEM].p) {
		if (!tt_id_parse(t[TT_GIVEN_ITEM], &v->id) || tt_id_is_zero(v->id))
			return tt_err_set(err, TT_EPARSE, "item '%.*s' is not an item's id (a UUID)",
				(int)(t[TT_GIVEN_ITEM].n < 64 ? t[TT_GIVEN_ITEM].n : 64), t[TT_GIVEN_ITEM].p);
		return TT_OK;
	}
	if (t[TT_GIVEN_URL].p) {
		v->url = t[TT_GIVEN_URL];
		if (tt_url_canonical(v->url, a, &canonical) < 0)
			return out_of_memory(err);
		if (tt_url_identifies(canonical))
			v->url_key = TT_ID(canonical);
		return TT_OK;
	}
	v->guid = t[TT_GIVEN_GUID];
	if (!v->guid.p)
		v->title = t[TT_GIVEN_TITLE];
	return v->guid.p || v->title.p
		       ? TT_OK
		       : tt_err_set(err, TT_EPARSE, "which item? Want item, url, guid or title");
}

static int take_time(struct tt_str text, int64_t now_ms, int64_t *ret_ms, struct tt_err *err)
{
	*ret_ms = TT_TIME_NONE;
	if (!text.p)
		return TT_OK;
	if (!tt_feed_date(text, ret_ms) || !tt_pg_time_fits(*ret_ms))
		return tt_err_set(
			err, TT_EPARSE, "at '%.*s' is not a date", (int)(text.n < 64 ? text.n : 64), text.p);
	if (*ret_ms > now_ms)
		return tt_err_set(err, TT_EPARSE, "at %.*s lies in the future", TT_FMT(text));
	return TT_OK;
}

int tt_given_of_texts(struct tt_pg_said_of *ret, struct tt_arena *a, const struct tt_str texts[TT_GIVEN_KEYS],
	const char *who, int64_t now_ms, struct tt_err *err)
{
	struct tt_pg_said_of v = {.at_ms = TT_TIME_NONE};
	struct tt_str t[TT_GIVEN_KEYS];
	for (int k = 0; k < TT_GIVEN_KEYS; k++) {
		struct tt_str s = tt_str_trim(texts[k]);
		if (!tt_utf8_valid(s))
			return tt_err_set(err, TT_EPARSE, "%s is not UTF-8", names[k]);
		t[k] = s.n ? tt_arena_str(a, s) : (struct tt_str){NULL, 0};
		if (s.n && !t[k].p)
			return out_of_memory(err);
	}
	if (!t[TT_GIVEN_LABEL].p || !tt_label_parse(t[TT_GIVEN_LABEL], &v.label))
		return tt_err_set(err, TT_EPARSE, "the label is not negative, neutral or positive");
	v.symbol = t[TT_GIVEN_ENTITY];
	v.note = t[TT_GIVEN_NOTE];
	v.who = t[TT_GIVEN_WHO].p ? t[TT_GIVEN_WHO] : tt_str_c(who);
	if (!v.who.n)
		return tt_err_set(err, TT_EPARSE, "who says it? Want who, or --who NAME");
	int rc = take_identity(&v, a, t, err);
	if (rc == TT_OK)
		rc = take_time(t[TT_GIVEN_AT], now_ms, &v.at_ms, err);
	if (rc == TT_OK)
		*ret = v;
	return rc;
}

int tt_given_of_json(struct tt_pg_said_of *ret, struct tt_arena *a, struct tt_str line, const char *who,
	int64_t now_ms, struct tt_err *err)
{
	struct tt_str texts[TT_GIVEN_KEYS] = {{NULL, 0}};
	json_error_t bad;
	json_t *root = json_loadb(line.p, line.n, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &bad);
	int rc = TT_OK;
	if (!root)
		return tt_err_set(err, TT_EPARSE, "column %d: %s", bad.column, bad.text);
	if (!json_is_object(root))
		rc = tt_err_set(err, TT_EPARSE, "not a JSON object");
	for (int k = 0; k < TT_GIVEN_KEYS && rc == TT_OK; k++) {
		const json_t *v = json_object_get(root, names[k]);
		if (json_is_string(v))
			texts[k] = (struct tt_str){json_string_value(v), json_string_length(v)};
		else if (v && !json_is_null(v))
			rc = tt_err_set(err, TT_EPARSE, "%s: want a text", names[k]);
	}
	if (rc == TT_OK)
		rc = tt_given_of_texts(ret, a, texts, who, now_ms, err);
	json_decref(root);
	return rc;
}

/* ---- a file ---- */

static int read_header(struct tt_given_reader *r, struct tt_err *err)
{
	size_t line;
	int64_t from_byte;
	bool identifies = false;
	int rc = tt_csv_next(&r->csv, &r->lines, &line, &from_byte, err);
	if (rc == TT_ECLOSED)
		return TT_OK; /* an empty file has no rows */
	if (rc < 0)
		return rc;
	for (int k = 0; k < TT_GIVEN_KEYS; k++) {
		r->columns[k] = -1;
		for (size_t i = 0; i < r->csv.n && r->columns[k] < 0; i++)
			if (tt_str_eq_ci(tt_str_trim(tt_csv_field(&r->csv, i)), tt_str_c(names[k])))
				r->columns[k] = (int)i;
		identifies = identifies || (k <= TT_GIVEN_TITLE && r->columns[k] >= 0);
	}
	if (r->columns[TT_GIVEN_LABEL] < 0)
		return tt_err_set(
			err, TT_EPARSE, "%s:%zu: the header has no column 'label'", r->lines.name, line);
	if (!identifies)
		return tt_err_set(err, TT_EPARSE,
			"%s:%zu: the header has none of the columns item, url, guid, title", r->lines.name,
			line);
	return TT_OK;
}

static bool ends_in(struct tt_str s, struct tt_str end)
{
	return s.n > end.n && tt_str_eq((struct tt_str){s.p + s.n - end.n, end.n}, end);
}

int tt_given_open(
	struct tt_given_reader *r, const char *path, const char *who, int64_t now_ms, struct tt_err *err)
{
	struct tt_str start = {NULL, 0}, name = tt_str_c(path);
	*r = (struct tt_given_reader){.who = who, .now_ms = now_ms};
	tt_csv_init(&r->csv);
	int rc = tt_line_reader_open(&r->lines, path, err);
	if (rc == TT_OK)
		rc = tt_line_reader_peek(&r->lines, &start, err);
	if (rc < 0)
		return rc;
	r->is_json = ends_in(name, TT_STR(".jsonl")) || ends_in(name, TT_STR(".ndjson")) ||
		     tt_str_starts(tt_str_trim(start), TT_STR("{"));
	return r->is_json ? TT_OK : read_header(r, err);
}

void tt_given_close(struct tt_given_reader *r)
{
	tt_line_reader_close(&r->lines);
	tt_csv_done(&r->csv);
}

static int next_json(struct tt_given_reader *r, struct tt_arena *a, struct tt_pg_said_of *ret, size_t *line,
	struct tt_err *err)
{
	struct tt_str s;
	int rc;
	do
		rc = tt_line_reader_next(&r->lines, &s, err);
	while (rc == TT_OK && tt_str_trim(s).n == 0);
	*line = r->lines.line;
	if (rc < 0)
		return rc;
	rc = tt_given_of_json(ret, a, s, r->who, r->now_ms, err);
	return rc < 0 ? tt_err_prefix(err, rc, "%s:%zu", r->lines.name, *line) : TT_OK;
}

static int next_csv(struct tt_given_reader *r, struct tt_arena *a, struct tt_pg_said_of *ret, size_t *line,
	struct tt_err *err)
{
	struct tt_str texts[TT_GIVEN_KEYS] = {{NULL, 0}};
	int64_t from_byte;
	int rc;
	do
		rc = tt_csv_next(&r->csv, &r->lines, line, &from_byte, err);
	while (rc == TT_OK && r->csv.n == 1 && r->csv.text.n == 0); /* an empty line */
	if (rc < 0)
		return rc;
	for (int k = 0; k < TT_GIVEN_KEYS; k++)
		if (r->columns[k] >= 0)
			texts[k] = tt_csv_field(&r->csv, (size_t)r->columns[k]);
	rc = tt_given_of_texts(ret, a, texts, r->who, r->now_ms, err);
	return rc < 0 ? tt_err_prefix(err, rc, "%s:%zu", r->lines.name, *line) : TT_OK;
}

int tt_given_next(struct tt_given_reader *r, struct tt_arena *a, struct tt_pg_said_of *ret, size_t *line,
	struct tt_err *err)
{
	return (r->is_json ? next_json : next_csv)(r, a, ret, line, err);
}
