/* feedback.c - see feedback.h. */
#include "sink/pg/feedback.h"

#include "sink/pg/statements.h"

enum { PARAM_BYTES = 64 << 20 };

/* One array parameter: for every i of n, what `put` puts. */
#define COLUMN(p, type, n, put)                                                                              \
	do {                                                                                                 \
		tt_pg_array((p), (type), (n));                                                               \
		for (size_t i = 0; i < (n); i++)                                                             \
			put;                                                                                 \
	} while (0)

static void put_rows(struct tt_pg_params *p, const struct tt_pg_said_of *v, size_t n)
{
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, v[i].id));
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, v[i].url_key));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].url));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].guid));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].title));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].symbol));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, tt_str_c(tt_label_name(v[i].label))));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].who));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].note));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, v[i].at_ms));
}

int tt_pg_feedback_store(struct tt_pg_conn *c, const struct tt_pg_said_of *v, size_t n,
	struct tt_str came_from, bool store, struct tt_pg_feedback_result *ret, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;
	tt_pg_params_init(&p, PARAM_BYTES);
	put_rows(&p, v, n);
	tt_pg_put_text(&p, came_from);
	tt_pg_put_bool(&p, store);
	int rc = tt_pg_query(c, tt_pg_statement("feedback_store.sql"), &p, &r, err);
	for (size_t i = 0; rc == TT_OK && i < n; i++) {
		const int row = (int)i;
		ret[i] = (struct tt_pg_feedback_result){tt_pg_get_int(r, row, 0),
			tt_pg_get_int(r, row, 1) != 0,
			PQgetisnull(r, row, 2) ? TT_PG_FEEDBACK_NOWHERE
					       : (enum tt_pg_feedback_fate)tt_pg_get_int(r, row, 2)};
	}
	PQclear(r);
	tt_pg_params_done(&p);
	return rc;
}

static bool of_row(const PGresult *r, int row, struct tt_arena *arena, struct tt_pg_feedback *ret)
{
	struct tt_str *const texts[] = {
		&ret->source, &ret->url, &ret->title, &ret->symbol, &ret->who, &ret->label};
	ret->event_ms = tt_pg_get_time(r, row, 0);
	ret->item_id = tt_pg_get_id(r, row, 1);
	ret->given_ms = tt_pg_get_time(r, row, 8);
	ret->model_score = tt_pg_get_double(r, row, 11);
	bool fits = tt_pg_copy_text(arena, r, row, 9, &ret->note) &&
		    tt_pg_copy_text(arena, r, row, 10, &ret->model_label);
	for (size_t i = 0; i < TT_LEN(texts) && fits; i++)
		fits = tt_pg_copy_text(arena, r, row, 2 + (int)i, texts[i]);
	return fits;
}

int tt_pg_feedback_list(struct tt_pg_conn *c, int64_t since_ms, bool disagree, int64_t limit,
	struct tt_arena *arena, struct tt_pg_feedback **ret, size_t *ret_n, int64_t *ret_total,
	struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;
	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_time(&p, since_ms);
	tt_pg_put_bool(&p, disagree);
	tt_pg_put_int(&p, TT_PG_INT8, limit);
	int rc = tt_pg_query(c, tt_pg_statement("feedback_list.sql"), &p, &r, err);
	tt_pg_params_done(&p);
	if (rc < 0)
		return rc;
	const int n = PQntuples(r);
	struct tt_pg_feedback *v = tt_arena_zalloc(arena, (size_t)n + 1, sizeof(*v));
	bool fits = v;
	for (int i = 0; i < n && fits; i++)
		fits = of_row(r, i, arena, &v[i]);
	if (fits) {
		*ret = v;
		*ret_n = (size_t)n;
		*ret_total = n ? tt_pg_get_int(r, 0, 13) : 0;
	}
	PQclear(r);
	return fits ? TT_OK : tt_err_set(err, TT_ENOMEM, "feedback: %s", tt_err_text(TT_ENOMEM));
}
