/* websub.c - see websub.h. */
#include "sink/pg/websub.h"

#include <stdlib.h>
#include <string.h>

#include "sink/pg/statements.h"

typedef const struct tt_websub_state *state_ref;

static int compare(const void *a, const void *b)
{
	state_ref x = *(const state_ref *)a, y = *(const state_ref *)b;
	size_t n = x->url.n < y->url.n ? x->url.n : y->url.n;
	int order = n ? memcmp(x->url.p, y->url.p, n) : 0;

	if (!order)
		order = (x->url.n > y->url.n) - (x->url.n < y->url.n);
	return order ? order : (x->changed_ms > y->changed_ms) - (x->changed_ms < y->changed_ms);
}

static size_t latest(state_ref *v, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept && tt_str_eq(v[kept - 1]->url, v[i]->url))
			kept--;
		v[kept++] = v[i];
	}
	return kept;
}

static void put_texts(struct tt_pg_params *p, const state_ref *v, size_t n, size_t offset)
{
	tt_pg_array(p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(p, *(const struct tt_str *)((const char *)v[i] + offset));
}

static void put_times(struct tt_pg_params *p, const state_ref *v, size_t n, size_t offset)
{
	tt_pg_array(p, TT_PG_TIMESTAMPTZ, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_time(p, *(const int64_t *)((const char *)v[i] + offset));
}

#define AT(member) offsetof(struct tt_websub_state, member)
static const size_t texts[] = {
	AT(url), AT(hub), AT(topic), AT(callback), AT(token), AT(secret), AT(last_error)};
static const size_t times[] = {AT(lease_until_ms), AT(next_ms), AT(last_push_ms), AT(changed_ms)};

static void put(struct tt_pg_params *p, const state_ref *v, size_t n)
{
	for (size_t i = 0; i < TT_LEN(texts); i++)
		put_texts(p, v, n, texts[i]);
	tt_pg_array(p, TT_PG_TEXT, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_text(p, tt_str_c(tt_websub_status_name(v[i]->status)));
	tt_pg_array(p, TT_PG_INT4, n);
	for (size_t i = 0; i < n; i++)
		tt_pg_put_int(p, TT_PG_INT4, v[i]->failures);
	for (size_t i = 0; i < TT_LEN(times); i++)
		put_times(p, v, n, times[i]);
}

int tt_pg_websub_fill(struct tt_pg_params *p, size_t *ret_n, struct tt_arena *arena,
	struct tt_batch *const *batches, size_t n)
{
	size_t all = 0, at = 0;

	tt_pg_params_reset(p);
	*ret_n = 0;
	for (size_t b = 0; b < n; b++)
		all += batches[b]->n_websubs;
	if (!all)
		return TT_OK;
	state_ref *v = tt_arena_zalloc(arena, all, sizeof(*v));
	if (!v)
		return TT_ENOMEM;
	for (size_t b = 0; b < n; b++)
		for (size_t i = 0; i < batches[b]->n_websubs; i++)
			v[at++] = &batches[b]->websubs[i];
	qsort(v, all, sizeof(*v), compare);
	*ret_n = latest(v, all);
	put(p, v, *ret_n);
	return TT_OK;
}

/* ---- at the start ---- */

static enum tt_websub_status status_of(struct tt_str name)
{
	int s = TT_WEBSUB_NONE;

	while (s < TT_WEBSUB_STATUSES && !tt_str_eq(name, tt_str_c(tt_websub_status_name(s))))
		s++;
	return s < TT_WEBSUB_STATUSES ? (enum tt_websub_status)s : TT_WEBSUB_NONE;
}

/* The columns of websub_load.sql. False when memory is out. */
static bool load(const PGresult *r, int row, struct tt_arena *a, struct tt_websub_state *ret)
{
	int col = 0;

	for (size_t i = 0; i < TT_LEN(texts); i++, col++) {
		struct tt_str *s = (struct tt_str *)((char *)ret + texts[i]);
		*s = tt_arena_str(a, tt_pg_get_text(r, row, col));
		if (!s->p && !PQgetisnull(r, row, col))
			return false;
	}
	ret->status = status_of(tt_pg_get_text(r, row, col++));
	ret->failures = (int)tt_pg_get_int(r, row, col++);
	for (size_t i = 0; i < TT_LEN(times); i++, col++)
		*(int64_t *)((char *)ret + times[i]) = tt_pg_get_time(r, row, col);
	return true;
}

int tt_pg_websub_load(struct tt_pg_conn *c, struct tt_arena *arena, struct tt_websub_state **ret,
	size_t *ret_n, struct tt_err *err)
{
	PGresult *r = NULL;
	int rc = tt_pg_query(c, tt_pg_statement("websub_load.sql"), NULL, &r, err);

	if (rc < 0)
		return rc;
	size_t n = (size_t)PQntuples(r);
	struct tt_websub_state *v = tt_arena_zalloc(arena, n + 1, sizeof(*v));
	for (size_t i = 0; v && i < n; i++)
		if (!load(r, (int)i, arena, &v[i]))
			v = NULL;
	PQclear(r);
	if (!v)
		return tt_err_set(err, TT_ENOMEM, "subscriptions: %s", tt_err_text(TT_ENOMEM));
	*ret = v;
	*ret_n = n;
	return TT_OK;
}
