/* score_batch.c - scoring a batch, see scorer.h: items are prepared (text, entities, tokens) one after the
 * other into a group, as a rule all of the batch; the group is read by the crew, and its results go into the
 * items. */
#include <stdlib.h>
#include <string.h>

#include "common/metrics.h"
#include "nlp/scorer_parts.h"
#include "nlp/story/sketch.h"
#include "nlp/token/clean.h"

enum {
	GROUP_BYTES_MAX = 1 << 30,
	GROUP_ITEMS = 4096,
	GROUP_TOKENS = 1 << 18, /* a group that has as many is read: bounds its memory, and is a minute's work
				   of a core */
	ITEM_TOKENS_MIN = 3     /* of one that is scored */
};

/* An item that waits in the group. Its sequence's mentions stand entity by entity; those not read are left
 * out. */
struct waiting {
	struct tt_scored *item;
	struct tt_entity_score *entities; /* complete but for the sentiments; in the batch's arena */
	size_t n_entities;
	size_t *ranges; /* (n_entities): how many mentions of the sequence are its */
};

struct tt_score_ctx {
	const struct tt_scorer *scorer; /* of the call under way */
	struct tt_tokens tokens;
	struct tt_clean clean;
	struct tt_found found;
	struct tt_arena arena; /* of the group: ids, mentions, logits */
	struct waiting *items; /* (n_items of GROUP_ITEMS) */
	struct tt_sequence *seqs;
	size_t n_items, n_tokens;
};

int tt_score_ctx_new(struct tt_score_ctx **ret, struct tt_err *err)
{
	struct tt_score_ctx *ctx = calloc(1, sizeof(*ctx));
	if (!ctx)
		goto out;
	tt_tokens_init(&ctx->tokens);
	tt_clean_init(&ctx->clean);
	tt_found_init(&ctx->found);
	tt_arena_init(&ctx->arena, GROUP_BYTES_MAX);
	ctx->items = calloc(GROUP_ITEMS, sizeof(*ctx->items));
	ctx->seqs = calloc(GROUP_ITEMS, sizeof(*ctx->seqs));
	if (!ctx->items || !ctx->seqs)
		goto out;
	*ret = ctx;
	return TT_OK;
out:
	tt_score_ctx_free(ctx);
	return tt_err_set(err, TT_ENOMEM, "out of memory for scoring");
}

void tt_score_ctx_free(struct tt_score_ctx *ctx)
{
	if (!ctx)
		return;
	tt_tokens_done(&ctx->tokens);
	tt_clean_done(&ctx->clean);
	tt_found_done(&ctx->found);
	tt_arena_done(&ctx->arena);
	free(ctx->items);
	free(ctx->seqs);
	free(ctx);
}

static bool copy_entity(struct tt_arena *arena, const struct tt_entity_hit *hit, struct tt_str mention,
	struct tt_entity_score *to)
{
	*to = (struct tt_entity_score){
		.symbol = tt_arena_str(arena, hit->entity->symbol), /* the batch may outlive the dictionary */
		.relevance = hit->relevance,
		.mentions = (int)hit->mentions,
		.in_title = hit->in_title,
		.mention = mention,
	};
	return to->symbol.p != NULL;
}

