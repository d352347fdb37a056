/* names.h - what may stand in for an entity: every name of the dictionary as a headline writes it, by kind
 * and sector. Private to nlp/train/augment/. Threads: read-only once built. Errors: TT_ENOMEM. */
#ifndef TT_NLP_TRAIN_AUGMENT_NAMES_H
#define TT_NLP_TRAIN_AUGMENT_NAMES_H

#include "nlp/entity/dict.h"
#include "nlp/entity/fold.h"

struct tt_name {
	const struct tt_entity *entity;
	struct tt_str text;   /* without legal form: "Apple", "Toyota Motor" */
	struct tt_str ticker; /* "AAPL", letters only; {NULL, 0}: none */
	bool bare;            /* the ticker is no word and long enough to stand without a "$" */
};

struct tt_names {
	struct tt_name *v; /* those of one kind and sector together, else in file order */
	size_t n;
	struct tt_fold *fold; /* how names are read */
};

int tt_names_init(struct tt_names *names, const struct tt_entity_dict *dict, struct tt_err *err);
void tt_names_done(struct tt_names *names);

/* The names of the entity's kind and sector: n of them from v[*ret_from] on; 0 when entities of the kind are
 * no stand-ins for each other (institutions, funds, bonds). */
size_t tt_names_like(const struct tt_names *names, const struct tt_entity *e, size_t *ret_from);

/* The part of a name that is not its legal form nor "The" before it; maybe empty. TT_ENOMEM, TT_ELIMIT. */
int tt_name_core(const struct tt_fold *fold, struct tt_str name, struct tt_str *ret);

#endif
