/* item_rules.c - see item_rules.h. */
#include "sink/pg/item_rules.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "sink/pg/row_params.h"

enum { RULES_BYTES = 64 << 20 };

struct tt_pg_item_rules {
	pthread_mutex_t lock; /* guards all below */
	struct tt_arena arena;
	struct tt_pg_item_rule *rules;
	struct tt_str *targets;
	size_t n, n_targets;
};

struct candidate {
	const struct tt_pg_item_rule *rule;
	const struct tt_pg_row *row;
	const struct tt_entity_score *entity;
	struct tt_id fingerprint;
};

int tt_pg_item_rules_new(struct tt_pg_item_rules **ret, struct tt_err *err)
{
	struct tt_pg_item_rules *r = calloc(1, sizeof(*r));

	if (!r)
		return tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	pthread_mutex_init(&r->lock, NULL);
	tt_arena_init(&r->arena, RULES_BYTES);
	*ret = r;
	return TT_OK;
}

void tt_pg_item_rules_free(struct tt_pg_item_rules *r)
{
	if (!r)
		return;
	tt_arena_done(&r->arena);
	pthread_mutex_destroy(&r->lock);
	free(r);
}

/* ---- exchange ---- */

static int compare_texts(const void *a, const void *b)
{
	const struct tt_str *x = a, *y = b;
	size_t n = x->n < y->n ? x->n : y->n;
	int order = n ? memcmp(x->p, y->p, n) : 0;

	return order ? order : (x->n > y->n) - (x->n < y->n);
}

static struct tt_str *copy_texts(struct tt_arena *arena, const struct tt_str *v, size_t n)
{
	struct tt_str *copy = tt_arena_zalloc(arena, n + 1, sizeof(*copy));

	for (size_t i = 0; copy && i < n; i++) {
		copy[i] = tt_arena_str(arena, v[i]);
		if (!copy[i].p)
			return NULL;
	}
	return copy;
}

static bool copy_rule(struct tt_arena *arena, struct tt_pg_item_rule *to, const struct tt_pg_item_rule *from)
{
	struct tt_str *symbols = copy_texts(arena, from->symbols, from->n_symbols);

	*to = *from;
	to->name = tt_arena_str(arena, from->name);
	to->sector = tt_arena_str(arena, from->sector);
	if (!symbols || !to->name.p || (from->sector.p && !to->sector.p))
		return false;
	qsort(symbols, from->n_symbols, sizeof(*symbols), compare_texts);
	to->symbols = symbols;
	return true;
}

int tt_pg_item_rules_set(struct tt_pg_item_rules *r, const struct tt_pg_item_rule *rules, size_t n,
	const struct tt_str *targets, size_t n_targets, struct tt_err *err)
{
	struct tt_arena arena, old;

	tt_arena_init(&arena, RULES_BYTES);
	struct tt_pg_item_rule *copies = tt_arena_zalloc(&arena, n + 1, sizeof(*copies));
	struct tt_str *target_copies = copy_texts(&arena, targets, n_targets);
	bool is_whole = copies && target_copies;
	for (size_t i = 0; is_whole && i < n; i++)
		is_whole = copy_rule(&arena, &copies[i], &rules[i]);
	if (!is_whole) {
		tt_arena_done(&arena);
		return tt_err_set(err, TT_ENOMEM, "alerts: %s", tt_err_text(TT_ENOMEM));
	}
	pthread_mutex_lock(&r->lock);
	old = r->arena;
	r->arena = arena;
	r->rules = copies;
	r->n = n;
	r->targets = target_copies;
	r->n_targets = n_targets;
	pthread_mutex_unlock(&r->lock);
	tt_arena_done(&old);
	return TT_OK;
}

/* ---- candidates ---- */

static bool is_watched(const struct tt_pg_item_rule *rule, struct tt_str symbol)
{
	return !rule->n_symbols ||
	       bsearch(&symbol, rule->symbols, rule->n_symbols, sizeof(symbol), compare_texts);
}

