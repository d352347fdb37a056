/* import.c - see import.h. Rows are collected, grouped by company, and decided on in the order they came. */
#include "nlp/entity/import.h"

#include <stdlib.h>
#include <string.h>

#include "common/arena.h"
#include "nlp/entity/match.h"

struct row {
	struct tt_import_row is;
	size_t order;
	struct row *main; /* the company's first row; itself, or another for a further class */
	struct row *next; /* of the same company */
	bool added;
};

struct tt_import {
	const struct tt_entity_dict *dict;
	struct tt_matcher *matcher;
	struct tt_found found;
	struct tt_arena arena;
	struct row *rows;
	size_t n;
	struct tt_import_report report;
};

static int fail(struct tt_err *err, int rc)
{
	return tt_err_set(err, rc, "importing entities: %s", tt_err_text(rc));
}

int tt_import_new(struct tt_import **ret, const struct tt_entity_dict *dict, struct tt_err *err)
{
	struct tt_import *im = calloc(1, sizeof(*im));
	if (!im)
		return fail(err, TT_ENOMEM);
	im->dict = dict;
	tt_arena_init(&im->arena, (size_t)16 * TT_ENTITY_FILE_MAX);
	tt_found_init(&im->found);
	int rc = tt_matcher_new(&im->matcher, dict, err);
	if (rc < 0)
		tt_import_free(im);
	else
		*ret = im;
	return rc;
}

void tt_import_free(struct tt_import *im)
{
	if (!im)
		return;
	tt_matcher_free(im->matcher);
	tt_found_done(&im->found);
	tt_arena_done(&im->arena);
	free(im);
}

static bool symbol_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

/* The symbol in our form: capitals, and a share class behind a full stop, "BRK.B". Absent when it is none. */
static int copy_symbol(struct tt_import *im, struct tt_str given, struct tt_str *ret)
{
	struct tt_str s = tt_arena_str(&im->arena, tt_str_trim(given));
	*ret = (struct tt_str){NULL, 0};
	if (!s.p)
		return given.p ? TT_ENOMEM : TT_OK;
	char *p = (char *)s.p;
	for (size_t i = 0; i < s.n; i++) {
		if (p[i] >= 'a' && p[i] <= 'z')
			p[i] = (char)(p[i] - 'a' + 'A');
		if ((p[i] == '-' || p[i] == '/') && i + 2 == s.n)
			p[i] = '.';
		if (!symbol_char(p[i]))
			return TT_OK;
	}
	if (s.n && s.n <= 16)
		*ret = s;
	return TT_OK;
}

static int copy_name(struct tt_import *im, struct tt_str given, struct tt_str *ret)
{
	struct tt_buf name;
	tt_buf_init(&name, TT_ENTITY_ALIAS_MAX);
	int rc = tt_import_name(given, &name);
	*ret = (struct tt_str){NULL, 0};
	if (rc == TT_OK && name.n) {
		*ret = tt_arena_str(&im->arena, tt_buf_view(&name));
		rc = ret->p ? TT_OK : TT_ENOMEM;
	}
	tt_buf_done(&name);
	return rc == TT_ELIMIT ? TT_OK : rc; /* too long: left out, counted as unusable */
}

/* A field of the file: without tabs and line breaks; absent stays absent. */
static int copy_field(struct tt_import *im, struct tt_str given, struct tt_str *ret)
{
	struct tt_str s = tt_str_trim(given);
	*ret = s.n ? tt_arena_str(&im->arena, s) : (struct tt_str){NULL, 0};
	if (s.n && !ret->p)
		return TT_ENOMEM;
	for (size_t i = 0; i < ret->n; i++)
		if ((unsigned char)ret->p[i] < ' ')
			((char *)ret->p)[i] = ' ';
	return TT_OK;
}

int tt_import_add(struct tt_import *im, const struct tt_import_row *given, struct tt_err *err)
{
	struct row row = {.is = *given, .order = im->n};
	int rc = copy_symbol(im, given->symbol, &row.is.symbol);
	if (rc == TT_OK)
		rc = copy_name(im, given->name, &row.is.name);
	if (rc == TT_OK)
		rc = copy_field(im, given->sector, &row.is.sector);
	if (rc == TT_OK)
		rc = copy_field(im, given->country, &row.is.country);
	if (rc < 0)
		return fail(err, rc);
	if (!row.is.symbol.p || !row.is.name.p) {
		im->report.unusable++;
		return TT_OK;
	}
	struct row *v = tt_arena_grow(&im->arena, im->rows, im->n, sizeof(*v));
	if (!v)
		return fail(err, TT_ENOMEM);
	v[im->n++] = row;
	im->rows = v;
	return TT_OK;
}

