/* sketch.c - see sketch.h. */
#include "nlp/story/sketch.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "common/err.h"
#include "nlp/story/fold_words.h"

enum { TITLE_WORDS_MIN = 4 };

static int ascending(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	return (x > y) - (x < y);
}

/* Sorts, drops repeats and what is in `known`, and keeps the first max. */
static size_t keep(uint32_t *v, size_t n, const uint32_t *known, size_t n_known, uint32_t *to, size_t max)
{
	size_t kept = 0;
	qsort(v, n, sizeof(*v), ascending);
	for (size_t i = 0; i < n && kept < max; i++)
		if ((!i || v[i] != v[i - 1]) &&
			!(n_known && bsearch(&v[i], known, n_known, sizeof(*v), ascending)))
			to[kept++] = v[i];
	return kept;
}

static int hash_words(
	struct tt_str text, struct tt_arena *arena, struct tt_folded_word **words, uint32_t **ret, size_t *n)
{
	int rc = tt_fold_words(text, arena, words, n);
	if (rc < 0)
		return rc;
	*ret = tt_arena_alloc(arena, (*n + 1) * sizeof(**ret));
	for (size_t i = 0; *ret && i < *n; i++)
		(*ret)[i] = (uint32_t)XXH3_64bits((*words)[i].text.p, (*words)[i].text.n);
	return *ret ? TT_OK : TT_ENOMEM;
}

static int keep_names(struct tt_sketch *s, const struct tt_str *names, size_t n, struct tt_arena *arena)
{
	uint32_t *hashes = tt_arena_alloc(arena, (n + 1) * sizeof(*hashes));
	if (!hashes)
		return TT_ENOMEM;
	for (size_t i = 0; i < n; i++)
		hashes[i] = (uint32_t)XXH3_64bits(names[i].p, names[i].n);
	s->n_names = (uint8_t)keep(hashes, n, NULL, 0, s->names, TT_SKETCH_NAMES);
	return TT_OK;
}

int tt_sketch_text(struct tt_str title, struct tt_str summary, const struct tt_str *names, size_t n_names,
	struct tt_arena *arena, const struct tt_sketch **ret)
{
	struct tt_sketch *s = tt_arena_zalloc(arena, 1, sizeof(*s));
	struct tt_folded_word *words;
	uint32_t *hashes, *numbers;
	size_t n, n_numbers = 0;
	*ret = NULL;
	int rc = s ? hash_words(title, arena, &words, &hashes, &n) : TT_ENOMEM;
	if (rc < 0)
		return rc;
	numbers = tt_arena_alloc(arena, (n + 1) * sizeof(*numbers));
	if (!numbers)
		return TT_ENOMEM;
	for (size_t i = 0; i < n; i++) {
		s->rises |= words[i].direction == '+';
		s->falls |= words[i].direction == '-';
		if (words[i].is_number)
			numbers[n_numbers++] = hashes[i];
	}
	s->n_title = (uint8_t)keep(hashes, n, NULL, 0, s->title, TT_SKETCH_TITLE);
	s->n_numbers = (uint8_t)keep(numbers, n_numbers, NULL, 0, s->numbers, TT_SKETCH_NUMBERS);
	rc = keep_names(s, names, n_names, arena);
	if (rc == TT_OK)
		rc = hash_words(summary, arena, &words, &hashes, &n);
	if (rc < 0)
		return rc;
	s->n_body = (uint8_t)keep(hashes, n, s->title, s->n_title, s->body, TT_SKETCH_BODY);
	if (s->n_title || s->n_body)
		*ret = s;
	return TT_OK;
}

int tt_sketch_scored(const struct tt_scored *item, struct tt_arena *arena, const struct tt_sketch **ret)
{
	struct tt_str *names = tt_arena_alloc(arena, (item->n_entities + 1) * sizeof(*names));
	size_t n = 0;
	if (!names)
		return TT_ENOMEM;
	for (size_t i = 0; i < item->n_entities; i++)
		if (item->entities[i].in_title)
			names[n++] = item->entities[i].symbol;
	return tt_sketch_text(item->item.title, item->item.summary, names, n, arena, ret);
}

/* How many of a are in b; both ascending. */
static size_t shared(const uint32_t *a, size_t n, const uint32_t *b, size_t m)
{
	size_t i = 0, k = 0, both = 0;
	while (i < n && k < m) {
		both += a[i] == b[k];
		uint32_t x = a[i], y = b[k];
		i += x <= y;
		k += y <= x;
	}
	return both;
}

double tt_sketch_similarity(const struct tt_sketch *a, const struct tt_sketch *b)
{
	if (a->n_numbers && b->n_numbers && !shared(a->numbers, a->n_numbers, b->numbers, b->n_numbers))
		return 0;
	if (a->n_names && b->n_names && !shared(a->names, a->n_names, b->names, b->n_names))
		return 0;
	if (a->rises + a->falls == 1 && b->rises + b->falls == 1 && a->rises != b->rises)
		return 0;
	size_t titles = shared(a->title, a->n_title, b->title, b->n_title);
	size_t all = titles + shared(a->title, a->n_title, b->body, b->n_body) +
		     shared(a->body, a->n_body, b->title, b->n_title) +
		     shared(a->body, a->n_body, b->body, b->n_body);
	size_t in_a = (size_t)a->n_title + a->n_body, in_b = (size_t)b->n_title + b->n_body;
	size_t of_titles = (size_t)a->n_title + b->n_title - titles;
	double whole = in_a + in_b ? (double)all / (double)(in_a + in_b - all) : 0;
	double title = a->n_title >= TITLE_WORDS_MIN && b->n_title >= TITLE_WORDS_MIN
			       ? (double)titles / (double)of_titles
			       : 0;
	return whole > title ? whole : title;
}
