/* alerts.c - see alerts.h: the leader's lock, what it loads, and the beginning and end of its tick. */
#include "sink/pg/alerts.h"

#include <string.h>

#include "sink/pg/alerts_params.h"
#include "sink/pg/alerts_parts.h"
#include "sink/pg/statements.h"

enum {
	PARAM_BYTES = 256 << 20, /* far above what one tick has to say */
	FETCH_ROWS = 2000, /* a portion fits into a socket's buffer */
};

int tt_pg_alerts_lead(struct tt_pg_conn *c, bool *ret, struct tt_err *err)
{
	PGresult *r = NULL;
	int rc = tt_pg_query(c, tt_pg_statement("alerts_lead.sql"), NULL, &r, err);

	if (rc == TT_OK)
		*ret = tt_pg_get_int(r, 0, 0);
	PQclear(r);
	return rc;
}

int tt_pg_alerts_rest(struct tt_pg_conn *c, struct tt_err *err)
{
	return tt_pg_query(c, "SELECT rest_alerts()", NULL, NULL, err);
}

/* Writers that found no rules, and note nothing, are waited for: what they write is then there to be loaded.
 * All later ones find the rules. */
int tt_pg_alerts_rules(struct tt_pg_conn *c, const struct tt_pg_rule *rules, size_t n, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_rule_params(&p, rules, n);
	const struct tt_pg_stmt stmts[] = {{.sql = "BEGIN"},
		{.sql = "LOCK TABLE rule IN ACCESS EXCLUSIVE MODE"},
		{.sql = tt_pg_statement("alerts_rules.sql"), .params = &p}, {.sql = "COMMIT"}};
	int rc = tt_pg_run(c, stmts, TT_LEN(stmts), NULL, err);
	tt_pg_params_done(&p);
	if (rc < 0)
		tt_pg_alerts_undo(c);
	return rc;
}

/* ---- loading ---- */

int tt_pg_load_subjects(const PGresult *r, const struct tt_pg_alerts_loader *to, struct tt_err *err)
{
	for (int i = 0; i < PQntuples(r); i++) {
		const struct tt_pg_subject s = {(int32_t)tt_pg_get_int(r, i, 0), tt_pg_get_text(r, i, 1),
			tt_pg_get_text(r, i, 2), tt_pg_get_text(r, i, 3)};
		int rc = to->subject(to->ctx, &s, err);
		if (rc < 0)
			return rc;
	}
	return TT_OK;
}

static enum tt_alert_state state_of(struct tt_str name)
{
	for (int s = 0; s < TT_ALERT_STATES; s++)
		if (tt_str_eq(name, tt_str_c(tt_alert_state_name((enum tt_alert_state)s))))
			return (enum tt_alert_state)s;
	return TT_ALERT_INACTIVE; /* also for NULL; the table's checks allow no other */
}

static int load_states(const PGresult *r, const struct tt_pg_alerts_loader *to, struct tt_err *err)
{
	for (int i = 0; i < PQntuples(r); i++) {
		const struct tt_pg_rule_state s = {
			.fingerprint = tt_pg_get_id(r, i, 0),
			.rule = tt_pg_get_text(r, i, 1),
			.subject_kind = tt_pg_get_text(r, i, 2),
			.subject = tt_pg_get_text(r, i, 3),
			.state = state_of(tt_pg_get_text(r, i, 4)),
			.before = state_of(tt_pg_get_text(r, i, 5)),
			.episode = tt_pg_get_int(r, i, 6),
			.since_ms = tt_pg_get_time(r, i, 7),
			.changed_ms = tt_pg_get_time(r, i, 8),
			.value = tt_pg_get_double(r, i, 9),
		};
		int rc = to->state(to->ctx, &s, err);
		if (rc < 0)
			return rc;
	}
	return TT_OK;
}

