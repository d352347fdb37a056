/* models.c - see models.h. */
#include "sink/pg/models.h"

#include "sink/pg/statements.h"

enum { PARAM_BYTES = 64 << 20 };

/* Columns from `col` on: model_id, name, hash, path. */
static int take(
	struct tt_pg_found_model *ret, const PGresult *r, int col, struct tt_arena *arena, struct tt_err *err)
{
	*ret = (struct tt_pg_found_model){0};
	if (!PQntuples(r))
		return TT_OK;
	ret->model_id = (int)tt_pg_get_int(r, 0, col);
	ret->hash = tt_pg_get_id(r, 0, col + 2);
	if (!tt_pg_copy_text(arena, r, 0, col + 1, &ret->name) ||
		!tt_pg_copy_text(arena, r, 0, col + 3, &ret->path))
		return tt_err_set(err, TT_ENOMEM, "model: %s", tt_err_text(TT_ENOMEM));
	return TT_OK;
}

int tt_pg_model_find(struct tt_pg_conn *c, int model_id, struct tt_id hash, struct tt_arena *arena,
	struct tt_pg_found_model *ret, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_int(&p, TT_PG_INT4, model_id);
	tt_pg_put_id(&p, hash);
	int rc = tt_pg_query(c, tt_pg_statement("model_find.sql"), &p, &r, err);
	if (rc == TT_OK)
		rc = take(ret, r, 0, arena, err);
	PQclear(r);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_model_describe(struct tt_pg_conn *c, int model_id, struct tt_str files, struct tt_str data,
	struct tt_str figures, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_int(&p, TT_PG_INT2, model_id);
	tt_pg_put_text(&p, files);
	tt_pg_put_text(&p, data);
	tt_pg_put_text(&p, figures);
	int rc = tt_pg_query(c, tt_pg_statement("model_describe.sql"), &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_model_promoted(struct tt_pg_conn *c, struct tt_arena *arena, int64_t *ret_change,
	struct tt_pg_found_model *ret, struct tt_err *err)
{
	PGresult *r = NULL;
	int rc = tt_pg_query(c, tt_pg_statement("model_promoted.sql"), NULL, &r, err);

	if (rc == TT_OK) {
		*ret_change = PQntuples(r) ? tt_pg_get_int(r, 0, 0) : 0;
		rc = take(ret, r, 1, arena, err);
	}
	PQclear(r);
	return rc;
}

int tt_pg_model_promote(struct tt_pg_conn *c, int model_id, struct tt_str by, struct tt_str reason,
	bool *ret_new, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_int(&p, TT_PG_INT2, model_id);
	tt_pg_put_text(&p, by);
	tt_pg_put_text(&p, reason);
	int rc = tt_pg_query(c, "SELECT is_new FROM promote_model($1, $2, $3)", &p, &r, err);
	if (rc == TT_OK)
		*ret_new = tt_pg_get_int(r, 0, 0);
	PQclear(r);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_model_roll_back(struct tt_pg_conn *c, struct tt_str by, struct tt_str reason, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;

	tt_pg_params_init(&p, PARAM_BYTES);
	tt_pg_put_text(&p, by);
	tt_pg_put_text(&p, reason);
	int rc = tt_pg_query(c, "SELECT roll_back_model($1, $2)", &p, &r, err);
	if (rc == TT_OK && PQgetisnull(r, 0, 0))
		rc = tt_err_set(err, TT_ENOENT,
			"nothing is promoted: every service scores with the model it is configured with");
	PQclear(r);
	tt_pg_params_done(&p);
	return rc;
}
