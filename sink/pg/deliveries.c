/* deliveries.c - see deliveries.h. */
#include "sink/pg/deliveries.h"

#include "sink/pg/statements.h"

enum { PARAM_BYTES = 1 << 20 };

/* Columns of an event from `col` on: id, subject, state, time, data. False: no memory. */
static bool take_event(const PGresult *r, int row, int col, struct tt_arena *arena, struct tt_alert_event *e)
{
	e->id = tt_pg_get_id(r, row, col);
	e->subject = tt_arena_str(arena, tt_pg_get_text(r, row, col + 1));
	e->state = tt_arena_str(arena, tt_pg_get_text(r, row, col + 2));
	e->time = tt_arena_str(arena, tt_pg_get_text(r, row, col + 3));
	e->data = tt_arena_str(arena, tt_pg_get_text(r, row, col + 4));
	return e->subject.p && e->state.p && e->time.p && e->data.p;
}

static int fail_memory(struct tt_err *err)
{
	return tt_err_set(err, TT_ENOMEM, "deliveries: %s", tt_err_text(TT_ENOMEM));
}

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
		v[i].id = tt_pg_get_int(r, i, 0);
		v[i].attempts = (int)tt_pg_get_int(r, i, 1);
		if (!take_event(r, i, 2, arena, &v[i].event))
			v = NULL;
	}
	PQclear(r);
	*ret = v;
	*ret_n = (size_t)n;
	return v ? TT_OK : fail_memory(err);
}

int tt_pg_deliveries_take_notice(struct tt_pg_conn *c, struct tt_str target, int64_t apart_ms,
	int64_t lease_ms, int listed, struct tt_arena *arena, struct tt_pg_delivery **ret, size_t *ret_n,
	struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_text(&p, target);
	tt_pg_put_double(&p, (double)apart_ms / 1000);
	tt_pg_put_double(&p, (double)lease_ms / 1000);
	tt_pg_put_int(&p, TT_PG_INT4, listed);
	int rc = tt_pg_query(c, tt_pg_statement("notices_take.sql"), &p, &r, err);
	tt_pg_params_done(&p);
	if (rc < 0)
		return rc;
	struct tt_pg_delivery *v = tt_arena_zalloc(arena, 1, sizeof(*v));
	*ret_n = (size_t)PQntuples(r);
	if (v && *ret_n) {
		v->attempts = (int)tt_pg_get_int(r, 0, 0);
		if (!take_event(r, 0, 1, arena, &v->event))
			v = NULL;
	}
	PQclear(r);
	*ret = v;
	return v ? TT_OK : fail_memory(err);
}

int tt_pg_deliveries_done(struct tt_pg_conn *c, struct tt_str target, const struct tt_pg_delivery *v,
	size_t n, struct tt_err *err)
{
	bool is_notice = n == 1 && !v->id;
	struct tt_pg_params p;

	tt_pg_params_init(&p, PARAM_BYTES);
	if (is_notice) {
		tt_pg_put_id(&p, v->event.id);
		tt_pg_put_text(&p, target);
	} else {
		tt_pg_array(&p, TT_PG_INT8, n);
		for (size_t i = 0; i < n; i++)
			tt_pg_put_int(&p, TT_PG_INT8, v[i].id);
	}
	int rc = tt_pg_query(
		c, tt_pg_statement(is_notice ? "notices_done.sql" : "deliveries_done.sql"), &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_deliveries_later(struct tt_pg_conn *c, struct tt_str target, const struct tt_pg_delivery *d,
	int64_t wait_ms, struct tt_str why, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, PARAM_BYTES);
	if (d->id)
		tt_pg_put_int(&p, TT_PG_INT8, d->id);
	else
		tt_pg_put_id(&p, d->event.id);
	tt_pg_put_double(&p, (double)wait_ms / 1000);
	tt_pg_put_text(&p, why);
	if (!d->id)
		tt_pg_put_text(&p, target);
	int rc = tt_pg_query(
		c, tt_pg_statement(d->id ? "deliveries_later.sql" : "notices_later.sql"), &p, NULL, err);
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