static struct tt_pg_minute minute_of_row(const PGresult *r, int row)
{
	return (struct tt_pg_minute){(int32_t)tt_pg_get_int(r, row, 0), tt_pg_get_int(r, row, 1),
		tt_pg_get_int(r, row, 2), tt_pg_get_int(r, row, 3), tt_pg_get_int(r, row, 4),
		tt_pg_get_double(r, row, 5), tt_pg_get_double(r, row, 6), tt_pg_get_double(r, row, 7)};
}

/* The database fetches one portion while the one before is looked at. */
int tt_pg_load_minutes(struct tt_pg_conn *c, const struct tt_pg_alerts_loader *to, struct tt_err *err)
{
	static const char fetch[] = "FETCH 2000 FROM alerts_minutes";
	struct tt_arena arena;
	tt_arena_init(&arena, FETCH_ROWS * 2 * sizeof(struct tt_pg_minute));
	struct tt_pg_minute *v = tt_arena_zalloc(&arena, FETCH_ROWS, sizeof(*v));
	int rc = v ? tt_pg_send(c, fetch, err) : tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	bool asked = rc == TT_OK;

	while (asked) {
		PGresult *r = NULL;
		rc = tt_pg_receive(c, &r, err);
		int n = rc == TT_OK ? PQntuples(r) : 0;
		for (int i = 0; i < n; i++)
			v[i] = minute_of_row(r, i);
		PQclear(r);
		if (rc == TT_OK && n == FETCH_ROWS)
			rc = tt_pg_send(c, fetch, err);
		asked = rc == TT_OK && n == FETCH_ROWS;
		if (rc == TT_OK && n)
			rc = to->minutes(to->ctx, v, (size_t)n, err);
		if (rc < 0 && asked) {
			tt_pg_receive(c, NULL, NULL);
			asked = false;
		}
	}
	tt_arena_done(&arena);
	return rc;
}

int tt_pg_alerts_load(
	struct tt_pg_conn *c, int64_t since_minute, const struct tt_pg_alerts_loader *to, struct tt_err *err)
{
	PGresult *results[5] = {NULL};
	struct tt_pg_params p;

	tt_pg_params_init(&p, 4096);
	tt_pg_put_time(&p, since_minute * 60000);
	const struct tt_pg_stmt stmts[] = {{.sql = "BEGIN ISOLATION LEVEL REPEATABLE READ"},
		{.sql = "DELETE FROM mood_delta"}, {.sql = tt_pg_statement("alerts_subjects.sql")},
		{.sql = tt_pg_statement("alerts_states.sql")},
		{.sql = tt_pg_statement("alerts_minutes.sql"), .params = &p}};
	int rc = tt_pg_run(c, stmts, TT_LEN(stmts), results, err);
	if (rc == TT_OK)
		rc = tt_pg_load_subjects(results[2], to, err);
	if (rc == TT_OK)
		rc = load_states(results[3], to, err);
	if (rc == TT_OK)
		rc = tt_pg_load_minutes(c, to, err);
	if (rc == TT_OK)
		rc = tt_pg_query(c, "COMMIT", NULL, NULL, err);
	if (rc < 0)
		tt_pg_alerts_undo(c);
	for (size_t i = 0; i < TT_LEN(results); i++)
		PQclear(results[i]);
	tt_pg_params_done(&p);
	return rc;
}

/* ---- a tick ---- */

int tt_pg_alerts_take(struct tt_pg_conn *c, size_t max_rows, struct tt_arena *arena,
	struct tt_pg_minute **ret, size_t *ret_n, bool *ret_more, struct tt_err *err)
{
	PGresult *results[2] = {NULL};
	struct tt_pg_params p;

