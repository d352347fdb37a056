/* observed.c - see observed.h. */
#include "sink/pg/observed.h"

#include "sink/pg/statements.h"

static int ask_feeds(struct tt_pg_conn *c, PGresult **ret, struct tt_err *err)
{
	return tt_pg_query(c, tt_pg_statement("feeds_observed.sql"), NULL, ret, err);
}

static int ask_service(struct tt_pg_conn *c, const bool *wanted, PGresult **ret, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, 4096);
	tt_pg_put_bool(&p, wanted[TT_PG_TOPIC]);
	tt_pg_put_bool(&p, wanted[TT_PG_POLLING]);
	int rc = tt_pg_query(c, tt_pg_statement("service_observed.sql"), &p, ret, err);
	tt_pg_params_done(&p);
	return rc;
}

/* False: memory is out. */
static bool copy(struct tt_pg_observed *v, struct tt_arena *arena, const PGresult *feeds, const PGresult *service)
{
	size_t n = 0;
	bool ok = true;

	for (int i = 0; ok && feeds && i < PQntuples(feeds); i++, n++) {
		v[n] = (struct tt_pg_observed){TT_PG_FEED, tt_arena_str(arena, tt_pg_get_text(feeds, i, 0)),
			tt_pg_get_double(feeds, i, 1), tt_pg_get_double(feeds, i, 2)};
		ok = v[n].name.p != NULL;
	}
	for (int i = 0; ok && service && i < PQntuples(service); i++, n++) {
		v[n] = (struct tt_pg_observed){tt_pg_get_int(service, i, 0) ? TT_PG_TOPIC : TT_PG_POLLING,
			tt_arena_str(arena, tt_pg_get_text(service, i, 1)), tt_pg_get_double(service, i, 2),
			tt_pg_get_double(service, i, 3)};
		ok = v[n].name.p != NULL;
	}
	return ok;
}

int tt_pg_observe(struct tt_pg_conn *c, const bool wanted[TT_PG_POLLING + 1], struct tt_arena *arena,
	struct tt_pg_observed **ret, size_t *ret_n, struct tt_err *err)
{
	PGresult *feeds = NULL, *service = NULL;
	int rc = wanted[TT_PG_FEED] ? ask_feeds(c, &feeds, err) : TT_OK;

	if (rc == TT_OK && (wanted[TT_PG_TOPIC] || wanted[TT_PG_POLLING]))
		rc = ask_service(c, wanted, &service, err);
	if (rc == TT_OK) {
		size_t n = (size_t)((feeds ? PQntuples(feeds) : 0) + (service ? PQntuples(service) : 0));
		struct tt_pg_observed *v = tt_arena_zalloc(arena, n + 1, sizeof(*v));
		if (!v || !copy(v, arena, feeds, service))
			rc = tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
		*ret = v;
		*ret_n = n;
	}
	PQclear(feeds);
	PQclear(service);
	return rc;
}
