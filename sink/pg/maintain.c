/* maintain.c - see maintain.h; the work is done by the functions of sink/migrations. */
#include "sink/pg/maintain.h"

#define FIRST_WEEK_MS (-3 * 86400000LL) /* the Monday before 1970-01-01 */

int64_t tt_pg_week(int64_t ms)
{
	int64_t since = ms - FIRST_WEEK_MS;

	return since / TT_WEEK_MS - (since % TT_WEEK_MS < 0);
}

int tt_pg_ensure_weeks(struct tt_pg_conn *c, int64_t first, int64_t last, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, 4096);
	tt_pg_put_time(&p, first * TT_WEEK_MS + FIRST_WEEK_MS);
	tt_pg_put_time(&p, last * TT_WEEK_MS + FIRST_WEEK_MS);
	int rc = tt_pg_query(c, "SELECT ensure_partitions($1, $2)", &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_prune(struct tt_pg_conn *c, const struct tt_pg_conf *conf, int64_t now_ms, struct tt_pg_pruned *ret,
	struct tt_err *err)
{
	PGresult *tables = NULL, *rows = NULL, *alerts = NULL;
	struct tt_pg_params p;

	if (!conf->retention_ms) {
		*ret = (struct tt_pg_pruned){.before_ms = TT_TIME_NONE};
		return TT_OK;
	}
	int64_t before_ms = now_ms - conf->retention_ms;
	tt_pg_params_init(&p, 4096);
	tt_pg_put_time(&p, before_ms);
	int rc = tt_pg_query(c, "SELECT prune_partitions($1)", &p, &tables, err);
	if (rc == TT_OK)
		rc = tt_pg_query(c, "SELECT items, keys, dead_letters FROM prune_rows($1)", &p, &rows, err);
	if (rc == TT_OK)
		rc = tt_pg_query(c, "SELECT prune_alerts($1)", &p, &alerts, err);
	if (rc == TT_OK)
		*ret = (struct tt_pg_pruned){
			.tables = tt_pg_get_int(tables, 0, 0),
			.items = tt_pg_get_int(rows, 0, 0),
			.keys = tt_pg_get_int(rows, 0, 1),
			.dead_letters = tt_pg_get_int(rows, 0, 2),
			.alert_changes = tt_pg_get_int(alerts, 0, 0),
			.before_ms = before_ms,
		};
	PQclear(tables);
	PQclear(rows);
	PQclear(alerts);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_settle(struct tt_pg_conn *c, struct tt_err *err)
{
	return tt_pg_query(c, "SELECT settle_mood()", NULL, NULL, err);
}
