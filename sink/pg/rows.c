/* rows.c - see rows.h. The parameter numbers are those of sink/pg/sql. */
#include "sink/pg/rows.h"

#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/stored.h"
#include "sink/pg/item_rules.h"
#include "sink/pg/row_params.h"

void tt_pg_rows_init(struct tt_pg_rows *r, size_t max_bytes)
{
	memset(r, 0, sizeof(*r));
	tt_arena_init(&r->arena, max_bytes);
	tt_pg_params_init(&r->item_params, max_bytes);
	tt_pg_params_init(&r->symbol_params, max_bytes);
	tt_pg_params_init(&r->feed_params, max_bytes);
	tt_pg_params_init(&r->dead_params, max_bytes);
	tt_pg_params_init(&r->progress.params, max_bytes);
	tt_pg_params_init(&r->websub_params, max_bytes);
	tt_pg_params_init(&r->alert_params, max_bytes);
}

void tt_pg_rows_done(struct tt_pg_rows *r)
{
	tt_arena_done(&r->arena);
	tt_pg_params_done(&r->item_params);
	tt_pg_params_done(&r->symbol_params);
	tt_pg_params_done(&r->feed_params);
	tt_pg_params_done(&r->dead_params);
	tt_pg_params_done(&r->progress.params);
	tt_pg_params_done(&r->websub_params);
	tt_pg_params_done(&r->alert_params);
}

int64_t tt_pg_event_ms(const struct tt_item *item, bool *ret_clamped)
{
	struct tt_item dated = *item;

	if (!tt_pg_time_fits(dated.published_ms))
		dated.published_ms = TT_TIME_NONE;
	return tt_item_event_ms(&dated, ret_clamped);
}

static int compare_claims(const void *a, const void *b)
{
	const struct tt_pg_claim *x = a, *y = b;
	int order = memcmp(x->key.b, y->key.b, sizeof(x->key.b));

	return order ? order : (x->item > y->item) - (x->item < y->item);
}

/* The keys that an item claims: all of its own; a revision has those of its story. */
static size_t add_claims(const struct tt_item *item, uint32_t number, struct tt_pg_claim *claims)
{
	static const enum tt_key kinds[] = {TT_KEY_ID, TT_KEY_URL, TT_KEY_TEXT};
	size_t n = 0;

	for (size_t k = 0; k < (item->revises ? 1 : TT_LEN(kinds)); k++) {
		struct tt_id key = tt_item_key(item, kinds[k]);
		if (!tt_id_is_zero(key))
			claims[n++] = (struct tt_pg_claim){key, number};
	}
	return n;
}

/* All keys of all items and the aliases, each once, with the first that has it. An item that does not get all
 * of its own is a repeat. */
static void make_claims(struct tt_pg_item_rows *rows, uint8_t *wanted)
{
	struct tt_pg_claim *claims = rows->claims;
	size_t all = 0, kept = 0;

	for (size_t i = 0; i < rows->n_items; i++) {
		wanted[i] = (uint8_t)add_claims(&rows->items[i].scored->item, (uint32_t)i, claims + all);
		all += wanted[i];
	}
	for (size_t i = 0; i < rows->n_aliases; i++)
		claims[all++] = (struct tt_pg_claim){rows->aliases[i]->key, (uint32_t)(rows->n_items + i)};
	qsort(claims, all, sizeof(*claims), compare_claims);
	for (size_t i = 0; i < all; i++) {
		if (kept && tt_id_eq(claims[kept - 1].key, claims[i].key))
			continue;
		if (claims[i].item < rows->n_items)
			wanted[claims[i].item]--;
		claims[kept++] = claims[i];
	}
	rows->n_claims = kept;
	for (size_t i = 0; i < rows->n_items; i++)
		rows->fates[i] = wanted[i]                             ? TT_PG_REPEAT
				 : rows->items[i].scored->item.revises ? TT_PG_REVISION
								       : TT_PG_STORE;
}

