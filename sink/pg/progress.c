/* progress.c - see progress.h. */
#include "sink/pg/progress.h"

#include <stdlib.h>

#include "sink/pg/statements.h"

static int compare_claims(const struct tt_progress *a, const struct tt_progress *b)
{
	int order = tt_str_order(a->group, b->group);

	if (!order)
		order = tt_str_order(a->topic, b->topic);
	if (!order)
		order = (a->partition > b->partition) - (a->partition < b->partition);
	return order ? order : (a->epoch > b->epoch) - (a->epoch < b->epoch);
}

static int compare_rows(const void *a, const void *b)
{
	const struct tt_pg_progress_row *x = a, *y = b;
	int order = compare_claims(x->of, y->of);

	return order ? order
		     : (x->of->next_offset > y->of->next_offset) - (x->of->next_offset < y->of->next_offset);
}

/* Of several rows of one claim the last one, with the newest time of all. Rows are sorted. */
static size_t merge(struct tt_pg_progress_row *rows, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		int64_t newest_ms = rows[i].newest_ms;
		if (kept && compare_claims(rows[kept - 1].of, rows[i].of) == 0) {
			kept--;
			if (newest_ms == TT_TIME_NONE || rows[kept].newest_ms > newest_ms)
				newest_ms = rows[kept].newest_ms;
		}
		rows[kept] = (struct tt_pg_progress_row){rows[i].of, newest_ms};
		kept++;
	}
	return kept;
}

static void put_claims(struct tt_pg_params *p, const struct tt_pg_progress *g)
{
	tt_pg_params_reset(p);
	tt_pg_array(p, TT_PG_TEXT, g->n);
	for (size_t i = 0; i < g->n; i++)
		tt_pg_put_text(p, g->rows[i].of->group);
	tt_pg_array(p, TT_PG_TEXT, g->n);
	for (size_t i = 0; i < g->n; i++)
		tt_pg_put_text(p, g->rows[i].of->topic);
	tt_pg_array(p, TT_PG_INT4, g->n);
	for (size_t i = 0; i < g->n; i++)
		tt_pg_put_int(p, TT_PG_INT4, g->rows[i].of->partition);
	tt_pg_array(p, TT_PG_INT8, g->n);
	for (size_t i = 0; i < g->n; i++)
		tt_pg_put_int(p, TT_PG_INT8, g->rows[i].of->epoch);
}

static void put_offsets(struct tt_pg_params *p, const struct tt_pg_progress *g)
{
	tt_pg_array(p, TT_PG_INT8, g->n);
	for (size_t i = 0; i < g->n; i++)
		if (g->rows[i].of->next_offset == TT_PROGRESS_GUARD)
			tt_pg_put_null(p, TT_PG_INT8);
		else
			tt_pg_put_int(p, TT_PG_INT8, g->rows[i].of->next_offset);
	tt_pg_array(p, TT_PG_TIMESTAMPTZ, g->n);
	for (size_t i = 0; i < g->n; i++)
		tt_pg_put_time(p, g->rows[i].newest_ms);
}

int tt_pg_progress_fill(
	struct tt_pg_progress *g, struct tt_arena *arena, struct tt_batch *const *batches, size_t n)
{
	size_t all = 0;

	g->n = 0;
	for (size_t b = 0; b < n; b++)
		all += batches[b]->n_progress;
	g->rows = tt_arena_zalloc(arena, all + 1, sizeof(*g->rows));
	if (!g->rows)
		return TT_ENOMEM;
	all = 0;
	for (size_t b = 0; b < n; b++)
		for (size_t i = 0; i < batches[b]->n_progress; i++)
			if (!batches[b]->progress[i].stale)
				g->rows[all++] = (struct tt_pg_progress_row){
					&batches[b]->progress[i], batches[b]->progress[i].newest_ms};
	qsort(g->rows, all, sizeof(*g->rows), compare_rows);
	g->n = merge(g->rows, all);
	put_claims(&g->params, g);
	put_offsets(&g->params, g);
	return TT_OK;
}

/* Every progress of the batches that was read under this lost claim. */
static void mark_stale(const struct tt_progress *lost, struct tt_batch *const *batches, size_t n)
{
	for (size_t b = 0; b < n; b++)
		for (size_t i = 0; i < batches[b]->n_progress; i++)
			if (compare_claims(&batches[b]->progress[i], lost) == 0)
				batches[b]->progress[i].stale = true;
}

int tt_pg_progress_judge(struct tt_pg_progress *g, struct tt_pg_conn *c, struct tt_batch *const *batches,
	size_t n, struct tt_err *err)
{
	PGresult *r = NULL;

	put_claims(&g->params, g);
	int rc = tt_pg_query(c, tt_pg_statement("progress_stale.sql"), &g->params, &r, err);
	if (rc < 0)
		return rc;
	for (int row = 0; row < PQntuples(r); row++)
		mark_stale(g->rows[tt_pg_get_int(r, row, 0) - 1].of, batches, n);
	rc = PQntuples(r) ? TT_ESTALE : TT_EAGAIN;
	PQclear(r);
	return tt_err_set(err, rc, "postgres: claims on partitions are lost");
}