	tt_pg_params_init(&p, 4096);
	tt_pg_put_int(&p, TT_PG_INT8, (int64_t)max_rows);
	const struct tt_pg_stmt stmts[] = {
		{.sql = "BEGIN"}, {.sql = tt_pg_statement("alerts_take.sql"), .params = &p}};
	int rc = tt_pg_run(c, stmts, TT_LEN(stmts), results, err);
	tt_pg_params_done(&p);
	int n = rc == TT_OK ? PQntuples(results[1]) : 0;
	struct tt_pg_minute *v = rc == TT_OK ? tt_arena_zalloc(arena, (size_t)n + 1, sizeof(*v)) : NULL;
	if (rc == TT_OK && !v)
		rc = tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	for (int i = 0; i < n && rc == TT_OK; i++)
		v[i] = minute_of_row(results[1], i);
	if (rc == TT_OK) {
		*ret = v;
		*ret_n = (size_t)n;
		*ret_more = n && tt_pg_get_int(results[1], 0, 8);
	} else
		tt_pg_alerts_undo(c);
	for (size_t i = 0; i < TT_LEN(results); i++)
		PQclear(results[i]);
	return rc;
}

int tt_pg_alerts_evidence(struct tt_pg_conn *c, const struct tt_pg_question *questions, size_t n,
	size_t max_items, struct tt_arena *arena, struct tt_pg_answer *answers, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;

	memset(answers, 0, n * sizeof(*answers));
	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_question_params(&p, questions, n, max_items);
	int rc = tt_pg_query(c, tt_pg_statement("alerts_evidence.sql"), &p, &r, err);
	tt_pg_params_done(&p);
	for (int i = 0; rc == TT_OK && i < PQntuples(r); i++) {
		struct tt_str title = tt_pg_get_text(r, i, 2);
		struct tt_pg_answer a = {.n_items = tt_pg_get_int(r, i, 1),
			.strongest = tt_arena_str(arena, title),
			.evidence = tt_arena_str(arena, tt_pg_get_text(r, i, 3))};
		if (!a.evidence.p || (title.p && !a.strongest.p))
			rc = tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
		answers[tt_pg_get_int(r, i, 0)] = a;
	}
	PQclear(r);
	if (rc < 0)
		tt_pg_alerts_undo(c);
	return rc;
}

int tt_pg_alerts_store(
	struct tt_pg_conn *c, const struct tt_pg_tick *tick, int64_t *ret_changes, struct tt_err *err)
{
	struct tt_pg_params states, changes, told;
	PGresult *results[4] = {NULL};
	struct tt_pg_stmt stmts[4];
	size_t n = 0, changes_at = TT_LEN(stmts);

	tt_pg_params_init(&states, PARAM_BYTES);
	tt_pg_params_init(&changes, PARAM_BYTES);
	tt_pg_params_init(&told, PARAM_BYTES);
	if (tick->n_states || tick->n_forgotten) {
		tt_pg_state_params(&states, tick);
		stmts[n++] = (struct tt_pg_stmt){tt_pg_statement("alerts_states_store.sql"), &states, false};
	}
	if (tick->n_changes) {
		tt_pg_change_params(&changes, tick);
		stmts[changes_at = n++] =
			(struct tt_pg_stmt){tt_pg_statement("alerts_store.sql"), &changes, false};
	}
	if (tick->n_changes && tick->n_targets) {
		tt_pg_tell_params(&told, tick);
		stmts[n++] = (struct tt_pg_stmt){tt_pg_statement("alerts_tell.sql"), &told, false};
	}
	stmts[n++] = (struct tt_pg_stmt){.sql = "COMMIT"};
	int rc = tt_pg_run(c, stmts, n, results, err);
	tt_pg_params_done(&states);
	tt_pg_params_done(&changes);
	tt_pg_params_done(&told);
	if (rc == TT_OK)
		*ret_changes = changes_at < n ? tt_pg_get_int(results[changes_at], 0, 0) : 0;
	else
		tt_pg_alerts_undo(c);
	for (size_t i = 0; i < n; i++)
		PQclear(results[i]);
	return rc;
}

void tt_pg_alerts_undo(struct tt_pg_conn *c)
{
	if (tt_pg_query(c, "ROLLBACK", NULL, NULL, NULL) < 0)
		tt_pg_conn_close(c);
}
