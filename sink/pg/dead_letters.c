/* dead_letters.c - see dead_letters.h. */
#include "sink/pg/dead_letters.h"

#include <string.h>

#include "sink/pg/row_params.h"
#include "sink/pg/statements.h"

enum { MAX_BYTES = 64 << 20 }; /* of one statement's parameters */

/* ---- parameters ---- */

/* The parameters of find_dead_letters(). */
static void put_filter(struct tt_pg_params *p, const struct tt_pg_dead_filter *f)
{
	if (f->n_ids)
		tt_pg_text_array(p, f->ids, f->n_ids);
	else
		tt_pg_put_null(p, TT_PG_TEXT);
	tt_pg_put_text(p, f->stage);
	tt_pg_put_text(p, f->source);
	tt_pg_put_text(p, f->reason);
	tt_pg_put_time(p, f->since_ms);
	tt_pg_put_time(p, f->until_ms);
	if (f->state == TT_PG_DEAD_ANY)
		tt_pg_put_null(p, TT_PG_BOOL);
	else
		tt_pg_put_bool(p, f->state == TT_PG_DEAD_OPEN);
}

/* ---- rows ---- */

/* A copy of one value; *rc tells of one that did not fit. */
static struct tt_str copy(const PGresult *r, int row, int col, struct tt_arena *arena, int *rc)
{
	struct tt_str s = tt_arena_str(arena, tt_pg_get_text(r, row, col));
	if (!s.p && !PQgetisnull(r, row, col))
		*rc = TT_ENOMEM;
	return s;
}

static int record_of_row(const PGresult *r, int row, struct tt_arena *arena, struct tt_dead_letter *letter)
{
	int rc = TT_OK;
	if (PQgetisnull(r, row, 14))
		return TT_OK;
	struct tt_dead_record *record = tt_arena_zalloc(arena, 1, sizeof(*record));
	if (!record)
		return TT_ENOMEM;
	*record = (struct tt_dead_record){.topic = copy(r, row, 14, arena, &rc),
		.partition = (int32_t)tt_pg_get_int(r, row, 15),
		.offset = tt_pg_get_int(r, row, 16),
		.timestamp_ms = tt_pg_get_time(r, row, 17),
		.key = copy(r, row, 18, arena, &rc),
		.headers = copy(r, row, 19, arena, &rc)};
	letter->record = record;
	return rc;
}

static int of_row(const PGresult *r, int row, struct tt_arena *arena, struct tt_pg_dead *ret)
{
	int rc = TT_OK;
	*ret = (struct tt_pg_dead){.id = tt_pg_get_id(r, row, 0),
		.letter = {.stage = copy(r, row, 1, arena, &rc).p,
			.source = copy(r, row, 2, arena, &rc),
			.where = copy(r, row, 3, arena, &rc),
			.reason = copy(r, row, 4, arena, &rc),
			.at_ms = tt_pg_get_time(r, row, 6),
			.whole_bytes = (size_t)tt_pg_get_int(r, row, 11),
			.payload = copy(r, row, 13, arena, &rc)},
		.first_ms = tt_pg_get_time(r, row, 5),
		.occurrences = tt_pg_get_int(r, row, 7),
		.retries = tt_pg_get_int(r, row, 8),
		.retried_ms = tt_pg_get_time(r, row, 9),
		.done_ms = tt_pg_get_time(r, row, 10),
		.kept_bytes = PQgetisnull(r, row, 12) ? -1 : tt_pg_get_int(r, row, 12)};
	return rc < 0 ? rc : record_of_row(r, row, arena, &ret->letter);
}

int tt_pg_dead_list(struct tt_pg_conn *c, const struct tt_pg_dead_filter *filter, int64_t limit,
	bool payloads, struct tt_arena *arena, struct tt_pg_dead **ret, size_t *ret_n, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;
	tt_pg_params_init(&p, MAX_BYTES);
	put_filter(&p, filter);
	tt_pg_put_int(&p, TT_PG_INT8, limit);
	tt_pg_put_bool(&p, payloads);
	int rc = tt_pg_query(c, tt_pg_statement("dead_letters_list.sql"), &p, &r, err);
	tt_pg_params_done(&p);
	if (rc < 0)
		return rc;
	int n = PQntuples(r);
	struct tt_pg_dead *v = tt_arena_zalloc(arena, (size_t)n + 1, sizeof(*v));
	rc = v ? TT_OK : TT_ENOMEM;
	for (int i = 0; i < n && rc == TT_OK; i++)
		rc = of_row(r, i, arena, &v[i]);
	PQclear(r);
	if (rc < 0)
		return tt_err_set(err, rc, "dead letters: %s", tt_err_text(rc));
	*ret = v;
	*ret_n = (size_t)n;
	return TT_OK;
}

/* ---- changes ---- */

int tt_pg_dead_mark(struct tt_pg_conn *c, const struct tt_id *ids, const struct tt_str *reasons, size_t n,
	struct tt_err *err)
{
	struct tt_pg_params p;
	tt_pg_params_init(&p, MAX_BYTES);
	tt_pg_array(&p, TT_PG_UUID, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_id(&p, ids[i]);
	tt_pg_text_array(&p, reasons, n);
	int rc = tt_pg_query(c, tt_pg_statement("dead_letters_mark.sql"), &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_dead_drop(struct tt_pg_conn *c, const struct tt_pg_dead_filter *filter, bool only_count,
	int64_t *ret_n, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;
	tt_pg_params_init(&p, MAX_BYTES);
	put_filter(&p, filter);
	tt_pg_put_bool(&p, !only_count);
	int rc = tt_pg_query(c, tt_pg_statement("dead_letters_drop.sql"), &p, &r, err);
	if (rc == TT_OK)
		*ret_n = tt_pg_get_int(r, 0, 0);
	PQclear(r);
	tt_pg_params_done(&p);
	return rc;
}