/* Comparisons with NAN are false: what is not asked does not hold. */
static bool is_candidate(const struct tt_pg_item_rule *rule, const struct tt_entity_score *e)
{
	double score = (double)e->sentiment.score;

	return e->symbol.n && (score <= rule->below || score >= rule->above) &&
	       (double)e->relevance >= rule->min_relevance && is_watched(rule, e->symbol);
}

static struct tt_id fingerprint_of(const struct candidate *c)
{
	const struct tt_id *id = &c->row->scored->item.id;
	const struct tt_str bytes = {(const char *)id->b, sizeof(id->b)};

	return TT_ID(c->rule->name, TT_STR("item"), bytes, c->entity->symbol);
}

static double threshold_of(const struct candidate *c)
{
	return (double)c->entity->sentiment.score <= c->rule->below ? c->rule->below : c->rule->above;
}

/* NULL: out of memory. */
static struct candidate *find(const struct tt_pg_item_rules *r, struct tt_arena *arena,
	const struct tt_pg_row *items, size_t n_items, const uint8_t *fates, size_t *ret_n)
{
	struct candidate *v = tt_arena_grow(arena, NULL, 0, sizeof(*v));

	*ret_n = 0;
	for (size_t i = 0; i < n_items; i++) {
		const struct tt_scored *s = items[i].scored;
		if (fates[i] == TT_PG_REPEAT || s->unscored || s->scored_ms == TT_TIME_NONE)
			continue;
		for (size_t k = 0; k < s->n_entities * r->n; k++) {
			struct candidate c = {&r->rules[k % r->n], &items[i], &s->entities[k / r->n], {{0}}};
			if (!is_candidate(c.rule, c.entity))
				continue;
			v = v ? tt_arena_grow(arena, v, *ret_n, sizeof(*v)) : NULL;
			if (!v)
				return NULL;
			c.fingerprint = fingerprint_of(&c);
			v[(*ret_n)++] = c;
		}
	}
	return v;
}

#define COLUMN(p, type, n, put)                                                                              \
	do {                                                                                                 \
		tt_pg_array((p), (type), (n));                                                               \
		for (size_t i = 0; i < (n); i++)                                                             \
			put;                                                                                 \
	} while (0)

static void put_candidates(
	struct tt_pg_params *p, const struct tt_pg_item_rules *r, const struct candidate *v, size_t n)
{
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, v[i].fingerprint));
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, tt_alert_change_id(v[i].fingerprint, 1, TT_ALERT_FIRING)));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].rule->name));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, tt_str_c(tt_severity_name(v[i].rule->severity))));
	COLUMN(p, TT_PG_UUID, n, tt_pg_put_id(p, v[i].row->scored->item.id));
	COLUMN(p, TT_PG_TIMESTAMPTZ, n, tt_pg_put_time(p, v[i].row->event_ms));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].entity->symbol));
	COLUMN(p, TT_PG_FLOAT8, n, tt_pg_put_double(p, threshold_of(&v[i])));
	COLUMN(p, TT_PG_FLOAT8, n, tt_pg_put_double(p, v[i].rule->min_novelty));
	COLUMN(p, TT_PG_TEXT, n, tt_pg_put_text(p, v[i].rule->sector));
	COLUMN(p, TT_PG_FLOAT8, n, tt_pg_put_double(p, (double)v[i].rule->max_age_ms / 1000));
	COLUMN(p, TT_PG_TEXT, r->n_targets, tt_pg_put_text(p, r->targets[i]));
}

int tt_pg_item_rules_fill(struct tt_pg_item_rules *r, struct tt_pg_params *p, struct tt_arena *arena,
	const struct tt_pg_row *items, size_t n_items, const uint8_t *fates, size_t *ret_n)
{
	const struct candidate *v = NULL;

	*ret_n = 0;
	if (!r)
		return TT_OK;
	pthread_mutex_lock(&r->lock);
	if (r->n)
		v = find(r, arena, items, n_items, fates, ret_n);
	if (*ret_n && v)
		put_candidates(p, r, v, *ret_n);
	int rc = r->n && !v ? TT_ENOMEM : TT_OK;
	pthread_mutex_unlock(&r->lock);
	return rc;
}
