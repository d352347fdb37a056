/* rules.h - decides whether a pattern found in a text is a mention: capitals, cashtags, exchanges, legal forms. Pure functions
 * of the text around it. Private to nlp/entity/. */
#ifndef TT_NLP_ENTITY_RULES_H
#define TT_NLP_ENTITY_RULES_H

#include "nlp/entity/lexicon.h"

struct tt_rule_text {
	struct tt_str text;
	struct tt_folded *folded;
};

/* A place that a mention, or a phrase that is none, takes in the text. */
struct tt_rule_place {
	uint32_t start, end; /* bytes of the text */
	uint32_t core;       /* folded bytes of the pattern itself */
	uint32_t entity;     /* TT_RULE_NO_ENTITY for a phrase */
};

enum { TT_RULE_NO_ENTITY = UINT32_MAX };

/* The rules of one pattern, found at folded bytes [start, end): true when one of them holds, which *ret then says. */
bool tt_rule_holds(const struct tt_rule_text *t, const struct tt_lex_rule *rules, size_t n, size_t start, size_t end,
	struct tt_rule_place *ret);

#endif
