/* trie.h - a double-array trie over bytes: each step is one addition and one comparison.
 * A state is a cell; the next state for byte b is the cell base + b, if its `check` says it belongs to this
 * state. Owner: the struct is the caller's (build/done). Threads: read-only after building. Errors:
 * TT_ENOMEM. */
#ifndef TT_NLP_TOKEN_TRIE_H
#define TT_NLP_TOKEN_TRIE_H

#include "common/str.h"

struct tt_trie_cell {
	int32_t base;
	int32_t check; /* the state it belongs to; -1: free */
	int32_t value; /* >= 0: a key ends here */
};

struct tt_trie {
	struct tt_trie_cell *cells;
	size_t n;
	size_t hint; /* building: no free cell worth trying lies before it */
};

struct tt_trie_key {
	struct tt_str key; /* not empty */
	int32_t value;     /* >= 0 */
};

/* keys: sorted by bytes, each once. The longest key is the depth of the recursion. */
int tt_trie_build(struct tt_trie *t, const struct tt_trie_key *keys, size_t n);
void tt_trie_done(struct tt_trie *t);

enum { TT_TRIE_ROOT = 0, TT_TRIE_NONE = -1 };

static inline int32_t tt_trie_step(const struct tt_trie *t, int32_t state, char byte)
{
	size_t next = (size_t)(t->cells[state].base + (unsigned char)byte);
	return next < t->n && t->cells[next].check == state ? (int32_t)next : TT_TRIE_NONE;
}

/* The value of the longest key that s begins with, walking on from `state`; *len is how many bytes of s it
 * took. TT_TRIE_NONE when there is none. A key that ends in `state` itself does not count. */
int32_t tt_trie_longest(const struct tt_trie *t, int32_t state, struct tt_str s, size_t *len);

/* The state that s leads to from the root, or TT_TRIE_NONE. */
int32_t tt_trie_walk(const struct tt_trie *t, struct tt_str s);

#endif
