/* positions.c - see positions.h. */
#include "sink/pg/positions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sink/pg/conn.h"
#include "sink/pg/statements.h"

enum { MAX_BYTES = 16 << 20 };

struct store {
	struct tt_pg_conn *conn;
	char *group;
	char worker[320]; /* HOST:PID */
};

static void put_group(struct tt_pg_params *p, const struct store *s)
{
	tt_pg_params_init(p, MAX_BYTES);
	tt_pg_put_text(p, tt_str_c(s->group));
}

static void put_names(struct tt_pg_params *p, const struct tt_position *v, size_t n)
{
	tt_pg_array(p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(p, v[i].topic);
	tt_pg_array(p, TT_PG_INT4, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_int(p, TT_PG_INT4, v[i].partition);
}

/* One column of 64-bit numbers, `at` its offset in struct tt_position. */
static void put_column(struct tt_pg_params *p, const struct tt_position *v, size_t n, size_t at)
{
	tt_pg_array(p, TT_PG_INT8, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_int(p, TT_PG_INT8, *(const int64_t *)((const char *)&v[i] + at));
}

/* Runs a statement, frees its parameters. */
static int run(struct store *s, const char *name, struct tt_pg_params *p, PGresult **ret, struct tt_err *err)
{
	int rc = tt_pg_query(s->conn, tt_pg_statement(name), p, ret, err);

	tt_pg_params_done(p);
	return rc;
}

static struct tt_position *find(struct tt_position *v, size_t n, struct tt_str topic, int32_t partition)
{
	for (size_t i = 0; i < n; i++)
		if (v[i].partition == partition && tt_str_eq(v[i].topic, topic))
			return &v[i];
	return NULL;
}

static int claim(void *self, struct tt_position *v, size_t n, struct tt_err *err)
{
	struct store *s = self;
	struct tt_pg_params p;
	PGresult *r = NULL;

	put_group(&p, s);
	tt_pg_put_text(&p, tt_str_c(s->worker));
	put_names(&p, v, n);
	int rc = run(s, "positions_claim.sql", &p, &r, err);
	for (int row = 0; rc == TT_OK && row < PQntuples(r); row++) {
		struct tt_position *at =
			find(v, n, tt_pg_get_text(r, row, 0), (int32_t)tt_pg_get_int(r, row, 1));
		if (!at)
			continue;
		at->epoch = tt_pg_get_int(r, row, 2);
		at->next_offset = tt_pg_get_int(r, row, 3);
		at->window_from = tt_pg_get_int(r, row, 4);
		at->window_to = tt_pg_get_int(r, row, 5);
		at->crashes = (int)tt_pg_get_int(r, row, 6);
	}
	PQclear(r);
	return rc;
}

static int mark(void *self, const struct tt_position *v, size_t n, struct tt_err *err)
{
	struct store *s = self;
	struct tt_pg_params p;
	PGresult *r = NULL;

	put_group(&p, s);
	put_names(&p, v, n);
	put_column(&p, v, n, offsetof(struct tt_position, epoch));
	put_column(&p, v, n, offsetof(struct tt_position, window_from));
	put_column(&p, v, n, offsetof(struct tt_position, window_to));
	int rc = run(s, "positions_mark.sql", &p, &r, err);
	if (rc == TT_OK && (size_t)PQntuples(r) < n)
		rc = tt_err_set(err, TT_ESTALE,
			"group %s: %zu of %zu partitions were claimed by another worker", s->group,
			n - (size_t)PQntuples(r), n);
	PQclear(r);
	return rc;
}

static int release(void *self, const struct tt_position *v, size_t n, struct tt_err *err)
{
	struct store *s = self;
	struct tt_pg_params p;

	put_group(&p, s);
	put_names(&p, v, n);
	put_column(&p, v, n, offsetof(struct tt_position, epoch));
	return run(s, "positions_release.sql", &p, NULL, err);
}

static int ends(void *self, const struct tt_position *v, size_t n, struct tt_err *err)
{
	struct store *s = self;
	struct tt_pg_params p;

	put_group(&p, s);
	put_names(&p, v, n);
	put_column(&p, v, n, offsetof(struct tt_position, epoch));
	put_column(&p, v, n, offsetof(struct tt_position, end_offset));
	return run(s, "positions_ends.sql", &p, NULL, err);
}

static void close_store(void *self)
{
	struct store *s = self;

	if (!s)
		return;
	tt_pg_conn_free(s->conn);
	free(s->group);
	free(s);
}

static const struct tt_positions_ops ops = {
	.claim = claim, .mark = mark, .release = release, .ends = ends, .close = close_store};

int tt_pg_positions_open(
	struct tt_positions *ret, const struct tt_pg_conf *conf, const char *group, struct tt_err *err)
{
	struct store *s = calloc(1, sizeof(*s));
	char host[256] = "";
	int rc = TT_ENOMEM;

	if (s)
		s->group = strdup(group);
	if (!s || !s->group) {
		tt_err_set(err, rc, "postgres: %s", tt_err_text(rc));
		goto fail;
	}
	gethostname(host, sizeof(host) - 1);
	snprintf(s->worker, sizeof(s->worker), "%s:%d", host, (int)getpid());
	rc = tt_pg_conn_new(&s->conn, conf, err);
	if (rc < 0)
		goto fail;
	*ret = (struct tt_positions){&ops, s};
	return TT_OK;
fail:
	close_store(s);
	return rc;
}
