/* labelled.c - see labelled.h. */
#include "sink/pg/labelled.h"

#include "sink/pg/statements.h"

enum { PARAM_BYTES = 1 << 16 };

/* Columns of labelled.sql. */
enum column { ITEM_ID, VERSION, TEXT, LABEL, TIES, SYMBOL, MENTION, START, END, ENTITY_LABEL };

static bool same_item(const PGresult *r, int a, int b)
{
	return tt_id_eq(tt_pg_get_id(r, a, ITEM_ID), tt_pg_get_id(r, b, ITEM_ID)) &&
	       tt_pg_get_int(r, a, VERSION) == tt_pg_get_int(r, b, VERSION);
}

static bool item_of_row(const PGresult *r, int row, struct tt_arena *arena, struct tt_pg_labelled *ret)
{
	ret->item_id = tt_pg_get_id(r, row, ITEM_ID);
	ret->version = (int)tt_pg_get_int(r, row, VERSION);
	ret->is_labelled = tt_label_parse(tt_pg_get_text(r, row, LABEL), &ret->label);
	ret->ties = tt_pg_get_int(r, row, TIES);
	return tt_pg_copy_text(arena, r, row, TEXT, &ret->text);
}

static bool entity_of_row(
	const PGresult *r, int row, struct tt_arena *arena, struct tt_pg_labelled_entity *ret)
{
	ret->start = (size_t)tt_pg_get_int(r, row, START);
	ret->end = (size_t)tt_pg_get_int(r, row, END);
	return tt_label_parse(tt_pg_get_text(r, row, ENTITY_LABEL), &ret->label) &&
	       tt_pg_copy_text(arena, r, row, SYMBOL, &ret->symbol) &&
	       tt_pg_copy_text(arena, r, row, MENTION, &ret->mention);
}

/* Rows [from, to) are of one item. */
static bool take_item(const PGresult *r, int from, int to, struct tt_arena *arena, struct tt_pg_labelled *ret)
{
	struct tt_pg_labelled_entity *entities =
		tt_arena_zalloc(arena, (size_t)(to - from), sizeof(*entities));
	bool fits = entities && item_of_row(r, from, arena, ret);
	ret->entities = entities;
	for (int row = from; row < to && fits; row++)
		if (!PQgetisnull(r, row, SYMBOL))
			fits = entity_of_row(r, row, arena, &entities[ret->n_entities++]);
	return fits;
}

int tt_pg_labelled_load(struct tt_pg_conn *c, const char *what, int64_t since_ms, struct tt_arena *arena,
	struct tt_pg_labelled **ret, size_t *ret_n, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;
	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_text(&p, tt_str_c(what));
	tt_pg_put_time(&p, since_ms);
	int rc = tt_pg_query(c, tt_pg_statement("labelled.sql"), &p, &r, err);
	tt_pg_params_done(&p);
	if (rc < 0)
		return rc;
	const int n = PQntuples(r);
	struct tt_pg_labelled *v = tt_arena_zalloc(arena, (size_t)n + 1, sizeof(*v));
	bool fits = v;
	size_t items = 0;
	for (int from = 0, to; from < n && fits; from = to) {
		for (to = from + 1; to < n && same_item(r, from, to);)
			to++;
		fits = take_item(r, from, to, arena, &v[items++]);
	}
	PQclear(r);
	if (!fits)
		return tt_err_set(err, TT_ENOMEM, "labelled items: %s", tt_err_text(TT_ENOMEM));
	*ret = v;
	*ret_n = items;
	return TT_OK;
}
