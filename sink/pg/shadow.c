/* shadow.c - see shadow.h. */
#include "sink/pg/shadow.h"

#include <stdlib.h>

#include "sink/pg/rows.h"
#include "sink/pg/statements.h"

enum { PARAM_BYTES = 256 << 20 };

/* One answer of both. */
struct answer {
	const struct tt_item *item;
	struct tt_str symbol; /* absent: of the item itself */
	const struct tt_sentiment *shadow, *served;
};

static const struct tt_sentiment *find(const struct tt_scored *s, struct tt_str symbol)
{
	for (size_t i = 0; i < s->n_entities; i++)
		if (tt_str_eq(s->entities[i].symbol, symbol))
			return &s->entities[i].sentiment;
	return NULL;
}

/* Returns how many; v has room for all. */
static size_t collect(struct answer *v, const struct tt_batch *b, const struct tt_scored *served)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_items; i++) {
		const struct tt_scored *s = &b->items[i];
		if (s->unscored || served[i].unscored)
			continue;
		v[n++] = (struct answer){&s->item, {NULL, 0}, &s->sentiment, &served[i].sentiment};
		for (size_t k = 0; k < s->n_entities; k++) {
			const struct tt_sentiment *other = find(&served[i], s->entities[k].symbol);
			if (other)
				v[n++] = (struct answer){
					&s->item, s->entities[k].symbol, &s->entities[k].sentiment, other};
		}
	}
	return n;
}

static void put_answers(struct tt_pg_params *p, const struct answer *v, size_t n)
{
	bool clamped;

	tt_pg_array(p, TT_PG_UUID, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_id(p, v[i].item->id);
	tt_pg_array(p, TT_PG_TIMESTAMPTZ, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_time(p, tt_pg_event_ms(v[i].item, &clamped));
	tt_pg_array(p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(p, v[i].symbol);
	for (int of = 0; of < 2; of++)
		for (int l = 0; l < TT_LABELS; l++) {
			tt_pg_array(p, TT_PG_FLOAT4, n);
			for (size_t i = 0; i < n; i++)
				tt_pg_put_real(p, (of ? v[i].served : v[i].shadow)->p[l]);
		}
}

int tt_pg_shadow_store(struct tt_pg_conn *c, const struct tt_batch *b, const struct tt_scored *served,
	int served_model_id, struct tt_err *err)
{
	struct tt_pg_params p;
	size_t most = 0;

	for (size_t i = 0; i < b->n_items; i++)
		most += 1 + b->items[i].n_entities;
	struct answer *v = calloc(most + 1, sizeof(*v));
	if (!v)
		return tt_err_set(err, TT_ENOMEM, "shadow model: %s", tt_err_text(TT_ENOMEM));
	tt_pg_params_init(&p, PARAM_BYTES);
	put_answers(&p, v, collect(v, b, served));
	tt_pg_put_int(&p, TT_PG_INT2, b->model_id);
	tt_pg_put_int(&p, TT_PG_INT2, served_model_id);
	tt_pg_put_time(&p, tt_wall_ms(&tt_clock_real));
	int rc = tt_pg_query(c, tt_pg_statement("shadow_store.sql"), &p, NULL, err);
	tt_pg_params_done(&p);
	free(v);
	return rc;
}

int tt_pg_shadow_prune(struct tt_pg_conn *c, int64_t before_ms, struct tt_err *err)
{
	struct tt_pg_params p;

	tt_pg_params_init(&p, 4096);
	tt_pg_put_time(&p, before_ms);
	int rc = tt_pg_query(c, tt_pg_statement("shadow_prune.sql"), &p, NULL, err);
	tt_pg_params_done(&p);
	return rc;
}
