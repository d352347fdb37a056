/* scorer_parts.h - what a struct tt_scorer is inside: opened in scorer.c, used in score_batch.c. */
#ifndef TT_NLP_SCORER_PARTS_H
#define TT_NLP_SCORER_PARTS_H

#include <stdatomic.h>

#include "nlp/crew.h"
#include "nlp/entity/match.h"
#include "nlp/item_text.h"
#include "nlp/load.h"
#include "nlp/score_cache.h"
#include "nlp/scorer.h"

struct tt_scorer {
	_Atomic int refs;
	struct tt_loaded loaded;      /* all NULL: every score is the constant */
	struct tt_crew *crew;         /* NULL too then */
	struct tt_score_cache *cache; /* NULL: none */
	struct tt_entity_dict *dict;  /* NULL: no entities are looked for */
	struct tt_matcher *matcher;
	char *folder; /* NULL: the constant */
	char *name;   /* last part of the folder's path; "constant" */
	struct tt_model_info info;
	enum tt_text_choice text;
	size_t item_tokens;
};

#endif
