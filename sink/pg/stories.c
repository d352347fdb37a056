/* stories.c - see stories.h. */
#include "sink/pg/stories.h"

#include "sink/pg/statements.h"

enum { PARAM_BYTES = 512 << 20 /* far above what one write places */ };

static int fail_memory(struct tt_err *err)
{
	return tt_err_set(err, TT_ENOMEM, "postgres: places: %s", tt_err_text(TT_ENOMEM));
}

static int take_places(const PGresult *r, struct tt_arena *arena, struct tt_pg_places *ret, int64_t *last,
	struct tt_err *err)
{
	ret->n = (size_t)PQntuples(r);
	ret->v = tt_arena_zalloc(arena, ret->n + 1, sizeof(*ret->v));
	if (!ret->v)
		return fail_memory(err);
	for (int i = 0; i < (int)ret->n; i++) {
		struct tt_str sketch = tt_pg_get_text(r, i, 6);
		ret->v[i] = (struct tt_pg_place){
			.event_ms = tt_pg_get_time(r, i, 1),
			.item = tt_pg_get_id(r, i, 2),
			.place = {tt_pg_get_id(r, i, 3), tt_pg_get_id(r, i, 4), (int)tt_pg_get_int(r, i, 5)},
			.sketch = tt_arena_str(arena, sketch),
		};
		if (sketch.p && !ret->v[i].sketch.p)
			return fail_memory(err);
		if (last)
			*last = tt_pg_get_int(r, i, 0);
	}
	return TT_OK;
}

int tt_pg_stories_begin(struct tt_pg_conn *c, int64_t *since, int64_t max_stories, const struct tt_id *items,
	size_t n, struct tt_arena *arena, struct tt_pg_places *others, struct tt_pg_places *known,
	struct tt_err *err)
{
	PGresult *results[6] = {NULL};
	struct tt_pg_params after, ids;

	tt_pg_params_init(&after, 4096);
	tt_pg_params_init(&ids, PARAM_BYTES);
	if (*since < 0)
		tt_pg_put_null(&after, TT_PG_INT8);
	else
		tt_pg_put_int(&after, TT_PG_INT8, *since);
	tt_pg_put_int(&after, TT_PG_INT8, max_stories);
	tt_pg_array(&ids, TT_PG_UUID, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_id(&ids, items[i]);
	const struct tt_pg_stmt stmts[] = {{.sql = "BEGIN"}, {.sql = "SET LOCAL synchronous_commit = off"},
		{.sql = "SET LOCAL idle_in_transaction_session_timeout = '10s'"}, /* a writer that is frozen
										     in its turn */
		{.sql = "SELECT pg_advisory_xact_lock(hashtextextended('tickertone stories', 0))"},
		{.sql = tt_pg_statement("stories_begin.sql"), .params = &after},
		{.sql = tt_pg_statement("stories_known.sql"), .params = &ids}};
	int rc = tt_pg_run(c, stmts, TT_LEN(stmts), results, err);
	tt_pg_params_done(&after);
	tt_pg_params_done(&ids);
	if (rc == TT_OK)
		rc = take_places(results[4], arena, others, since, err);
	if (rc == TT_OK)
		rc = take_places(results[5], arena, known, NULL, err);
	for (size_t i = 0; i < TT_LEN(results); i++)
		PQclear(results[i]);
	if (rc < 0)
		tt_pg_stories_undo(c);
	return rc;
}

#define COLUMN(p, type, n, put)                                                                              \
	do {                                                                                                 \
		tt_pg_array((p), (type), (n));                                                               \
		for (size_t i = 0; i < (n); i++)                                                             \
			put;                                                                                 \
	} while (0)

int tt_pg_stories_end(
	struct tt_pg_conn *c, const struct tt_pg_places *placed, int64_t *since, struct tt_err *err)
{
	const struct tt_pg_place *v = placed->v;
	struct tt_pg_stmt stmts[2];
	PGresult *results[2] = {NULL};
	struct tt_pg_params p;
	size_t n = 0;

	tt_pg_params_init(&p, PARAM_BYTES);
	if (placed->n) {
		COLUMN(&p, TT_PG_UUID, placed->n, tt_pg_put_id(&p, v[i].item));
		COLUMN(&p, TT_PG_TIMESTAMPTZ, placed->n, tt_pg_put_time(&p, v[i].event_ms));
		COLUMN(&p, TT_PG_UUID, placed->n, tt_pg_put_id(&p, v[i].place.story));
		COLUMN(&p, TT_PG_UUID, placed->n, tt_pg_put_id(&p, v[i].place.cluster));
		COLUMN(&p, TT_PG_INT4, placed->n, tt_pg_put_int(&p, TT_PG_INT4, v[i].place.repeat));
		COLUMN(&p, TT_PG_BYTEA, placed->n, tt_pg_put_bytes(&p, v[i].sketch));
		stmts[n++] = (struct tt_pg_stmt){tt_pg_statement("stories_end.sql"), &p, false};
	}
	stmts[n++] = (struct tt_pg_stmt){.sql = "COMMIT"};
	int rc = tt_pg_run(c, stmts, n, results, err);
	tt_pg_params_done(&p);
	if (rc == TT_OK && placed->n)
		*since = tt_pg_get_int(results[0], 0, 0);
	for (size_t i = 0; i < n; i++)
		PQclear(results[i]);
	if (rc < 0)
		tt_pg_stories_undo(c);
	return rc;
}

void tt_pg_stories_undo(struct tt_pg_conn *c)
{
	if (tt_pg_query(c, "ROLLBACK", NULL, NULL, NULL) < 0)
		tt_pg_conn_close(c);
}

int tt_pg_stories_prune(struct tt_pg_conn *c, int64_t before_ms, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, 4096);
	tt_pg_put_time(&p, before_ms);
	int rc = tt_pg_query(c, "SELECT prune_stories($1)", &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}
