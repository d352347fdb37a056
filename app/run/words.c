/* words.c - see words.h. */
#include "app/run/words.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "nlp/explain/explain.h"

enum { WORDS_MAX = 4 };
static const double LEAST = 0.02; /* of a word that is named */

void tt_words_use(struct tt_words_of *w, struct tt_scorer *scorer)
{
	struct tt_scorer *old = w->scorer;
	if (scorer == old)
		return;
	tt_score_ctx_free(w->ctx);
	w->ctx = NULL;
	w->scorer = scorer ? tt_scorer_ref(scorer) : NULL;
	tt_scorer_unref(old);
}

static int strongest_first(const void *a, const void *b)
{
	double x = fabs(((const struct tt_explained_word *)a)->contribution),
	       y = fabs(((const struct tt_explained_word *)b)->contribution);
	return (x < y) - (x > y);
}

/* The strongest words of a title as a JSON array; NULL: none, or it cannot be said. */
static json_t *words_of(
	struct tt_words_of *w, const char *title, struct tt_str symbol, struct tt_arena *arena)
{
	const struct tt_str text = tt_str_c(title);
	struct tt_explanation x;
	size_t n = 0;
	if (tt_explain(w->scorer, w->ctx, text, symbol, false, &tt_clock_real, arena, &x, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < x.n_words; i++)
		if (fabs(x.words[i].contribution) >= LEAST) /* NAN is not */
			x.words[n++] = x.words[i];
	qsort(x.words, n, sizeof(*x.words), strongest_first);
	json_t *all = n ? json_array() : NULL;
	for (size_t i = 0; all && i < n && i < WORDS_MAX; i++) {
		const struct tt_explained_word *word = &x.words[i];
		json_t *one = json_pack("{s:s%,s:f}", "text", text.p + word->start, word->end - word->start,
			"contribution", round(word->contribution * 1e4) / 1e4);
		if (one)
			json_array_append_new(all, one);
	}
	return all;
}

struct tt_str tt_words_add(struct tt_words_of *w, struct tt_str evidence, struct tt_str symbol,
	size_t max_items, struct tt_arena *arena)
{
	if (!w->scorer || (!w->ctx && tt_score_ctx_new(&w->ctx, NULL) < 0))
		return evidence;
	json_t *items = json_loadb(evidence.p, evidence.n, 0, NULL), *item;
	size_t i;
	json_array_foreach(items, i, item)
	{
		const char *title = json_string_value(json_object_get(item, "title"));
		json_t *words = title && i < max_items ? words_of(w, title, symbol, arena) : NULL;
		if (words)
			json_object_set_new(item, "words", words);
	}
	char *text = items ? json_dumps(items, JSON_COMPACT) : NULL;
	struct tt_str with = text ? tt_arena_str(arena, tt_str_c(text)) : evidence;
	free(text);
	json_decref(items);
	return with.p ? with : evidence;
}
