/* check.c - what `tickertone check` wants to know of the database before a service relies on it. */
#include "sink/pg/migrate.h"

static int check_server(struct tt_pg_conn *c, struct tt_err *err)
{
	PGresult *r = NULL;
	int rc = tt_pg_query(c,
		"SELECT current_setting('server_version_num')::int, current_setting('server_version'), "
		"current_setting('transaction_read_only')::bool, current_setting('server_encoding')",
		NULL, &r, err);

	if (rc < 0)
		return rc;
	struct tt_str version = tt_pg_get_text(r, 0, 1), encoding = tt_pg_get_text(r, 0, 3);
	if (tt_pg_get_int(r, 0, 0) < 150000)
		rc = tt_err_set(err, TT_EVERSION,
			"postgres: the server is version %.*s, 15 or newer is needed", TT_FMT(version));
	else if (tt_pg_get_int(r, 0, 2))
		rc = tt_err_set(err, TT_EPEER, "postgres: the server is read-only (a standby?)");
	else if (!tt_str_eq(encoding, TT_STR("UTF8")))
		rc = tt_err_set(err, TT_ECONF, "postgres: the database has encoding %.*s, UTF8 is needed",
			TT_FMT(encoding));
	PQclear(r);
	return rc;
}

/* The first right that is missing, by name; before the schema's version is looked at, which takes a right,
 * too. */
static int check_rights(struct tt_pg_conn *c, struct tt_err *err)
{
	static const char sql[] =
		"SELECT t || ' (' || p || ')' FROM (VALUES ('migration', 'SELECT'), ('seen', 'INSERT'), "
		"('item', 'INSERT'), "
		"('item_sentiment', 'INSERT'), ('entity_sentiment', 'INSERT'), ('entity', 'UPDATE'), "
		"('model', 'UPDATE'), "
		"('feed', 'UPDATE'), ('dead_letter', 'UPDATE')) AS needed (t, p) "
		"WHERE to_regclass(t) IS NOT NULL AND NOT has_table_privilege(to_regclass(t), p) LIMIT 1";
	PGresult *r = NULL;
	int rc = tt_pg_query(c, sql, NULL, &r, err);

	if (rc == TT_OK && PQntuples(r)) {
		struct tt_str what = tt_pg_get_text(r, 0, 0);
		rc = tt_err_set(err, TT_EREFUSED,
			"postgres: no right to use table %.*s: GRANT tickertone_writer TO the service's role",
			TT_FMT(what));
	}
	PQclear(r);
	return rc;
}

int tt_pg_check(const struct tt_pg_conf *conf, struct tt_err *err)
{
	struct tt_pg_conn *c = NULL;
	int rc = tt_pg_conn_new(&c, conf, err);

	if (rc < 0)
		return rc;
	rc = check_server(c, err);
	if (rc == TT_OK)
		rc = check_rights(c, err);
	if (rc == TT_OK)
		rc = tt_pg_schema_check(c, err);
	tt_pg_conn_free(c);
	return rc;
}