static int compare_mentions(const void *a, const void *b)
{
	const struct tt_pg_mention *x = a, *y = b;
	size_t n = x->entity->symbol.n < y->entity->symbol.n ? x->entity->symbol.n : y->entity->symbol.n;
	int order = memcmp(x->entity->symbol.p, y->entity->symbol.p, n);

	if (!order)
		order = (x->entity->symbol.n > y->entity->symbol.n) -
			(x->entity->symbol.n < y->entity->symbol.n);
	return order ? order : (x->item > y->item) - (x->item < y->item);
}

/* The entity rows of the items written, ordered by symbol: their index entries then fall onto few pages one
 * after the other. Numbers the symbols and drops what would be a second row of one item and entity. */
static size_t make_mentions(const struct tt_pg_row *items, size_t n, const uint8_t *fates,
	struct tt_pg_mention *mentions, struct tt_str *symbols, size_t *ret_symbols)
{
	size_t all = 0, kept = 0, n_symbols = 0;

	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; fates[i] != TT_PG_REPEAT && k < items[i].scored->n_entities; k++)
			if (items[i].scored->entities[k].symbol.n)
				mentions[all++] =
					(struct tt_pg_mention){&items[i].scored->entities[k], (uint32_t)i, 0};
	qsort(mentions, all, sizeof(*mentions), compare_mentions);
	for (size_t i = 0; i < all; i++) {
		bool same = n_symbols && tt_str_eq(symbols[n_symbols - 1], mentions[i].entity->symbol);
		if (same && mentions[kept - 1].item == mentions[i].item)
			continue;
		if (!same)
			symbols[n_symbols++] = mentions[i].entity->symbol;
		mentions[i].symbol = (uint32_t)n_symbols - 1;
		mentions[kept++] = mentions[i];
	}
	*ret_symbols = n_symbols;
	return kept;
}

static int fill_items(struct tt_pg_rows *r, size_t n_mentions, const struct tt_pg_conf *conf)
{
	size_t n = r->n_items;
	struct tt_pg_item_rows rows = {.items = r->items,
		.n_items = n,
		.aliases = r->aliases,
		.n_aliases = r->n_aliases,
		.max_versions = conf->max_versions,
		.with_events = conf->write_events};
	uint8_t *wanted = tt_arena_zalloc(&r->arena, n + 1, sizeof(*wanted));

	if (!n && !r->n_aliases)
		return TT_OK;
	rows.claims = tt_arena_zalloc(&r->arena, TT_KEYS * n + r->n_aliases, sizeof(*rows.claims));
	rows.fates = tt_arena_zalloc(&r->arena, n + 1, sizeof(*rows.fates));
	rows.mentions = tt_arena_zalloc(&r->arena, n_mentions + 1, sizeof(*rows.mentions));
	rows.symbols = tt_arena_zalloc(&r->arena, n_mentions + 1, sizeof(*rows.symbols));
	if (!wanted || !rows.claims || !rows.fates || !rows.mentions || !rows.symbols)
		return TT_ENOMEM;
	make_claims(&rows, wanted);
	rows.n_mentions = make_mentions(r->items, n, rows.fates, rows.mentions, rows.symbols, &r->n_symbols);
	rows.n_symbols = r->n_symbols;
	rows.all_new = r->all_new = !r->n_aliases && !memchr(rows.fates, TT_PG_REVISION, n);
	tt_pg_item_params(&r->item_params, &rows);
	tt_pg_text_array(&r->symbol_params, rows.symbols, rows.n_symbols);
	return tt_pg_item_rules_fill(
		conf->item_rules, &r->alert_params, &r->arena, r->items, n, rows.fates, &r->n_alerts);
}

static void reset(struct tt_pg_rows *r)
{
	tt_arena_reset(&r->arena);
	r->items = NULL;
	r->aliases = NULL;
	r->all_new = false;
	r->n_items = r->n_aliases = r->n_feeds = r->n_dead = r->n_symbols = r->n_alerts = 0;
	tt_pg_params_reset(&r->item_params);
	tt_pg_params_reset(&r->symbol_params);
	tt_pg_params_reset(&r->feed_params);
	tt_pg_params_reset(&r->dead_params);
	tt_pg_params_reset(&r->alert_params);
}

