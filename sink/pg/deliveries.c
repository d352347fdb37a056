/* deliveries.c - see deliveries.h. */
#include "sink/pg/deliveries.h"

#include "sink/pg/statements.h"

enum { PARAM_BYTES = 1 << 20 };

int tt_pg_deliveries_take(struct tt_pg_conn *c, struct tt_str target, int64_t max, int64_t lease_ms,
	struct tt_arena *arena, struct tt_pg_delivery **ret, size_t *ret_n, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_text(&p, target);
	tt_pg_put_int(&p, TT_PG_INT8, max);
	tt_pg_put_double(&p, (double)lease_ms / 1000);
	int rc = tt_pg_query(c, tt_pg_statement("deliveries_take.sql"), &p, &r, err);
	tt_pg_params_done(&p);
	if (rc < 0)
		return rc;
	int n = PQntuples(r);
	struct tt_pg_delivery *v = tt_arena_zalloc(arena, (size_t)n + 1, sizeof(*v));
	for (int i = 0; v && i < n; i++) {
		v[i] = (struct tt_pg_delivery){.id = tt_pg_get_int(r, i, 0),
			.attempts = (int)tt_pg_get_int(r, i, 1),
			.event = {.id = tt_pg_get_id(r, i, 2),
				.subject = tt_arena_str(arena, tt_pg_get_text(r, i, 3)),
				.state = tt_arena_str(arena, tt_pg_get_text(r, i, 4)),
				.time = tt_arena_str(arena, tt_pg_get_text(r, i, 5)),
				.data = tt_arena_str(arena, tt_pg_get_text(r, i, 6))}};
		const struct tt_alert_event *e = &v[i].event;
		if (!e->subject.p || !e->state.p || !e->time.p || !e->data.p)
			v = NULL;
	}
	PQclear(r);
	if (!v)
		return tt_err_set(err, TT_ENOMEM, "deliveries: %s", tt_err_text(TT_ENOMEM));
	*ret = v;
	*ret_n = (size_t)n;
	return TT_OK;
}

int tt_pg_deliveries_done(struct tt_pg_conn *c, const int64_t *ids, size_t n, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_array(&p, TT_PG_INT8, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_int(&p, TT_PG_INT8, ids[i]);
	int rc = tt_pg_query(c, tt_pg_statement("deliveries_done.sql"), &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_deliveries_later(
	struct tt_pg_conn *c, int64_t id, int64_t wait_ms, struct tt_str why, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_int(&p, TT_PG_INT8, id);
	tt_pg_put_double(&p, (double)wait_ms / 1000);
	tt_pg_put_text(&p, why);
	int rc = tt_pg_query(c, tt_pg_statement("deliveries_later.sql"), &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_deliveries_disable(
	struct tt_pg_conn *c, struct tt_str target, struct tt_str why, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_text(&p, target);
	tt_pg_put_text(&p, why);
	int rc = tt_pg_query(c, tt_pg_statement("deliveries_disable.sql"), &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}