/* What the matcher found, as entities of w and mentions of its sequence. */
static int prepare_entities(struct tt_score_ctx *ctx, struct tt_str text, struct tt_arena *arena,
	struct waiting *w, struct tt_sequence *seq)
{
	const struct tt_found *f = &ctx->found;
	struct tt_token_range *ranges = tt_arena_zalloc(&ctx->arena, f->n_mentions, sizeof(*ranges));
	w->entities = tt_arena_zalloc(arena, f->n_hits, sizeof(*w->entities));
	w->ranges = tt_arena_zalloc(&ctx->arena, f->n_hits, sizeof(*w->ranges));
	if (!ranges || !w->entities || !w->ranges)
		return TT_ENOMEM;
	for (size_t h = 0; h < f->n_hits; h++) {
		const struct tt_entity_hit *hit = &f->hits[h];
		const struct tt_mention *first = &f->mentions[hit->first];
		const struct tt_str mention = {text.p + first->start, first->end - first->start};
		if (!copy_entity(arena, hit, mention, &w->entities[h]))
			return TT_ENOMEM;
		for (size_t m = hit->first, left = hit->mentions; left; m++) {
			const struct tt_span span = {f->mentions[m].start, f->mentions[m].end};
			if (f->mentions[m].hit != h)
				continue;
			left--;
			struct tt_token_range *range = &ranges[seq->n_mentions];
			if (!tt_clean_tokens(&ctx->clean, &ctx->tokens, span, &range->begin, &range->end))
				continue;
			seq->n_mentions++;
			w->ranges[h]++;
		}
	}
	w->n_entities = f->n_hits;
	seq->mentions = ranges;
	seq->mention_logits = tt_arena_zalloc(&ctx->arena, seq->n_mentions, sizeof(*seq->mention_logits));
	return seq->mention_logits ? TT_OK : TT_ENOMEM;
}

static int add_to_group(
	struct tt_score_ctx *ctx, struct tt_scored *item, struct tt_str text, struct tt_arena *arena)
{
	const struct tt_tokens *t = &ctx->tokens;
	struct waiting *w = &ctx->items[ctx->n_items];
	struct tt_sequence *seq = &ctx->seqs[ctx->n_items];
	int32_t *ids = tt_arena_alloc(&ctx->arena, t->n * sizeof(*ids));
	if (!ids)
		return TT_ENOMEM;
	memcpy(ids, t->ids, t->n * sizeof(*ids));
	*w = (struct waiting){.item = item};
	*seq = (struct tt_sequence){.ids = ids, .n_ids = t->n};
	int rc = ctx->scorer->matcher ? prepare_entities(ctx, text, arena, w, seq) : TT_OK;
	if (rc < 0)
		return rc;
	ctx->n_items++;
	ctx->n_tokens += t->n;
	return TT_OK;
}

/* An item with no text to read (TT_OK) or too much of it. Other codes are errors. */
static int without_score(struct tt_scored *item, int rc, int64_t now_ms)
{
	if (rc != TT_OK && rc != TT_ELIMIT)
		return rc;
	item->unscored = rc == TT_ELIMIT ? "text too long" : "no text";
	item->scored_ms = now_ms;
	return TT_OK;
}

/* Puts an item into the group, or says in `unscored` why not. */
static int prepare(struct tt_score_ctx *ctx, struct tt_scored *item, struct tt_arena *arena, int64_t now_ms)
{
	const struct tt_scorer *s = ctx->scorer;
	struct tt_item_text it;
	int rc = tt_item_text(&item->item, s->text, arena, &it);
	if (rc == TT_OK)
		rc = tt_clean_text(&ctx->clean, it.text);
	if (rc == TT_OK)
		rc = tt_tokenizer_encode(s->loaded.tokenizer, ctx->clean.text, s->item_tokens, &ctx->tokens);
	if (rc == TT_OK && s->matcher)
		rc = tt_matcher_find(s->matcher, it.text, it.title_bytes, &ctx->found, NULL);
	if (rc == TT_OK && ctx->tokens.n >= ITEM_TOKENS_MIN) {
		if (ctx->tokens.cut)
			tt_metric_add(TT_M_limit_tokens, 1);
		return add_to_group(ctx, item, it.text, arena);
	}
	return without_score(item, rc, now_ms);
}

