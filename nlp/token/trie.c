/* trie.c - see trie.h. Cells are searched first-fit; the hint moves on once the cells behind it are nearly
 * all taken, which keeps building linear in practice. */
#include "nlp/token/trie.h"

#include <stdlib.h>

#include "common/err.h"

enum { BYTES = 256, FIRST_CELLS = 4096 };

static int grow(struct tt_trie *t, size_t n)
{
	size_t want = t->n ? t->n : FIRST_CELLS;
	while (want < n)
		want *= 2;
	if (want == t->n)
		return TT_OK;
	struct tt_trie_cell *cells = realloc(t->cells, want * sizeof(*cells));
	if (!cells)
		return TT_ENOMEM;
	for (size_t i = t->n; i < want; i++)
		cells[i] = (struct tt_trie_cell){0, -1, -1};
	t->cells = cells;
	t->n = want;
	return TT_OK;
}

/* The smallest base at which the cells of all n labels (ascending) are free. */
static int find_base(struct tt_trie *t, const unsigned char *labels, size_t n, size_t *ret)
{
	size_t taken = 0, first = t->hint, at;
	for (at = first > labels[0] ? first : (size_t)labels[0] + 1;; at++) {
		size_t base = at - labels[0], i = 0;
		int rc = grow(t, base + BYTES);
		if (rc < 0)
			return rc;
		if (t->cells[at].check >= 0) {
			taken++;
			continue;
		}
		while (i < n && t->cells[base + labels[i]].check < 0)
			i++;
		if (i < n)
			continue;
		*ret = base;
		break;
	}
	if (at >= first && taken * 20 >= (at - first) * 19)
		t->hint = at;
	return TT_OK;
}

/* Lays out the children of `state`: keys [lo, hi) share their first `depth` bytes. */
static int build(
	struct tt_trie *t, int32_t state, const struct tt_trie_key *keys, size_t lo, size_t hi, size_t depth)
{
	unsigned char labels[BYTES];
	size_t n = 0, base = 0, end;
	if (keys[lo].key.n == depth)
		t->cells[state].value = keys[lo++].value;
	for (size_t i = lo; i < hi; i++) {
		unsigned char b = (unsigned char)keys[i].key.p[depth];
		if (n == 0 || labels[n - 1] != b)
			labels[n++] = b;
	}
	if (n == 0)
		return TT_OK;
	int rc = find_base(t, labels, n, &base);
	if (rc < 0)
		return rc;
	t->cells[state].base = (int32_t)base;
	for (size_t i = 0; i < n; i++)
		t->cells[base + labels[i]].check = state;
	for (size_t i = 0; i < n && rc == TT_OK; i++, lo = end) {
		for (end = lo; end < hi && (unsigned char)keys[end].key.p[depth] == labels[i];)
			end++;
		rc = build(t, (int32_t)(base + labels[i]), keys, lo, end, depth + 1);
	}
	return rc;
}

int tt_trie_build(struct tt_trie *t, const struct tt_trie_key *keys, size_t n)
{
	*t = (struct tt_trie){.hint = 1};
	int rc = grow(t, BYTES);
	if (rc == TT_OK) {
		t->cells[TT_TRIE_ROOT].check = INT32_MAX; /* taken, and nobody's child */
		rc = n ? build(t, TT_TRIE_ROOT, keys, 0, n, 0) : TT_OK;
	}
	if (rc < 0)
		tt_trie_done(t);
	return rc;
}

void tt_trie_done(struct tt_trie *t)
{
	free(t->cells);
	*t = (struct tt_trie){0};
}

int32_t tt_trie_longest(const struct tt_trie *t, int32_t state, struct tt_str s, size_t *len)
{
	int32_t best = TT_TRIE_NONE;
	for (size_t i = 0; i < s.n && (state = tt_trie_step(t, state, s.p[i])) >= 0; i++) {
		if (t->cells[state].value >= 0) {
			best = t->cells[state].value;
			*len = i + 1;
		}
	}
	return best;
}

int32_t tt_trie_walk(const struct tt_trie *t, struct tt_str s)
{
	int32_t state = TT_TRIE_ROOT;
	for (size_t i = 0; i < s.n && state >= 0; i++)
		state = tt_trie_step(t, state, s.p[i]);
	return state;
}
