/* outbox.c - see outbox.h. */
#include "sink/pg/outbox.h"

#include "sink/pg/statements.h"

enum { MAX_BYTES = 1 << 20 }; /* of one statement's parameters */

int tt_pg_outbox_lead(struct tt_pg_conn *c, bool *ret, struct tt_err *err)
{
	PGresult *r = NULL;
	int rc = tt_pg_query(c, tt_pg_statement("outbox_lead.sql"), NULL, &r, err);
	if (rc == TT_OK)
		*ret = tt_pg_get_int(r, 0, 0);
	PQclear(r);
	return rc;
}

int tt_pg_outbox_take(struct tt_pg_conn *c, size_t max_bytes, struct tt_arena *arena,
	struct tt_pg_event **ret, size_t *ret_n, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;
	tt_pg_params_init(&p, MAX_BYTES);
	tt_pg_put_int(&p, TT_PG_INT8, (int64_t)max_bytes);
	int rc = tt_pg_query(c, tt_pg_statement("outbox_take.sql"), &p, &r, err);
	tt_pg_params_done(&p);
	if (rc < 0)
		return rc;
	int n = PQntuples(r);
	struct tt_pg_event *v = tt_arena_zalloc(arena, (size_t)n + 1, sizeof(*v));
	rc = v ? TT_OK : TT_ENOMEM;
	for (int i = 0; i < n && rc == TT_OK; i++) {
		v[i] = (struct tt_pg_event){tt_pg_get_int(r, i, 0), tt_pg_get_id(r, i, 1),
			tt_arena_str(arena, tt_pg_get_text(r, i, 2))};
		rc = v[i].body.p ? TT_OK : TT_ENOMEM;
	}
	PQclear(r);
	if (rc < 0)
		return tt_err_set(err, rc, "events: %s", tt_err_text(rc));
	*ret = v;
	*ret_n = (size_t)n;
	return TT_OK;
}

int tt_pg_outbox_done(
	struct tt_pg_conn *c, const int64_t *ids, size_t n, int64_t *ret_waiting, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;
	tt_pg_params_init(&p, MAX_BYTES);
	tt_pg_array(&p, TT_PG_INT8, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_int(&p, TT_PG_INT8, ids[i]);
	int rc = tt_pg_query(c, tt_pg_statement("outbox_done.sql"), &p, &r, err);
	if (rc == TT_OK)
		*ret_waiting = tt_pg_get_int(r, 0, 0);
	PQclear(r);
	tt_pg_params_done(&p);
	return rc;
}
