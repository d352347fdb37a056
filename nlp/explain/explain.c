/* explain.c - see explain.h. */
#include "nlp/explain/explain.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "common/utf8.h"

enum { BATCH_BYTES = 256 << 20, PHRASE_WORDS_MAX = 3 };
static const double PHRASE_GAIN = 0.05; /* a phrase adds at least so much more than its words alone */

/* A symbol (U+2370) that is in no vocabulary, and that no text cleaning takes away. */
#define OCCLUDED "\xE2\x8D\xB0"

struct explainer {
	const struct tt_scorer *scorer;
	struct tt_score_ctx *ctx;
	const struct tt_clock *clock;
	struct tt_str text, symbol;
	struct tt_batch *batch;
	struct tt_explanation *to;
};

/* ---- words ---- */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_punct(char c)
{
	return (unsigned char)c < 0x80 &&
	       !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
}

static int split(struct explainer *x, struct tt_arena *arena)
{
	struct tt_explained_word *v = tt_arena_zalloc(arena, TT_EXPLAIN_WORDS_MAX, sizeof(*v));
	struct tt_str t = x->text;
	if (!v)
		return TT_ENOMEM;
	x->to->words = v;
	for (size_t at = 0; at < t.n && x->to->n_words < TT_EXPLAIN_WORDS_MAX;) {
		size_t start = at, end;
		while (at < t.n && !is_blank(t.p[at]))
			at++;
		end = at++;
		while (start < end && is_punct(t.p[start]) && t.p[start] != '$')
			start++;
		while (end > start && is_punct(t.p[end - 1]) && t.p[end - 1] != '%')
			end--;
		if (end > start)
			v[x->to->n_words++] = (struct tt_explained_word){start, end, NAN};
	}
	return TT_OK;
}

/* ---- variants ---- */

/* The text with the words for which hide[i] is set occluded, as the next item of the batch. */
static int add_variant(struct explainer *x, const bool *hide)
{
	struct tt_scored *item = tt_batch_add_item(x->batch);
	char *p = tt_arena_alloc(&x->batch->arena, x->text.n + x->to->n_words * sizeof(OCCLUDED) + 1),
	     *out = p;
	size_t at = 0;
	if (!item || !p)
		return TT_ENOMEM;
	for (size_t i = 0; i < x->to->n_words; i++) {
		const struct tt_explained_word *w = &x->to->words[i];
		if (!hide[i])
			continue;
		memcpy(out, x->text.p + at, w->start - at);
		out = (char *)memcpy(out + (w->start - at), OCCLUDED, sizeof(OCCLUDED) - 1) +
		      sizeof(OCCLUDED) - 1;
		at = w->end;
	}
	memcpy(out, x->text.p + at, x->text.n - at);
	item->item.title = (struct tt_str){p, (size_t)(out - p) + x->text.n - at};
	return TT_OK;
}

/* The text as it is, each word occluded, then each run of two and of three words. */
static int add_variants(struct explainer *x, bool phrases)
{
	bool hide[TT_EXPLAIN_WORDS_MAX] = {false};
	size_t n = x->to->n_words;
	int rc = add_variant(x, hide);
	for (size_t len = 1; len <= (phrases ? PHRASE_WORDS_MAX : 1); len++)
		for (size_t first = 0; rc == TT_OK && first + len <= n; first++) {
			memset(hide + first, true, len);
			rc = add_variant(x, hide);
			memset(hide + first, false, len);
		}
	return rc;
}

static const struct tt_sentiment *sentiment_of(const struct explainer *x, size_t item)
{
	const struct tt_scored *s = &x->batch->items[item];
	if (s->unscored)
		return NULL;
	if (!x->symbol.p)
		return &s->sentiment;
	for (size_t i = 0; i < s->n_entities; i++)
		if (tt_str_eq(s->entities[i].symbol, x->symbol))
			return &s->entities[i].sentiment;
	return NULL;
}

static double added_by(const struct explainer *x, size_t item)
{
	const struct tt_sentiment *without = sentiment_of(x, item);
	return without ? (double)x->to->sentiment.score - (double)without->score : NAN;
}

