/* dict_parts.h - what the files of the dictionary share; private to nlp/entity/. */
#ifndef TT_NLP_ENTITY_DICT_PARTS_H
#define TT_NLP_ENTITY_DICT_PARTS_H

#include "common/arena.h"
#include "nlp/entity/dict.h"

/* A symbol or `$` ticker, for finding its entity. */
struct tt_dict_ticker {
	struct tt_str text;
	uint32_t entity;
};

struct tt_entity_dict {
	struct tt_arena arena;
	const char *name;
	struct tt_entity *entities;
	size_t n;
	struct tt_dict_ticker *tickers; /* sorted by text */
	size_t n_tickers;
};

/* Makes the ticker index and checks that no symbol, ticker or alias is used twice. */
int tt_entity_dict_index(struct tt_entity_dict *d, struct tt_err *err);

#endif
