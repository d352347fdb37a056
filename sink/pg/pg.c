/* pg.c - see pg.h: the sink's three operations. */
#include "sink/pg/pg.h"

#include <stdlib.h>

#include "sink/pg/lookup.h"
#include "sink/pg/maintain.h"
#include "sink/pg/migrate.h"
#include "sink/pg/rows.h"
#include "sink/pg/statements.h"

enum {
	MAX_WRITE_BYTES = 1000 << 20, /* PostgreSQL's limit of one message is 1 GiB */
	DOUBTFUL_WRITES = 16,         /* after a key that was taken for new and was not */
	WEEK_SLOTS = 1024,            /* more than partitions_behind and _ahead together */
};

struct pg_sink {
	const struct tt_pg_conf *conf;
	struct tt_pg_conn *conn;
	unsigned generation;       /* of the connection that what follows was learned on */
	int64_t weeks[WEEK_SLOTS]; /* weeks[w % WEEK_SLOTS] == w: the partitions of week w are there */
	struct tt_pg_rows rows;
	int doubtful; /* so many more writes ask for each key whether it is known */
};

static void forget_weeks(struct pg_sink *s)
{
	for (size_t i = 0; i < WEEK_SLOTS; i++)
		s->weeks[i] = INT64_MIN;
}

/* Connected, and on a new connection: still the schema we know. */
static int ready(struct pg_sink *s, struct tt_err *err)
{
	int rc = tt_pg_conn_ready(s->conn, err);

	if (rc < 0 || tt_pg_conn_generation(s->conn) == s->generation)
		return rc;
	rc = tt_pg_schema_check(s->conn, err);
	if (rc < 0)
		return rc;
	forget_weeks(s);
	s->generation = tt_pg_conn_generation(s->conn);
	return TT_OK;
}

/* The same for a running service: a schema that is being changed is waited for like a server that is away. */
static int ready_again(struct pg_sink *s, struct tt_err *err)
{
	int rc = ready(s, err);

	return rc == TT_EVERSION ? TT_EPEER : rc;
}

static int ensure_week(struct pg_sink *s, int64_t first, int64_t last, struct tt_err *err)
{
	bool there = true;

	for (int64_t w = first; w <= last; w++)
		there = there && s->weeks[w & (WEEK_SLOTS - 1)] == w;
	if (there)
		return TT_OK;
	int rc = tt_pg_ensure_weeks(s->conn, first, last, err);
	for (int64_t w = first; rc == TT_OK && w <= last; w++)
		s->weeks[w & (WEEK_SLOTS - 1)] = w;
	return rc;
}

/* Partitions for this week and those to come, and for the weeks of late items; what is older goes to
 * partition _old. */
static int ensure_partitions(struct pg_sink *s, struct tt_err *err)
{
	int64_t now = tt_pg_week(tt_wall_ms(&tt_clock_real));
	int rc = ensure_week(s, now, now + s->conf->partitions_ahead, err);

	for (size_t i = 0; rc == TT_OK && i < s->rows.n_items; i++) {
		int64_t week = tt_pg_week(s->rows.items[i].event_ms);
		if (week < now && week >= now - s->conf->partitions_behind)
			rc = ensure_week(s, week, week, err);
	}
	return rc;
}

static int pg_lookup(void *self, const struct tt_batch *b, struct tt_arena *arena, struct tt_stored **ret,
	size_t *ret_n, struct tt_err *err)
{
	struct pg_sink *s = self;
	int rc = ready_again(s, err);

	return rc < 0 ? rc : tt_pg_lookup(s->conn, s->conf, b, arena, ret, ret_n, err);
}

