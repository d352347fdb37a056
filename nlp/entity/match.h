/* match.h - finds the dictionary's entities in a text: which, where, and how much the text is about each.
 *
 * Case, accents, white space, hyphens, apostrophes, "&" and full-width forms do not matter (fold.h); capitals do where the
 * dictionary says so. Mentions start and end at word boundaries, the longest from the left wins, none overlap. A cashtag
 * ($AAPL), an exchange form (NYSE: BA) or a Reuters code (AAPL.O) counts in every text; a bare symbol (AAPL) only with at
 * least three letters, in capitals, in a text not all in capitals, and when it is no common word. A legal form behind a name
 * ("Target Corp") belongs to the mention and settles doubts about it. URLs are skipped. docs/ENTITIES.md has all rules.
 *
 * Cost: one pass of a word-aligned Aho-Corasick automaton, linear in the text.
 * Threads: a matcher is read-only and shared by all; a tt_found is one thread's. No call blocks. */
#ifndef TT_NLP_ENTITY_MATCH_H
#define TT_NLP_ENTITY_MATCH_H

#include "nlp/entity/dict.h"

struct tt_matcher;

/* dict is borrowed and must live as long as the matcher. Errors: TT_ENOMEM, TT_ELIMIT (dictionary too large). */
int tt_matcher_new(struct tt_matcher **ret, const struct tt_entity_dict *dict, struct tt_err *err);
void tt_matcher_free(struct tt_matcher *m); /* NULL is fine */

struct tt_mention {
	uint32_t start, end; /* bytes [start, end) of the text as given, on UTF-8 boundaries */
	uint32_t hit;        /* index into hits */
};

struct tt_entity_hit {
	const struct tt_entity *entity;
	uint32_t first;    /* index of its first mention; the next ones follow it in mentions with the same hit */
	uint32_t mentions; /* how many, >= 1 */
	bool in_title;     /* its first mention starts within the title */
	float relevance;   /* 0..1, relevance.h */
};

/* What was found in one text; reused from text to text, it keeps its memory. */
struct tt_found {
	struct tt_mention *mentions; /* by start */
	size_t n_mentions;
	struct tt_entity_hit *hits; /* one an entity: by descending relevance, then symbol */
	size_t n_hits;
	struct tt_found_scratch *scratch; /* private */
};

void tt_found_init(struct tt_found *f); /* allocates nothing */
void tt_found_done(struct tt_found *f);

/* Any bytes may be given; broken UTF-8 is a word boundary. title_bytes: how much of the text, from its start, is the title
 * (text.n when there is nothing else). Errors: TT_ENOMEM; TT_ELIMIT for a text over 256 MiB. f is then empty. */
int tt_matcher_find(const struct tt_matcher *m, struct tt_str text, size_t title_bytes, struct tt_found *f, struct tt_err *err);

#endif
