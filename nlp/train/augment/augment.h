/* augment.h - a labelled text said differently, so that a model learns what decides the label and not the
 * rest:
 *
 *   entity   names of the dictionary become others of the same kind and sector, a ticker a ticker, a name a
 *            name; all mentions of one become the same other one, which was not in the row before
 *   number   amounts and percentages become up to 30 % larger or smaller, all of a row by the same factor, in
 *            their format; years, dates, times, names and versions stay, and so does which number is larger
 *   synonym  words of synonyms.def become others of their group
 *   noise    one of: the full stop at the end goes; all in lower case; Every Word Capitalised; cashtags lose
 *            their "$"; a source's prefix (UPDATE 1-) comes or goes
 *
 * Labels stay as they are: words that say which way things go (direction.def) are never touched, nor names
 * that hold one. docs/TRAINING.md says more.
 *
 * Pure: the same (options, row, epoch, number) gives the same result on every machine; a kind draws from a
 * stream of its own, so that switching one off does not change the others.
 * Owner:   the augmenter owns its tables and borrows the dictionary; struct tt_augmented is caller's storage
 * (init/done), reused from row to row. Threads: an augmenter is read-only and shared by all; a tt_augmented
 * is one thread's. Errors: TT_ENOMEM, TT_ELIMIT (TT_AUGMENT_TEXT_MAX); the result is then empty. */
#ifndef TT_NLP_TRAIN_AUGMENT_AUGMENT_H
#define TT_NLP_TRAIN_AUGMENT_AUGMENT_H

#include "common/arena.h"
#include "common/buf.h"
#include "nlp/entity/match.h"
#include "nlp/token/tokenizer.h"

enum { TT_AUGMENT_TEXT_MAX = 64 << 20 /* bytes of a text, given or made */ };

enum tt_augment_kind {
	TT_AUGMENT_ENTITY,
	TT_AUGMENT_NUMBER,
	TT_AUGMENT_SYNONYM,
	TT_AUGMENT_NOISE,
	TT_AUGMENT_KINDS
};

const char *tt_augment_kind_name(enum tt_augment_kind kind); /* "entity", ... */

struct tt_augment_options {
	double share[TT_AUGMENT_KINDS]; /* of rows that are changed in this way, 0..1; 0: never */
	uint64_t seed;
};

/* "entity,number": `share` for the kinds that are named, 0 for the others. TT_EUSAGE: there is no such kind.
 */
int tt_augment_kinds_parse(
	struct tt_augment_options *o, struct tt_str kinds, double share, struct tt_err *err);

struct tt_augment_entity {
	struct tt_str name;
	bool in_text;
	struct tt_span span; /* bytes of the text, when in_text */
};

struct tt_augment_row {
	struct tt_str text; /* any bytes; valid UTF-8 stays so */
	const struct tt_augment_entity *entities;
	size_t n_entities;
};

struct tt_augmented {
	/* As given, in the same order, with moved spans; a name that was the text of its span, or whose span
	 * has changed, is the new text there. */
	struct tt_augment_row row;
	bool changed[TT_AUGMENT_KINDS];
	struct tt_buf text;
	struct tt_arena arena;
	struct tt_found found;
};

void tt_augmented_init(struct tt_augmented *a);
void tt_augmented_done(struct tt_augmented *a);

struct tt_augmenter;

int tt_augmenter_new(struct tt_augmenter **ret, const struct tt_entity_dict *dict, struct tt_err *err);
void tt_augmenter_free(struct tt_augmenter *a); /* NULL is fine */

/* Row `number` in `epoch`: whatever tells a row from others, and this time from others. */
int tt_augment(const struct tt_augmenter *a, const struct tt_augment_options *o,
	const struct tt_augment_row *given, uint64_t epoch, uint64_t number, struct tt_augmented *ret,
	struct tt_err *err);

#endif
