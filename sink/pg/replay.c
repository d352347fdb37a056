/* replay.c - see replay.h. */
#include "sink/pg/replay.h"

#include "sink/pg/alerts_parts.h"
#include "sink/pg/statements.h"

enum { PARAM_BYTES = 16 << 20 };

int tt_pg_replay(struct tt_pg_conn *c, int64_t since_minute, int64_t until_minute,
	const struct tt_pg_alerts_loader *to, struct tt_err *err)
{
	PGresult *results[4] = {NULL};
	struct tt_pg_params p;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_time(&p, since_minute * 60000);
	tt_pg_put_time(&p, until_minute * 60000);
	const struct tt_pg_stmt stmts[] = {{.sql = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"},
		{.sql = "SET LOCAL work_mem = '256MB'"}, /* it sorts a month */
		{.sql = tt_pg_statement("alerts_subjects.sql")},
		{.sql = tt_pg_statement("replay_minutes.sql"), .params = &p}};
	int rc = tt_pg_run(c, stmts, TT_LEN(stmts), results, err);
	if (rc == TT_OK)
		rc = tt_pg_load_subjects(results[2], to, err);
	if (rc == TT_OK)
		rc = tt_pg_load_minutes(c, to, err);
	for (size_t i = 0; i < TT_LEN(results); i++)
		PQclear(results[i]);
	tt_pg_params_done(&p);
	tt_pg_alerts_undo(c); /* it has only read */
	return rc;
}

int tt_pg_replay_items(struct tt_pg_conn *c, int64_t since_ms, int64_t until_ms,
	const struct tt_pg_item_rule *rule, struct tt_arena *arena, struct tt_pg_replayed_item **ret,
	size_t *ret_n, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_time(&p, since_ms);
	tt_pg_put_time(&p, until_ms);
	tt_pg_put_double(&p, rule->below);
	tt_pg_put_double(&p, rule->above);
	tt_pg_put_double(&p, rule->min_relevance);
	tt_pg_put_double(&p, rule->min_novelty);
	tt_pg_put_text(&p, rule->sector);
	tt_pg_array(&p, TT_PG_TEXT, rule->n_symbols);
	for (size_t i = 0; i < rule->n_symbols; i++)
		tt_pg_put_text(&p, rule->symbols[i]);
	int rc = tt_pg_query(c, tt_pg_statement("replay_items.sql"), &p, &r, err);
	tt_pg_params_done(&p);
	if (rc < 0)
		return rc;
	int n = PQntuples(r);
	struct tt_pg_replayed_item *v = tt_arena_zalloc(arena, (size_t)n + 1, sizeof(*v));
	for (int i = 0; v && i < n; i++) {
		v[i] = (struct tt_pg_replayed_item){tt_pg_get_time(r, i, 0),
			tt_arena_str(arena, tt_pg_get_text(r, i, 1)),
			tt_arena_str(arena, tt_pg_get_text(r, i, 3)), tt_pg_get_double(r, i, 2)};
		if (!v[i].symbol.p)
			v = NULL;
	}
	PQclear(r);
	*ret = v;
	*ret_n = (size_t)n;
	return v ? TT_OK : tt_err_set(err, TT_ENOMEM, "replay: %s", tt_err_text(TT_ENOMEM));
}
