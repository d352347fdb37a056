/* registry.c - see registry.h. */
#include "sink/pg/registry.h"

#include "sink/pg/statements.h"

enum { MAX_BYTES = 256 << 20 }; /* of one dictionary or of all feed states */

/* Looked up before it is inserted: a conflict would use up one of the 32,767 numbers at every start. */
static const char model_sql[] =
	"WITH known AS (UPDATE model SET name = $1 WHERE hash = $2 AND precision = $3 RETURNING model_id), "
	"made AS (INSERT INTO model (name, hash, precision, parameters, entity_head) "
	"SELECT $1, $2, $3, $4, $5 WHERE NOT EXISTS (SELECT FROM known) "
	"ON CONFLICT (hash, precision) DO UPDATE SET name = excluded.name RETURNING model_id) "
	"SELECT model_id FROM known UNION ALL SELECT model_id FROM made";

int tt_pg_model_register(
	struct tt_pg_conn *c, const struct tt_pg_model *model, int *ret_id, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;

	tt_pg_params_init(&p, MAX_BYTES);
	tt_pg_put_text(&p, model->name);
	tt_pg_put_id(&p, model->hash);
	tt_pg_put_text(&p, model->precision);
	tt_pg_put_int(&p, TT_PG_INT8, model->parameters);
	tt_pg_put_bool(&p, model->entity_head);
	int rc = tt_pg_query(c, model_sql, &p, &r, err);
	if (rc == TT_OK)
		*ret_id = (int)tt_pg_get_int(r, 0, 0);
	PQclear(r);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_entities_sync(struct tt_pg_conn *c, const struct tt_pg_entity *v, size_t n, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, MAX_BYTES);
	tt_pg_array(&p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(&p, v[i].symbol);
	tt_pg_array(&p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(&p, v[i].name);
	tt_pg_array(&p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(&p, v[i].kind);
	tt_pg_array(&p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(&p, v[i].sector);
	tt_pg_array(&p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_texts(&p, v[i].aliases, v[i].n_aliases);
	int rc = tt_pg_query(c, tt_pg_statement("entities_sync.sql"), &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}

static struct tt_feed_state load_feed(const PGresult *r, int row, struct tt_arena *a)
{
	return (struct tt_feed_state){
		.url = tt_arena_str(a, tt_pg_get_text(r, row, 0)),
		.moved_to = tt_arena_str(a, tt_pg_get_text(r, row, 1)),
		.moving_to = tt_arena_str(a, tt_pg_get_text(r, row, 2)),
		.title = tt_arena_str(a, tt_pg_get_text(r, row, 3)),
		.etag = tt_arena_str(a, tt_pg_get_text(r, row, 4)),
		.last_modified = tt_arena_str(a, tt_pg_get_text(r, row, 5)),
		.last_error = tt_arena_str(a, tt_pg_get_text(r, row, 6)),
		.last_status = (int)tt_pg_get_int(r, row, 7),
		.failures = (int)tt_pg_get_int(r, row, 8),
		.gone = tt_pg_get_int(r, row, 9),
		.interval_ms = tt_pg_get_int(r, row, 10),
		.hint_ms = tt_pg_get_int(r, row, 11),
		.skip_hours = (uint32_t)tt_pg_get_int(r, row, 12),
		.skip_days = (uint32_t)tt_pg_get_int(r, row, 13),
		.last_fetch_ms = tt_pg_get_time(r, row, 14),
		.last_success_ms = tt_pg_get_time(r, row, 15),
		.last_change_ms = tt_pg_get_time(r, row, 16),
		.next_fetch_ms = tt_pg_get_time(r, row, 17),
		.body_hash = tt_pg_get_id(r, row, 18),
		.asked_ms = tt_pg_get_int(r, row, 19),
	};
}

int tt_pg_feeds_load(struct tt_pg_conn *c, struct tt_arena *arena, struct tt_feed_state **ret, size_t *ret_n,
	struct tt_err *err)
{
	PGresult *r = NULL;
	int rc = tt_pg_query(c, tt_pg_statement("feeds_load.sql"), NULL, &r, err);

	if (rc < 0)
		return rc;
	size_t n = (size_t)PQntuples(r);
	struct tt_feed_state *v = tt_arena_zalloc(arena, n + 1, sizeof(*v));
	for (size_t i = 0; v && i < n; i++) {
		v[i] = load_feed(r, (int)i, arena);
		if (!v[i].url.p ||
			(!PQgetisnull(r, (int)i, 6) && !v[i].last_error.p)) /* first and last text copied */
			v = NULL;
	}
	PQclear(r);
	if (!v)
		return tt_err_set(err, TT_ENOMEM, "feed states: %s", tt_err_text(TT_ENOMEM));
	*ret = v;
	*ret_n = n;
	return TT_OK;
}