static int by_id(const void *a, const void *b)
{
	const struct tt_pg_row *x = a, *y = b;

	return memcmp(x->scored->item.id.b, y->scored->item.id.b, sizeof(x->scored->item.id.b));
}

int tt_pg_rows_fill_scores(struct tt_pg_rows *r, const struct tt_batch *b, const int16_t *versions)
{
	struct tt_pg_item_rows rows = {.n_items = b->n_items};
	size_t n_mentions = 0;

	reset(r);
	struct tt_pg_row *items = tt_arena_zalloc(&r->arena, b->n_items + 1, sizeof(*items));
	int16_t *sorted = tt_arena_zalloc(&r->arena, b->n_items + 1, sizeof(*sorted));
	for (size_t i = 0; items && i < b->n_items; i++) {
		items[i] = (struct tt_pg_row){&b->items[i], b->items[i].item.story_ms, false, b->model_id};
		n_mentions += b->items[i].n_entities;
	}
	rows.fates = tt_arena_alloc(&r->arena, b->n_items + 1);
	rows.mentions = tt_arena_zalloc(&r->arena, n_mentions + 1, sizeof(*rows.mentions));
	rows.symbols = tt_arena_zalloc(&r->arena, n_mentions + 1, sizeof(*rows.symbols));
	if (!items || !sorted || !rows.fates || !rows.mentions || !rows.symbols)
		return TT_ENOMEM;
	qsort(items, b->n_items, sizeof(*items), by_id);
	for (size_t i = 0; i < b->n_items; i++)
		sorted[i] = versions[items[i].scored - b->items];
	rows.items = items;
	memset(rows.fates, TT_PG_REVISION, b->n_items);
	rows.n_mentions =
		make_mentions(items, b->n_items, rows.fates, rows.mentions, rows.symbols, &rows.n_symbols);
	tt_pg_score_params(&r->item_params, &rows, sorted, b->model_id);
	tt_pg_text_array(&r->symbol_params, rows.symbols, rows.n_symbols);
	return TT_OK;
}

void tt_pg_rows_doubt(struct tt_pg_rows *r)
{
	if (r->all_new)
		tt_pg_set_last_bool(&r->item_params, false);
	r->all_new = false;
}

static int compare_feeds(const void *a, const void *b)
{
	const struct tt_feed_state *x = *(const struct tt_feed_state *const *)a,
				   *y = *(const struct tt_feed_state *const *)b;
	size_t n = x->url.n < y->url.n ? x->url.n : y->url.n;
	int order = n ? memcmp(x->url.p, y->url.p, n) : 0;

	if (!order)
		order = (x->url.n > y->url.n) - (x->url.n < y->url.n);
	return order ? order : (x->last_fetch_ms > y->last_fetch_ms) - (x->last_fetch_ms < y->last_fetch_ms);
}

/* Of several states of one feed the latest. */
static int fill_feeds(struct tt_pg_rows *r, struct tt_batch *const *batches, size_t n_batches, size_t n)
{
	const struct tt_feed_state **feeds = tt_arena_zalloc(&r->arena, n + 1, sizeof(*feeds));
	size_t all = 0, kept = 0;

	if (!feeds)
		return TT_ENOMEM;
	for (size_t b = 0; b < n_batches; b++)
		for (size_t i = 0; i < batches[b]->n_feeds; i++)
			feeds[all++] = &batches[b]->feeds[i];
	qsort(feeds, all, sizeof(*feeds), compare_feeds);
	for (size_t i = 0; i < all; i++) {
		if (kept && tt_str_eq(feeds[kept - 1]->url, feeds[i]->url))
			kept--;
		feeds[kept++] = feeds[i];
	}
	r->n_feeds = kept;
	tt_pg_feed_params(&r->feed_params, feeds, kept);
	return TT_OK;
}