/* The statements that have something to say, in the order in which every writer takes its locks. */
static int run_statements(struct pg_sink *s, struct tt_sink_result *ret, struct tt_err *err)
{
	struct tt_pg_rows *r = &s->rows;
	struct tt_pg_stmt stmts[7];
	PGresult *results[7];
	size_t n = 0, items_at = 7, dead_at = 7, alerts_at = 7;

	if (r->progress.n)
		stmts[n++] = (struct tt_pg_stmt){tt_pg_statement("progress.sql"), &r->progress.params, false};
	if (r->n_symbols)
		stmts[n++] = (struct tt_pg_stmt){tt_pg_statement("symbols.sql"), &r->symbol_params, false};
	if (r->n_items || r->n_aliases)
		stmts[items_at = n++] =
			(struct tt_pg_stmt){tt_pg_statement("items.sql"), &r->item_params, false};
	if (r->n_feeds)
		stmts[n++] = (struct tt_pg_stmt){tt_pg_statement("feeds.sql"), &r->feed_params, false};
	if (r->n_websubs)
		stmts[n++] = (struct tt_pg_stmt){tt_pg_statement("websub.sql"), &r->websub_params, false};
	if (r->n_dead)
		stmts[dead_at = n++] =
			(struct tt_pg_stmt){tt_pg_statement("dead_letters.sql"), &r->dead_params, false};
	if (r->n_alerts)
		stmts[alerts_at = n++] =
			(struct tt_pg_stmt){tt_pg_statement("item_alerts.sql"), &r->alert_params, false};
	*ret = (struct tt_sink_result){0};
	if (!n)
		return TT_OK;
	int rc = tt_pg_run(s->conn, stmts, n, results, err);
	if (rc < 0)
		return rc;
	if (items_at < n) {
		ret->items = (size_t)tt_pg_get_int(results[items_at], 0, 0);
		ret->entities = (size_t)tt_pg_get_int(results[items_at], 0, 1);
		ret->updated = (size_t)tt_pg_get_int(results[items_at], 0, 2);
	}
	for (int row = 0; dead_at < n && row < PQntuples(results[dead_at]); row++)
		ret->dead += tt_pg_get_int(results[dead_at], row, 0) != 0;
	if (alerts_at < n)
		ret->alerts = (size_t)tt_pg_get_int(results[alerts_at], 0, 0);
	for (size_t i = 0; i < n; i++)
		PQclear(results[i]);
	return TT_OK;
}

/* Who writes has looked before what is stored already, so nearly always all keys are new, and to take them for new makes a
 * write a third cheaper. Where another was faster the database says so, and nothing of the write has happened. */
static int write_rows(struct pg_sink *s, struct tt_sink_result *ret, struct tt_err *err)
{
	if (s->doubtful > 0) {
		s->doubtful--;
		tt_pg_rows_doubt(&s->rows);
	}
	if (!s->rows.all_new)
		return run_statements(s, ret, err);
	struct tt_err why = {0};
	int rc = run_statements(s, ret, &why);
	if (rc != TT_EDATA)
		return rc < 0 ? tt_err_set(err, rc, "%s", why.msg) : rc;
	s->doubtful = DOUBTFUL_WRITES;
	tt_pg_rows_doubt(&s->rows);
	return run_statements(s, ret, err);
}

static int pg_write(
	void *self, struct tt_batch *const *batches, size_t n, struct tt_sink_result *ret, struct tt_err *err)
{
	struct pg_sink *s = self;
	int rc = tt_pg_rows_fill(&s->rows, batches, n, s->conf);

	if (rc < 0)
		return tt_err_set(err, rc, "postgres: rows of one write: %s", tt_err_text(rc));
	rc = ready_again(s, err);
	if (rc == TT_OK)
		rc = ensure_partitions(s, err);
	if (rc == TT_OK)
		rc = write_rows(s, ret, err);
	return rc == TT_ESTALE ? tt_pg_progress_judge(&s->rows.progress, s->conn, batches, n, err) : rc;
}

static void pg_close(void *self)
{
	struct pg_sink *s = self;

	if (!s)
		return;
	tt_pg_conn_free(s->conn);
	tt_pg_rows_done(&s->rows);
	free(s);
}

static const struct tt_sink_ops pg_ops = {
	.name = "postgres",
	.lookup = pg_lookup,
	.write = pg_write,
	.close = pg_close,
};

int tt_pg_open(struct tt_sink *ret, const struct tt_pg_conf *conf, struct tt_err *err)
{
	struct pg_sink *s = calloc(1, sizeof(*s));
	int rc;

	if (!s)
		return tt_err_set(err, TT_ENOMEM, "postgres: %s", tt_err_text(TT_ENOMEM));
	s->conf = conf;
	tt_pg_rows_init(&s->rows, MAX_WRITE_BYTES);
	rc = tt_pg_conn_new(&s->conn, conf, err);
	if (rc == TT_OK)
		rc = ready(s, err);
	if (rc < 0)
		pg_close(s);
	else
		*ret = (struct tt_sink){&pg_ops, s};
	return rc;
}
