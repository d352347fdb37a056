/* lexicon.h - everything to look for, as folded patterns with the rules of when each counts. Private to nlp/entity/.
 *
 * Of an entity these are patterns: its aliases and phrases as listed, and derived from name and symbol
 *   the name              "apple inc"; every word's capital needed when all its words are common ("Best Buy")
 *   its stem              "agilent technologies", as above; a single word needs its capital, a common one a legal form
 *   its short form        "agilent", likewise
 *   the ticker            "brk.b", "brk b", "brk,b"; of symbols with an exchange suffix both "vod.l" and "vod"
 * A pattern with an apostrophe also stands without it. */
#ifndef TT_NLP_ENTITY_LEXICON_H
#define TT_NLP_ENTITY_LEXICON_H

#include "common/arena.h"
#include "nlp/entity/dict.h"
#include "nlp/entity/fold.h"

/* When a pattern counts. By priority: of several that do at one place, the first. */
enum tt_lex_how {
	TT_LEX_PHRASE,  /* it is not a mention */
	TT_LEX_ANY,     /* in any case */
	TT_LEX_CAPITAL, /* with the capitals that begin its words */
	TT_LEX_EXACT,   /* with exactly its capitals, in a text not all in capitals */
	TT_LEX_FORMAL,  /* with a legal form behind it */
	TT_LEX_SYMBOL,  /* a symbol with its exchange suffix, in capitals */
	TT_LEX_TICKER,  /* as cashtag or behind its exchange's name */
	TT_LEX_BARE     /* a ticker that also counts by itself, in capitals, in a text not all in capitals */
};

struct tt_lex_rule {
	struct tt_str key;
	uint64_t capitals; /* of the key's bytes: which were capitals (the first 64) */
	uint32_t entity;   /* index in the dictionary */
	uint8_t how;
	uint8_t exchange; /* tickers */
	bool derived;
	uint32_t n_same; /* in the first rule of a key: how many there are */
};

struct tt_lexicon {
	struct tt_arena arena;
	struct tt_lex_rule *rules; /* by key, then priority; what can never count is left out */
	size_t n;
};

int tt_lexicon_init(struct tt_lexicon *l, const struct tt_entity_dict *dict, const struct tt_fold *fold, struct tt_err *err);
void tt_lexicon_done(struct tt_lexicon *l);

/* Which of the first 64 of folded bytes [start, end) came from capitals of the text. */
uint64_t tt_lex_capitals(struct tt_str text, struct tt_folded *folded, size_t start, size_t end);
/* Those of them that begin a word. */
uint64_t tt_lex_initials(struct tt_str key);

#endif