/* ---- what is made of them ---- */

static int strongest_first(const void *a, const void *b)
{
	double x = fabs(((const struct tt_explained_phrase *)a)->contribution),
	       y = fabs(((const struct tt_explained_phrase *)b)->contribution);
	return (x < y) - (x > y);
}

static int take_phrases(struct explainer *x, struct tt_arena *arena)
{
	struct tt_explanation *to = x->to;
	size_t item = 1 + to->n_words;
	to->phrases = tt_arena_zalloc(arena, 2 * to->n_words + 1, sizeof(*to->phrases));
	if (!to->phrases)
		return TT_ENOMEM;
	for (size_t len = 2; len <= PHRASE_WORDS_MAX; len++)
		for (size_t first = 0; first + len <= to->n_words; first++) {
			double whole = added_by(x, item++), parts = 0;
			for (size_t i = first; i < first + len; i++)
				parts += to->words[i].contribution; /* NAN: with a name there is no phrase */
			if (fabs(whole) >= fabs(parts) + PHRASE_GAIN)
				to->phrases[to->n_phrases++] =
					(struct tt_explained_phrase){first, len, whole};
		}
	qsort(to->phrases, to->n_phrases, sizeof(*to->phrases), strongest_first);
	return TT_OK;
}

/* The score with all occluded but the entity's own name. */
static int take_baseline(struct explainer *x, struct tt_err *err)
{
	bool hide[TT_EXPLAIN_WORDS_MAX];
	for (size_t i = 0; i < x->to->n_words; i++)
		hide[i] = !isnan(x->to->words[i].contribution);
	tt_batch_reset(x->batch);
	int rc = add_variant(x, hide);
	if (rc == TT_OK)
		rc = tt_scorer_score(x->scorer, x->ctx, x->batch, x->clock, err);
	const struct tt_sentiment *none = rc == TT_OK ? sentiment_of(x, 0) : NULL;
	x->to->baseline = none ? (double)none->score : 0;
	return rc;
}

static int explain(struct explainer *x, bool phrases, struct tt_arena *arena, struct tt_err *err)
{
	int rc = split(x, arena);
	if (rc == TT_OK)
		rc = add_variants(x, phrases);
	if (rc < 0)
		return tt_err_set(err, rc, "explain: %s", tt_err_text(rc));
	rc = tt_scorer_score(x->scorer, x->ctx, x->batch, x->clock, err);
	if (rc < 0)
		return rc;
	const struct tt_sentiment *whole = sentiment_of(x, 0);
	if (!whole && x->batch->items[0].unscored)
		return tt_err_set(err, TT_ENOENT, "the text has no score: %s", x->batch->items[0].unscored);
	if (!whole)
		return tt_err_set(err, TT_ENOENT, "'%.*s' is not found in the text", TT_FMT(x->symbol));
	x->to->sentiment = *whole;
	for (size_t i = 0; i < x->to->n_words; i++) {
		x->to->words[i].contribution = added_by(x, i + 1);
		x->to->sum += isnan(x->to->words[i].contribution) ? 0 : x->to->words[i].contribution;
	}
	if (phrases)
		rc = take_phrases(x, arena);
	return rc < 0 ? tt_err_set(err, rc, "explain: %s", tt_err_text(rc)) : take_baseline(x, err);
}

int tt_explain(const struct tt_scorer *s, struct tt_score_ctx *ctx, struct tt_str text, struct tt_str symbol,
	bool phrases, const struct tt_clock *clock, struct tt_arena *arena, struct tt_explanation *ret,
	struct tt_err *err)
{
	struct explainer x = {s, ctx, clock, text, symbol, tt_batch_new(BATCH_BYTES), ret};
	*ret = (struct tt_explanation){0};
	int rc = x.batch ? explain(&x, phrases, arena, err)
			 : tt_err_set(err, TT_ENOMEM, "explain: %s", tt_err_text(TT_ENOMEM));
	tt_batch_free(x.batch);
	return rc;
}
