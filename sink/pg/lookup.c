/* lookup.c - see lookup.h; the statements are sql/lookup_any.sql and sql/lookup.sql. */
#include "sink/pg/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "sink/pg/statements.h"

enum { MAX_BYTES = 1000 << 20 /* PostgreSQL's limit of one message is 1 GiB */ };

static const enum tt_key kinds[TT_KEYS] = {TT_KEY_ID, TT_KEY_OTHER_ID, TT_KEY_URL, TT_KEY_TEXT};

struct asked {
	struct tt_id key;
	uint32_t item;
	enum tt_key kind;
};

static int by_key(const void *a, const void *b)
{
	const struct asked *x = a, *y = b;

	return memcmp(x->key.b, y->key.b, sizeof(x->key.b));
}

/* In the index's order: neighbours are found on one page. */
static size_t list_keys(const struct tt_batch *b, struct asked *v)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_items; i++)
		for (size_t k = 0; k < TT_KEYS; k++) {
			struct tt_id key = tt_item_key(&b->items[i].item, kinds[k]);
			if (!tt_id_is_zero(key))
				v[n++] = (struct asked){key, (uint32_t)i, kinds[k]};
		}
	qsort(v, n, sizeof(*v), by_key);
	return n;
}

static int put_question(struct tt_pg_params *p, const struct tt_batch *b, struct tt_arena *arena)
{
	struct asked *v = tt_arena_zalloc(arena, TT_KEYS * b->n_items + 1, sizeof(*v));

	if (!v)
		return TT_ENOMEM;
	size_t n = list_keys(b, v);
	tt_pg_array(p, TT_PG_UUID, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_id(p, v[i].key);
	tt_pg_array(p, TT_PG_INT4, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_int(p, TT_PG_INT4, v[i].item + 1);
	tt_pg_array(p, TT_PG_INT4, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_int(p, TT_PG_INT4, v[i].kind);
	tt_pg_array(p, TT_PG_UUID, b->n_items);
	for (size_t i = 0; i < b->n_items; i++)
		tt_pg_put_id(p, b->items[i].item.text_hash);
	return TT_OK;
}

static int take_row(const PGresult *r, int row, const struct tt_pg_conf *conf, struct tt_arena *arena,
	struct tt_stored *s)
{
	*s = (struct tt_stored){
		.asked = (size_t)tt_pg_get_int(r, row, 0) - 1,
		.keys = (unsigned)tt_pg_get_int(r, row, 1),
		.id = tt_pg_get_id(r, row, 2),
		.event_ms = tt_pg_get_time(r, row, 3),
		.published_ms = tt_pg_get_time(r, row, 4),
		.has_text = tt_pg_get_int(r, row, 9),
		.full = tt_pg_get_int(r, row, 10) >= conf->max_versions,
		.takes_alias = tt_pg_get_int(r, row, 11) < conf->max_aliases,
	};
	s->gone = PQgetisnull(r, row, 10);
	return tt_pg_copy_text(arena, r, row, 5, &s->source) && tt_pg_copy_text(arena, r, row, 6, &s->guid) &&
			       tt_pg_copy_text(arena, r, row, 7, &s->url) && tt_pg_copy_text(arena, r, row, 8, &s->title)
		       ? TT_OK
		       : TT_ENOMEM;
}

static int by_item(const void *a, const void *b)
{
	const struct tt_stored *x = a, *y = b;

	return x->asked != y->asked ? (x->asked > y->asked) - (x->asked < y->asked)
				    : (x->keys > y->keys) - (x->keys < y->keys);
}

/* *ret is NULL when nothing is known. */
static int ask(struct tt_pg_conn *c, const struct tt_pg_params *p, PGresult **ret, struct tt_err *err)
{
	int rc = tt_pg_query(c, tt_pg_statement("lookup_any.sql"), p, ret, err);

	if (rc < 0)
		return rc;
	bool any = tt_pg_get_int(*ret, 0, 0);
	PQclear(*ret);
	*ret = NULL;
	return any ? tt_pg_query(c, tt_pg_statement("lookup.sql"), p, ret, err) : TT_OK;
}

int tt_pg_lookup(struct tt_pg_conn *c, const struct tt_pg_conf *conf, const struct tt_batch *b,
	struct tt_arena *arena, struct tt_stored **ret, size_t *ret_n, struct tt_err *err)
{
	struct tt_pg_params p;
	PGresult *r = NULL;

	tt_pg_params_init(&p, MAX_BYTES);
	int rc = put_question(&p, b, arena);
	rc = rc < 0 ? tt_err_set(err, rc, "postgres: lookup: %s", tt_err_text(rc))
		    : ask(c, &p, &r, err);
	if (rc < 0)
		goto out;
	size_t n = r ? (size_t)PQntuples(r) : 0;
	struct tt_stored *v = tt_arena_zalloc(arena, n + 1, sizeof(*v));
	rc = v ? TT_OK : TT_ENOMEM;
	for (size_t i = 0; i < n && rc == TT_OK; i++)
		rc = take_row(r, (int)i, conf, arena, &v[i]);
	if (rc < 0) {
		tt_err_set(err, rc, "postgres: lookup: %s", tt_err_text(rc));
		goto out;
	}
	qsort(v, n, sizeof(*v), by_item);
	*ret = v;
	*ret_n = n;
out:
	PQclear(r);
	tt_pg_params_done(&p);
	return rc;
}
