/* rescore.c - see rescore.h. */
#include "sink/pg/rescore.h"

#include "sink/pg/statements.h"

enum { PARAM_BYTES = 1 << 16, ROWS_BYTES = 256 << 20 };

void tt_pg_rescore_init(struct tt_pg_rescore *r, int64_t since_ms, int64_t until_ms, int model_id)
{
	*r = (struct tt_pg_rescore){.since_ms = since_ms, .until_ms = until_ms, .model_id = model_id};
	tt_pg_rows_init(&r->rows, ROWS_BYTES);
}

void tt_pg_rescore_done(struct tt_pg_rescore *r)
{
	tt_pg_rows_done(&r->rows);
}

static int fail_memory(struct tt_err *err)
{
	return tt_err_set(err, TT_ENOMEM, "rescore: %s", tt_err_text(TT_ENOMEM));
}

int tt_pg_rescore_count(struct tt_pg_conn *c, const struct tt_pg_rescore *r, int64_t *ret_items,
	int64_t *ret_due, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *result = NULL;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_time(&p, r->since_ms);
	tt_pg_put_time(&p, r->until_ms);
	tt_pg_put_int(&p, TT_PG_INT2, r->model_id);
	int rc = tt_pg_query(c, tt_pg_statement("rescore_count.sql"), &p, &result, err);
	if (rc == TT_OK) {
		*ret_items = tt_pg_get_int(result, 0, 0);
		*ret_due = tt_pg_get_int(result, 0, 1);
	}
	PQclear(result);
	tt_pg_params_done(&p);
	return rc;
}

/* As a revision, whose event time is that of its story. */
static bool take_item(struct tt_batch *b, const PGresult *r, int row, struct tt_pg_said *said)
{
	struct tt_scored *s = tt_batch_add_item(b);
	if (!s)
		return false;
	struct tt_item *item = &s->item;
	item->revises = true;
	item->story_ms = item->fetched_ms = tt_pg_get_time(r, row, 0);
	item->id = tt_pg_get_id(r, row, 1);
	said->version = (int16_t)tt_pg_get_int(r, row, 2);
	said->score = tt_pg_get_double(r, row, 8);
	said->is_scored = tt_label_parse(tt_pg_get_text(r, row, 9), &said->label);
	return tt_pg_copy_text(&b->arena, r, row, 3, &item->title) && tt_pg_copy_text(&b->arena, r, row, 4, &item->summary) &&
	       tt_pg_copy_text(&b->arena, r, row, 5, &item->content) && tt_pg_copy_text(&b->arena, r, row, 6, &item->lang) &&
	       tt_pg_copy_text(&b->arena, r, row, 7, &item->source);
}

int tt_pg_rescore_take(struct tt_pg_conn *c, struct tt_pg_rescore *r, int64_t max, struct tt_batch *b,
	struct tt_pg_said **ret_said, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *result = NULL;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_time(&p, r->since_ms);
	tt_pg_put_time(&p, r->until_ms);
	tt_pg_put_id(&p, r->after);
	tt_pg_put_int(&p, TT_PG_INT2, r->model_id);
	tt_pg_put_int(&p, TT_PG_INT8, max);
	int rc = tt_pg_query(c, tt_pg_statement("rescore_take.sql"), &p, &result, err);
	tt_pg_params_done(&p);
	if (rc < 0)
		return rc;
	int n = PQntuples(result);
	struct tt_pg_said *said = tt_arena_zalloc(&b->arena, (size_t)n + 1, sizeof(*said));
	for (int i = 0; said && i < n; i++)
		if (!take_item(b, result, i, &said[i]))
			said = NULL;
	PQclear(result);
	if (!said)
		return fail_memory(err);
	if (n) {
		r->since_ms = b->items[b->n_items - 1].item.story_ms;
		r->after = b->items[b->n_items - 1].item.id;
	}
	*ret_said = said;
	return TT_OK;
}

int tt_pg_rescore_store(struct tt_pg_conn *c, struct tt_pg_rescore *r, struct tt_batch *b,
	const struct tt_pg_said *said, size_t *ret_n, struct tt_err *err)
{
	struct tt_pg_rows *rows = &r->rows;
	PGresult *results[2] = {NULL};

	*ret_n = 0;
	int16_t *versions = tt_arena_zalloc(&b->arena, b->n_items + 1, sizeof(*versions));
	if (!versions)
		return fail_memory(err);
	for (size_t i = 0; i < b->n_items; i++)
		versions[i] = said[i].version;
	b->model_id = r->model_id;
	int rc = tt_pg_rows_fill_scores(rows, b, versions);
	if (rc < 0)
		return tt_err_set(err, rc, "rescore: %s", tt_err_text(rc));
	const struct tt_pg_stmt stmts[] = {
		{.sql = tt_pg_statement("symbols.sql"), .params = &rows->symbol_params},
		{.sql = tt_pg_statement("rescore.sql"), .params = &rows->item_params}};
	rc = tt_pg_run(c, stmts, TT_LEN(stmts), results, err);
	if (rc == TT_OK)
		*ret_n = (size_t)tt_pg_get_int(results[1], 0, 0);
	PQclear(results[0]);
	PQclear(results[1]);
	return rc;
}