static int by_company(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;
	if (x->is.company != y->is.company)
		return x->is.company < y->is.company ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

static int by_symbol(const void *a, const void *b)
{
	const struct row *x = *(struct row *const *)a, *y = *(struct row *const *)b;
	size_t n = x->is.symbol.n < y->is.symbol.n ? x->is.symbol.n : y->is.symbol.n;
	int d = memcmp(x->is.symbol.p, y->is.symbol.p, n);
	if (!d)
		d = (x->is.symbol.n > y->is.symbol.n) - (x->is.symbol.n < y->is.symbol.n);
	return d ? d : (x->order > y->order) - (x->order < y->order);
}

/* Says of each row which one stands for its company, and strikes out (main = NULL) those whose symbol came before. */
static int group(struct tt_import *im)
{
	struct row **order = tt_arena_zalloc(&im->arena, im->n + 1, sizeof(struct row *));
	if (!order)
		return TT_ENOMEM;
	for (size_t i = 0; i < im->n; i++)
		order[i] = &im->rows[i];
	qsort(order, im->n, sizeof(struct row *), by_company);
	for (size_t i = 0; i < im->n; i++) {
		bool same = i && order[i]->is.company && order[i]->is.company == order[i - 1]->is.company;
		order[i]->main = same ? order[i - 1]->main : order[i];
		if (same)
			order[i - 1]->next = order[i];
	}
	qsort(order, im->n, sizeof(struct row *), by_symbol);
	for (size_t i = 1; i < im->n; i++)
		if (tt_str_eq(order[i]->is.symbol, order[i - 1]->is.symbol)) {
			order[i]->main = NULL;
			im->report.repeated++;
		}
	return TT_OK;
}

/* Is the whole name one mention of a listed entity? Then the company is there, under another symbol. */
static int known_by_name(struct tt_import *im, struct tt_str name, bool *ret, struct tt_err *err)
{
	int rc = tt_matcher_find(im->matcher, name, name.n, &im->found, err);
	size_t end = name.n && name.p[name.n - 1] == '.' ? name.n - 1 : name.n;
	const struct tt_mention *m = im->found.mentions;
	*ret = rc == TT_OK && im->found.n_mentions == 1 && m->start == 0 && m->end >= end;
	return rc;
}

static int decide(struct tt_import *im, struct row *row, struct tt_err *err)
{
	bool by_name;
	if (!row->main || row->main != row)
		return TT_OK;
	if (tt_entity_dict_find(im->dict, row->is.symbol)) {
		im->report.known++;
		return TT_OK;
	}
	int rc = known_by_name(im, row->is.name, &by_name, err);
	if (rc < 0)
		return rc;
	im->report.known_by_name += by_name;
	im->report.added += !by_name;
	row->added = !by_name;
	return TT_OK;
}

static int print(struct tt_import *im, const struct row *row, struct tt_buf *out)
{
	size_t n = 0;
	struct tt_entity_alias *aliases = NULL;
	for (const struct row *class = row->next; class; class = class->next) {
		if (class->main != row || tt_entity_dict_find(im->dict, class->is.symbol))
			continue;
		aliases = tt_arena_grow(&im->arena, aliases, n, sizeof(*aliases));
		if (!aliases)
			return TT_ENOMEM;
		aliases[n++] = (struct tt_entity_alias){class->is.symbol, TT_ALIAS_TICKER};
	}
	im->report.classes += n;
	struct tt_entity e = {.symbol = row->is.symbol,
		.name = row->is.name,
		.sector = row->is.sector,
		.country = row->is.country,
		.kind = TT_KIND_COMPANY,
		.aliases = aliases,
		.n_aliases = n};
	return tt_entity_print(&e, out);
}

int tt_import_finish(struct tt_import *im, struct tt_buf *out, struct tt_import_report *report, struct tt_err *err)
{
	int rc = group(im);
	if (rc < 0)
		return fail(err, rc);
	for (size_t i = 0; i < im->n && rc == TT_OK; i++) {
		rc = decide(im, &im->rows[i], err);
		if (rc < 0)
			return rc;
		if (im->rows[i].added)
			rc = print(im, &im->rows[i], out);
	}
	if (rc < 0)
		return fail(err, rc);
	*report = im->report;
	return TT_OK;
}
