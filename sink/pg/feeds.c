/* feeds.c - see feeds.h. */
#include "sink/pg/feeds.h"

#include "sink/pg/row_params.h"
#include "sink/pg/statements.h"

enum { MAX_BYTES = 256 << 20 }; /* of one statement's parameters */

/* ---- rows ---- */

/* A copy of one text; *rc tells of one that did not fit. */
static struct tt_str copy(const PGresult *r, int row, int col, struct tt_arena *arena, int *rc)
{
	struct tt_str s = tt_arena_str(arena, tt_pg_get_text(r, row, col));
	if (!s.p && !PQgetisnull(r, row, col))
		*rc = TT_ENOMEM;
	return s;
}

int tt_pg_feed_of_row(const PGresult *r, int row, struct tt_arena *arena, struct tt_pg_feed *ret)
{
	int rc = TT_OK;
	*ret = (struct tt_pg_feed){
		.state =
			{
				.url = copy(r, row, 0, arena, &rc),
				.moved_to = copy(r, row, 1, arena, &rc),
				.moving_to = copy(r, row, 2, arena, &rc),
				.title = copy(r, row, 3, arena, &rc),
				.etag = copy(r, row, 4, arena, &rc),
				.last_modified = copy(r, row, 5, arena, &rc),
				.last_error = copy(r, row, 6, arena, &rc),
				.last_status = (int)tt_pg_get_int(r, row, 7),
				.failures = (int)tt_pg_get_int(r, row, 8),
				.gone = tt_pg_get_int(r, row, 9),
				.interval_ms = tt_pg_get_int(r, row, 10),
				.hint_ms = tt_pg_get_int(r, row, 11),
				.skip_hours = (uint32_t)tt_pg_get_int(r, row, 12),
				.skip_days = (uint32_t)tt_pg_get_int(r, row, 13),
				.last_fetch_ms = tt_pg_get_time(r, row, 14),
				.last_success_ms = tt_pg_get_time(r, row, 15),
				.last_change_ms = tt_pg_get_time(r, row, 16),
				.next_fetch_ms = tt_pg_get_time(r, row, 17),
				.body_hash = tt_pg_get_id(r, row, 18),
				.asked_ms = tt_pg_get_int(r, row, 24),
			},
		.name = copy(r, row, 19, arena, &rc),
		.lang = copy(r, row, 20, arena, &rc),
		.interval_ms = tt_pg_get_int(r, row, 21),
		.added_ms = tt_pg_get_time(r, row, 22),
		.enabled = tt_pg_get_int(r, row, 23),
		.lease_until_ms = TT_TIME_NONE,
	};
	return rc;
}

static int list_row(const PGresult *r, int row, struct tt_arena *arena, struct tt_pg_feed *f)
{
	int rc = tt_pg_feed_of_row(r, row, arena, f);
	f->owner = copy(r, row, TT_PG_FEED_COLUMNS, arena, &rc);
	f->lease_until_ms = tt_pg_get_time(r, row, TT_PG_FEED_COLUMNS + 1);
	f->items_day = tt_pg_get_int(r, row, TT_PG_FEED_COLUMNS + 2);
	f->items_week = tt_pg_get_int(r, row, TT_PG_FEED_COLUMNS + 3);
	return rc;
}

int tt_pg_feeds_list(struct tt_pg_conn *c, struct tt_arena *arena, struct tt_pg_feed **ret, size_t *ret_n,
	struct tt_err *err)
{
	PGresult *r = NULL;
	int rc = tt_pg_query(c, tt_pg_statement("feeds_list.sql"), NULL, &r, err);
	if (rc < 0)
		return rc;
	int n = PQntuples(r);
	struct tt_pg_feed *v = tt_arena_zalloc(arena, (size_t)n + 1, sizeof(*v));
	rc = v ? TT_OK : TT_ENOMEM;
	for (int i = 0; i < n && rc == TT_OK; i++)
		rc = list_row(r, i, arena, &v[i]);
	PQclear(r);
	if (rc < 0)
		return tt_err_set(err, rc, "feeds: %s", tt_err_text(rc));
	*ret = v;
	*ret_n = (size_t)n;
	return TT_OK;
}

/* ---- adding and removing ---- */

static void add_params(struct tt_pg_params *p, const struct tt_pg_feed_add *v, size_t n)
{
	tt_pg_array(p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(p, v[i].url);
	tt_pg_array(p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(p, v[i].name);
	tt_pg_array(p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(p, v[i].lang);
	tt_pg_array(p, TT_PG_INT8, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_int(p, TT_PG_INT8, v[i].interval_ms);
}

static enum tt_pg_feed_added added_as(const PGresult *r, int row)
{
	if (!tt_pg_get_int(r, row, 1))
		return TT_PG_FEED_NEW;
	return tt_pg_get_int(r, row, 2) ? TT_PG_FEED_KNOWN : TT_PG_FEED_BACK;
}

int tt_pg_feeds_add(struct tt_pg_conn *c, const struct tt_pg_feed_add *v, size_t n,
	enum tt_pg_feed_added *ret, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;
	tt_pg_params_init(&p, MAX_BYTES);
	add_params(&p, v, n);
	int rc = tt_pg_query(c, tt_pg_statement("feeds_add.sql"), &p, &r, err);
	for (int row = 0; rc == TT_OK && row < PQntuples(r); row++)
		ret[tt_pg_get_int(r, row, 0) - 1] = added_as(r, row);
	PQclear(r);
	tt_pg_params_done(&p);
	return rc;
}

/* Runs a statement that answers with the numbers (from 1) of the URLs it applied to. */
static int apply(struct tt_pg_conn *c, const char *sql, struct tt_pg_params *p, size_t n, bool *ret,
	struct tt_err *err)
{
	PGresult *r = NULL;
	int rc = tt_pg_query(c, tt_pg_statement(sql), p, &r, err);
	for (size_t i = 0; rc == TT_OK && i < n; i++)
		ret[i] = false;
	for (int row = 0; rc == TT_OK && row < PQntuples(r); row++)
		ret[tt_pg_get_int(r, row, 0) - 1] = true;
	PQclear(r);
	tt_pg_params_done(p);
	return rc;
}

int tt_pg_feeds_remove(
	struct tt_pg_conn *c, const struct tt_str *urls, size_t n, bool *removed, struct tt_err *err)
{
	struct tt_pg_params p;
	tt_pg_params_init(&p, MAX_BYTES);
	tt_pg_text_array(&p, urls, n);
	return apply(c, "feeds_remove.sql", &p, n, removed, err);
}

int tt_pg_feeds_switch(
	struct tt_pg_conn *c, const struct tt_str *urls, size_t n, bool on, bool *found, struct tt_err *err)
{
	struct tt_pg_params p;
	tt_pg_params_init(&p, MAX_BYTES);
	tt_pg_text_array(&p, urls, n);
	tt_pg_put_bool(&p, on);
	return apply(c, "feeds_switch.sql", &p, n, found, err);
}