/* An entity's sentiment is the mean over its mentions; the item's where none of them was read. */
static void finish_item(const struct waiting *w, const struct tt_sequence *seq, int64_t now_ms)
{
	struct tt_scored *item = w->item;
	const float(*logits)[TT_LABELS] = (const float(*)[TT_LABELS])seq->mention_logits;
	tt_sentiment_of(seq->logits, &item->sentiment);
	for (size_t e = 0; e < w->n_entities; e++) {
		if (w->ranges[e])
			tt_sentiment_mean(logits, w->ranges[e], &w->entities[e].sentiment);
		else
			w->entities[e].sentiment = item->sentiment;
		logits += w->ranges[e];
	}
	item->entities = w->entities;
	item->n_entities = w->n_entities;
	item->n_tokens = (int)seq->n_read;
	item->unscored = NULL;
	item->scored_ms = now_ms;
}

static int score_group(struct tt_score_ctx *ctx, const struct tt_clock *clock, struct tt_err *err)
{
	const struct tt_scorer *s = ctx->scorer;
	int rc = tt_score_cached(s->cache, s->crew, ctx->seqs, ctx->n_items, &ctx->arena, err);
	const int64_t now_ms = tt_wall_ms(clock);
	for (size_t i = 0; rc == TT_OK && i < ctx->n_items; i++)
		finish_item(&ctx->items[i], &ctx->seqs[i], now_ms);
	ctx->n_items = ctx->n_tokens = 0;
	tt_arena_reset(&ctx->arena);
	return rc;
}

/* The constant's whole work on an item. */
static int score_constant(
	struct tt_score_ctx *ctx, struct tt_scored *item, struct tt_arena *arena, int64_t now_ms)
{
	const struct tt_sentiment neutral = {.p[TT_NEUTRAL] = 1, .label = TT_NEUTRAL};
	const struct tt_scorer *s = ctx->scorer;
	const struct tt_found *f = &ctx->found;
	struct tt_item_text it;
	int rc = tt_item_text(&item->item, s->text, arena, &it);
	if (rc == TT_OK && s->matcher)
		rc = tt_matcher_find(s->matcher, it.text, it.title_bytes, &ctx->found, NULL);
	if (rc < 0 || !tt_str_trim(it.text).n)
		return without_score(item, rc, now_ms);
	item->entities = tt_arena_zalloc(arena, f->n_hits, sizeof(*item->entities));
	if (!item->entities)
		return TT_ENOMEM;
	for (size_t h = 0; h < f->n_hits; h++) {
		const struct tt_mention *first = &f->mentions[f->hits[h].first];
		const struct tt_str mention = {it.text.p + first->start, first->end - first->start};
		if (!copy_entity(arena, &f->hits[h], mention, &item->entities[h]))
			return TT_ENOMEM;
		item->entities[h].sentiment = neutral;
	}
	item->n_entities = f->n_hits;
	item->sentiment = neutral;
	item->unscored = NULL;
	item->scored_ms = now_ms;
	return TT_OK;
}

int tt_scorer_score(const struct tt_scorer *s, struct tt_score_ctx *ctx, struct tt_batch *b,
	const struct tt_clock *clock, struct tt_err *err)
{
	int rc = TT_OK;
	ctx->scorer = s;
	for (size_t i = 0; rc == TT_OK && i < b->n_items; i++) {
		rc = (s->loaded.model ? prepare : score_constant)(
			ctx, &b->items[i], &b->arena, tt_wall_ms(clock));
		if (rc < 0)
			rc = tt_err_set(err, rc, "item %zu of the batch: %s", i, tt_err_text(rc));
		else if (ctx->n_tokens >= GROUP_TOKENS || ctx->n_items == GROUP_ITEMS)
			rc = score_group(ctx, clock, err);
	}
	const int last = ctx->n_items ? score_group(ctx, clock, err)
				      : TT_OK; /* after an error too: what is ready is kept */
	for (size_t i = 0; rc == TT_OK && last == TT_OK && i < b->n_items; i++)
		rc = tt_sketch_scored(&b->items[i], &b->arena, &b->items[i].sketch);
	return rc < 0 ? rc : last;
}
