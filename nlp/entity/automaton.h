/* automaton.h - a word-aligned Aho-Corasick automaton over folded text, as a double array. Private to nlp/entity/.
 *
 * Patterns can only begin where a word begins. So a state's failure link leads to the longest suffix of its string that
 * begins a word and is a path; when there is none within the current word, the rest of that word cannot matter and is
 * skipped. That keeps the scan on a handful of states, and it is still one pass: linear in the text for any patterns.
 *
 * State 0 is "skip to the next word", state 1 the root. From state s on byte c: t = base[s] + c, valid when check[t] == s.
 * Threads: read-only once built. */
#ifndef TT_NLP_ENTITY_AUTOMATON_H
#define TT_NLP_ENTITY_AUTOMATON_H

#include "common/err.h"
#include "common/str.h"

enum { TT_AUTOMATON_SKIP = 0, TT_AUTOMATON_ROOT = 1, TT_AUTOMATON_NONE = -1 };

struct tt_automaton_cell {
	int32_t base, check; /* all that most bytes need: the smaller, the more of them a cache holds */
};

struct tt_automaton_end {
	int32_t fail;
	int32_t report; /* the nearest state on the failure path, itself included, that ends a pattern; or SKIP */
};

struct tt_automaton {
	struct tt_automaton_cell *cells; /* by state; one that is free has a negative check */
	struct tt_automaton_end *ends;   /* by state: what is done where a path ends */
	int32_t *value;                  /* by state: index of the pattern that ends here, or NONE */
	uint32_t *depth;                 /* by state: bytes of its string */
	size_t n_cells;
};

/* keys: sorted, none empty, made of word bytes and single separators within; equal ones stand for the first of them. A
 * pattern's value is its index. Errors: TT_ENOMEM; TT_ELIMIT when the table would pass 2^31 cells. */
int tt_automaton_init(struct tt_automaton *a, const struct tt_str *keys, size_t n, struct tt_err *err);
void tt_automaton_done(struct tt_automaton *a);

/* At a word's start: the state that byte c goes on from, the root when c goes on with no pattern. */
static inline int32_t tt_automaton_settle(const struct tt_automaton *a, int32_t s, unsigned char c)
{
	while (s > TT_AUTOMATON_ROOT && a->cells[a->cells[s].base + c].check != s)
		s = a->ends[s].fail;
	return s;
}

/* The state after byte c; c must not follow a skip unless it is a separator. */
static inline int32_t tt_automaton_next(const struct tt_automaton *a, int32_t s, unsigned char c)
{
	for (;;) {
		int32_t t = a->cells[s].base + c;
		if (a->cells[t].check == s)
			return t;
		if (s <= TT_AUTOMATON_ROOT)
			return c == ' ' || c == ',' ? TT_AUTOMATON_ROOT : TT_AUTOMATON_SKIP;
		s = a->ends[s].fail;
	}
}

#endif
