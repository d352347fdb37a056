/* leases.c - see leases.h. */
#include "sink/pg/leases.h"

#include "sink/pg/row_params.h"
#include "sink/pg/statements.h"

enum { MAX_BYTES = 256 << 20 }; /* of one statement's parameters */

static int out_of_memory(struct tt_err *err)
{
	return tt_err_set(err, TT_ENOMEM, "leases: %s", tt_err_text(TT_ENOMEM));
}

/* ---- a sign of life ---- */

static int take_expired(const PGresult *r, struct tt_arena *arena, struct tt_pg_beat *ret)
{
	ret->n_expired = (size_t)PQntuples(r);
	ret->expired = tt_arena_zalloc(arena, ret->n_expired, sizeof(*ret->expired));
	for (size_t i = 0; ret->expired && i < ret->n_expired; i++) {
		ret->expired[i].worker = tt_arena_str(arena, tt_pg_get_text(r, (int)i, 0));
		ret->expired[i].feeds = tt_pg_get_int(r, (int)i, 1);
	}
	return ret->expired ? TT_OK : TT_ENOMEM;
}

static int take_urls(const PGresult *r, struct tt_arena *arena, struct tt_pg_beat *ret)
{
	ret->n_urls = (size_t)PQntuples(r);
	ret->urls = tt_arena_zalloc(arena, ret->n_urls, sizeof(*ret->urls));
	if (!ret->urls)
		return TT_ENOMEM;
	for (size_t i = 0; i < ret->n_urls; i++) {
		ret->urls[i] = tt_arena_str(arena, tt_pg_get_text(r, (int)i, 0));
		if (!ret->urls[i].p)
			return TT_ENOMEM;
	}
	return TT_OK;
}

enum { RENEW, COUNTS, LIST, EXPIRE, BEAT_STMTS };

int tt_pg_lease_beat(struct tt_pg_conn *c, const struct tt_pg_worker *w, bool expire, size_t expected,
	struct tt_arena *arena, struct tt_pg_beat *ret, struct tt_err *err)
{
	static const char *const files[BEAT_STMTS] = {
		"lease_renew.sql", "lease_counts.sql", "lease_list.sql", "lease_expire.sql"};
	struct tt_pg_params p[BEAT_STMTS];
	struct tt_pg_stmt stmts[BEAT_STMTS];
	PGresult *results[BEAT_STMTS] = {NULL};
	size_t n = expire ? BEAT_STMTS : EXPIRE;
	for (size_t i = 0; i < BEAT_STMTS; i++) {
		tt_pg_params_init(&p[i], MAX_BYTES);
		tt_pg_put_id(&p[i], w->id);
		stmts[i] = (struct tt_pg_stmt){tt_pg_statement(files[i]), &p[i], false};
	}
	tt_pg_put_id(&p[RENEW], w->list);
	tt_pg_put_int(&p[RENEW], TT_PG_INT4, w->pid);
	tt_pg_put_text(&p[RENEW], w->host);
	tt_pg_put_int(&p[RENEW], TT_PG_INT8, w->lease_ms);
	tt_pg_put_id(&p[COUNTS], w->list);
	tt_pg_put_int(&p[LIST], TT_PG_INT8, (int64_t)expected);
	int rc = tt_pg_run(c, stmts, n, results, err);
	if (rc == TT_OK) {
		*ret = (struct tt_pg_beat){.workers = tt_pg_get_int(results[COUNTS], 0, 0),
			.same_list = tt_pg_get_int(results[COUNTS], 0, 1),
			.added = tt_pg_get_int(results[COUNTS], 0, 2),
			.counted = tt_pg_get_int(results[COUNTS], 0, 3) == (int64_t)expected};
		if (take_urls(results[LIST], arena, ret) < 0 ||
			(expire && take_expired(results[EXPIRE], arena, ret) < 0))
			rc = out_of_memory(err);
	}
	for (size_t i = 0; i < BEAT_STMTS; i++) {
		PQclear(results[i]);
		tt_pg_params_done(&p[i]);
	}
	return rc;
}

/* ---- taking and giving back ---- */

static int take_feeds(const PGresult *r, struct tt_id lease, struct tt_arena *arena, struct tt_pg_feed **ret)
{
	size_t n = (size_t)PQntuples(r);
	struct tt_pg_feed *v = tt_arena_zalloc(arena, n, sizeof(*v));
	int rc = v ? TT_OK : TT_ENOMEM;
	for (size_t i = 0; i < n && rc == TT_OK; i++) {
		rc = tt_pg_feed_of_row(r, (int)i, arena, &v[i]);
		v[i].state.lease = lease;
	}
	*ret = v;
	return rc;
}

int tt_pg_lease_take(struct tt_pg_conn *c, const struct tt_pg_worker *w, const struct tt_pg_lease_wish *wish,
	struct tt_arena *arena, struct tt_pg_feed **ret, size_t *ret_n, struct tt_err *err)
{
	struct tt_pg_params known, take;
	const struct tt_pg_stmt stmts[] = {{tt_pg_statement("lease_known.sql"), &known, false},
		{tt_pg_statement("lease_take.sql"), &take, false}};
	PGresult *results[TT_LEN(stmts)] = {NULL};
	tt_pg_params_init(&known, MAX_BYTES);
	tt_pg_params_init(&take, MAX_BYTES);
	tt_pg_text_array(&known, wish->urls, wish->n_urls);
	tt_pg_put_id(&take, w->id);
	tt_pg_text_array(&take, wish->urls, wish->n_urls);
	tt_pg_put_int(&take, TT_PG_INT8, (int64_t)wish->max_configured);
	tt_pg_put_int(&take, TT_PG_INT8, (int64_t)wish->max_added);
	int rc = tt_pg_run(c, stmts, TT_LEN(stmts), results, err);
	if (rc == TT_OK && take_feeds(results[1], w->id, arena, ret) < 0)
		rc = out_of_memory(err);
	if (rc == TT_OK)
		*ret_n = (size_t)PQntuples(results[1]);
	for (size_t i = 0; i < TT_LEN(stmts); i++)
		PQclear(results[i]);
	tt_pg_params_done(&known);
	tt_pg_params_done(&take);
	return rc;
}

int tt_pg_lease_return(struct tt_pg_conn *c, const struct tt_pg_worker *w, const struct tt_pg_lease_return *v,
	size_t n, bool *given, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;
	tt_pg_params_init(&p, MAX_BYTES);
	tt_pg_put_id(&p, w->id);
	tt_pg_array(&p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(&p, v[i].url);
	tt_pg_array(&p, TT_PG_TIMESTAMPTZ, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_time(&p, v[i].last_fetch_ms);
	int rc = tt_pg_query(c, tt_pg_statement("lease_return.sql"), &p, &r, err);
	for (size_t i = 0; rc == TT_OK && i < n; i++)
		given[i] = false;
	for (int row = 0; rc == TT_OK && row < PQntuples(r); row++)
		given[tt_pg_get_int(r, row, 0) - 1] = true;
	PQclear(r);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_lease_end(struct tt_pg_conn *c, const struct tt_pg_worker *w, struct tt_err *err)
{
	struct tt_pg_params p;
	tt_pg_params_init(&p, MAX_BYTES);
	tt_pg_put_id(&p, w->id);
	int rc = tt_pg_query(c, "DELETE FROM worker WHERE worker_id = $1", &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}
