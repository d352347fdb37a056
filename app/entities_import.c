/* entities_import.c - see entities_import.h. */
#include "app/entities_import.h"

#include <jansson.h>

#include "app/score/csv.h"

static struct tt_str string_of(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);
	return json_is_string(v) ? (struct tt_str){json_string_value(v), json_string_length(v)} : (struct tt_str){NULL, 0};
}

/* cik_str is a number in SEC's file, whatever its name says. */
static int64_t company_of(const json_t *object)
{
	const json_t *v = json_object_get(object, "cik_str");
	int64_t cik = json_is_integer(v) ? (int64_t)json_integer_value(v) : 0;
	if (json_is_string(v))
		tt_str_int(string_of(object, "cik_str"), 0, INT64_MAX, &cik);
	return cik;
}

static int import_object(struct tt_import *im, const json_t *object, const char *name, size_t i, struct tt_err *err)
{
	if (!json_is_object(object) || !json_object_get(object, "ticker") || !json_object_get(object, "title"))
		return tt_err_set(err, TT_EPARSE, "%s: entry %zu is no object with \"ticker\" and \"title\"", name, i);
	struct tt_import_row row = {
		.symbol = string_of(object, "ticker"), .name = string_of(object, "title"), .company = company_of(object)};
	return tt_import_add(im, &row, err);
}

static int import_json(struct tt_import *im, struct tt_str text, const char *name, struct tt_err *err)
{
	json_error_t bad;
	json_t *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, &bad), *value;
	const char *key;
	size_t i = 0;
	int rc = TT_OK;
	if (!root)
		return tt_err_set(err, TT_EPARSE, "%s:%d:%d: %s", name, bad.line, bad.column, bad.text);
	if (json_is_array(root)) {
		json_array_foreach(root, i, value)
			if (rc == TT_OK)
				rc = import_object(im, value, name, i, err);
	} else {
		json_object_foreach(root, key, value)
			if (rc == TT_OK)
				rc = import_object(im, value, name, i++, err);
	}
	json_decref(root);
	return rc;
}

enum column { SYMBOL, NAME, SECTOR, COUNTRY, COLUMNS };

static const char *const titles[COLUMNS] = {
	"symbol|ticker|ticker symbol|code",
	"name|security|security name|company|company name|title",
	"gics sector|sector|industry sector",
	"country|country code",
};

static int find_columns(const struct tt_csv *header, size_t at[COLUMNS], const char *name, int line, struct tt_err *err)
{
	for (int c = 0; c < COLUMNS; c++) {
		at[c] = SIZE_MAX;
		struct tt_str rest = tt_str_c(titles[c]);
		while (rest.p && at[c] == SIZE_MAX) {
			struct tt_str title = tt_str_split(&rest, '|');
			for (size_t i = 0; i < header->n && at[c] == SIZE_MAX; i++)
				if (tt_str_eq_ci(tt_str_trim(tt_csv_field(header, i)), title))
					at[c] = i;
		}
	}
	if (at[SYMBOL] == SIZE_MAX)
		return tt_err_set(err, TT_EPARSE, "%s:%d: the header has no column Symbol", name, line);
	if (at[NAME] == SIZE_MAX)
		return tt_err_set(err, TT_EPARSE, "%s:%d: the header has no column Name or Security", name, line);
	return TT_OK;
}

static struct tt_str column(const struct tt_csv *c, const size_t at[COLUMNS], enum column which)
{
	return at[which] == SIZE_MAX ? (struct tt_str){NULL, 0} : tt_csv_field(c, at[which]);
}

static int import_record(struct tt_import *im, const struct tt_csv *c, const size_t at[COLUMNS], int line, struct tt_err *err)
{
	struct tt_import_row row = {.symbol = column(c, at, SYMBOL),
		.name = column(c, at, NAME),
		.sector = column(c, at, SECTOR),
		.country = column(c, at, COUNTRY),
		.line = line};
	if (row.country.n != 2)
		row.country = (struct tt_str){NULL, 0}; /* a name, not a code: better none than a guess */
	return tt_import_add(im, &row, err);
}

static int import_csv(struct tt_import *im, struct tt_str text, const char *name, struct tt_err *err)
{
	size_t at[COLUMNS];
	struct tt_csv c;
	int line = 0, rc = TT_OK;
	bool header = false;
	tt_csv_init(&c);
	while (text.p && text.n && rc == TT_OK) {
		struct tt_str s = tt_str_split(&text, '\n');
		if (s.n && s.p[s.n - 1] == '\r')
			s.n--;
		line++;
		if (!s.n && !c.open)
			continue;
		rc = tt_csv_line(&c, s, err);
		if (rc < 0)
			tt_err_prefix(err, rc, "%s:%d", name, line);
		else if (!c.open && header)
			rc = import_record(im, &c, at, line, err);
		else if (!c.open)
			rc = find_columns(&c, at, name, line, err), header = true;
	}
	if (rc == TT_OK && c.open)
		rc = tt_err_set(err, TT_EPARSE, "%s:%d: the quoted field does not end", name, line);
	else if (rc == TT_OK && !header)
		rc = tt_err_set(err, TT_EPARSE, "%s: empty", name);
	tt_csv_done(&c);
	return rc;
}

int tt_entities_import(struct tt_import *im, struct tt_str text, const char *name, struct tt_err *err)
{
	if (tt_str_starts(text, TT_STR("\xef\xbb\xbf")))
		text.p += 3, text.n -= 3;
	struct tt_str trimmed = tt_str_trim(text);
	bool json = trimmed.n && (trimmed.p[0] == '{' || trimmed.p[0] == '[');
	return json ? import_json(im, trimmed, name, err) : import_csv(im, text, name, err);
}