static int compare_dead(const void *a, const void *b)
{
	const struct tt_pg_dead_row *x = a, *y = b;
	int order = memcmp(x->id.b, y->id.b, sizeof(x->id.b));

	return order ? order : (x->letter->at_ms > y->letter->at_ms) - (x->letter->at_ms < y->letter->at_ms);
}

/* The same input is one dead letter, wherever in its source it stands; but a log's places stay, and two
 * records are two. Without an input, place and reason must tell. */
static struct tt_id dead_letter_id(const struct tt_dead_letter *d)
{
	if (d->payload.p && d->record)
		return TT_ID(tt_str_c(d->stage), d->source, d->where, d->payload);
	if (d->payload.p)
		return TT_ID(tt_str_c(d->stage), d->source, d->payload);
	return TT_ID(tt_str_c(d->stage), d->source, d->where, d->reason);
}

static int fill_dead(
	struct tt_pg_rows *r, struct tt_batch *const *batches, size_t n_batches, size_t n, size_t max_bytes)
{
	struct tt_pg_dead_row *dead = tt_arena_zalloc(&r->arena, n + 1, sizeof(*dead));
	size_t all = 0, kept = 0;

	if (!dead)
		return TT_ENOMEM;
	for (size_t b = 0; b < n_batches; b++)
		for (size_t i = 0; i < batches[b]->n_dead; i++)
			dead[all++] = (struct tt_pg_dead_row){
				dead_letter_id(&batches[b]->dead[i]), &batches[b]->dead[i]};
	qsort(dead, all, sizeof(*dead), compare_dead);
	for (size_t i = 0; i < all; i++) {
		if (kept && tt_id_eq(dead[kept - 1].id, dead[i].id))
			kept--;
		dead[kept++] = dead[i];
	}
	r->n_dead = kept;
	tt_pg_dead_params(&r->dead_params, dead, kept, max_bytes);
	return TT_OK;
}

int tt_pg_rows_fill(
	struct tt_pg_rows *r, struct tt_batch *const *batches, size_t n, const struct tt_pg_conf *conf)
{
	size_t n_items = 0, n_aliases = 0, n_feeds = 0, n_dead = 0, n_mentions = 0;

	reset(r);
	for (size_t b = 0; b < n; b++) {
		n_items += batches[b]->n_items;
		n_aliases += batches[b]->n_aliases;
		n_feeds += batches[b]->n_feeds;
		n_dead += batches[b]->n_dead;
	}
	r->items = tt_arena_zalloc(&r->arena, n_items + 1, sizeof(*r->items));
	r->aliases = tt_arena_zalloc(&r->arena, n_aliases + 1, sizeof(*r->aliases));
	if (!r->items || !r->aliases)
		return TT_ENOMEM;
	for (size_t b = 0; b < n; b++) {
		for (size_t i = 0; i < batches[b]->n_aliases; i++)
			r->aliases[r->n_aliases++] = &batches[b]->aliases[i];
		for (size_t i = 0; i < batches[b]->n_items; i++) {
			struct tt_pg_row *row = &r->items[r->n_items++];
			row->scored = &batches[b]->items[i];
			row->event_ms = tt_pg_event_ms(&row->scored->item, &row->clamped);
			row->model_id = batches[b]->model_id;
			n_mentions += row->scored->n_entities;
		}
	}
	int rc = fill_items(r, n_mentions, conf);
	if (rc == TT_OK)
		rc = fill_feeds(r, batches, n, n_feeds);
	if (rc == TT_OK)
		rc = fill_dead(r, batches, n, n_dead, (size_t)conf->dead_letter_bytes);
	if (rc == TT_OK)
		rc = tt_pg_websub_fill(&r->websub_params, &r->n_websubs, &r->arena, batches, n);
	return rc == TT_OK ? tt_pg_progress_fill(&r->progress, &r->arena, batches, n) : rc;
}
