/* registry.c - see registry.h. */
#include "sink/pg/registry.h"

#include "sink/pg/statements.h"

enum { MAX_BYTES = 256 << 20 }; /* of one dictionary */

int tt_pg_model_register(
	struct tt_pg_conn *c, const struct tt_pg_model *model, int *ret_id, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;

	tt_pg_params_init(&p, MAX_BYTES);
	tt_pg_put_text(&p, model->name);
	tt_pg_put_id(&p, model->hash);
	tt_pg_put_id(&p, model->weights);
	tt_pg_put_text(&p, model->precision);
	tt_pg_put_int(&p, TT_PG_INT8, model->parameters);
	tt_pg_put_bool(&p, model->entity_head);
	tt_pg_put_text(&p, model->path);
	int rc = tt_pg_query(c, tt_pg_statement("model_register.sql"), &p, &r, err);
	if (rc == TT_OK)
		*ret_id = (int)tt_pg_get_int(r, 0, 0);
	PQclear(r);
	tt_pg_params_done(&p);
	return rc;
}

int tt_pg_entities_sync(struct tt_pg_conn *c, const struct tt_pg_entity *v, size_t n, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, MAX_BYTES);
	tt_pg_array(&p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(&p, v[i].symbol);
	tt_pg_array(&p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(&p, v[i].name);
	tt_pg_array(&p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(&p, v[i].kind);
	tt_pg_array(&p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(&p, v[i].sector);
	tt_pg_array(&p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_texts(&p, v[i].aliases, v[i].n_aliases);
	int rc = tt_pg_query(c, tt_pg_statement("entities_sync.sql"), &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}
