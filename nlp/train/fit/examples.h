/* examples.h - labelled texts as a trainer reads them: cleaned as the scorer cleans them, in tokens, mentions
 * as ranges of tokens.
 *
 * Owner: caller's storage (init/done). Examples point into its arena: tt_examples_reset forgets them, and
 * they must not be added to while somebody reads them. Threads: one. */
#ifndef TT_NLP_TRAIN_FIT_EXAMPLES_H
#define TT_NLP_TRAIN_FIT_EXAMPLES_H

#include "common/arena.h"
#include "nlp/token/clean.h"
#include "nlp/train/model/batch.h"

/* A text as it was labelled. Labels: enum tt_label; < 0: none. */
struct tt_labelled_entity {
	struct tt_str name;
	struct tt_span span; /* bytes of the text; empty: it does not stand in it */
	int label;
};

struct tt_labelled {
	struct tt_str text; /* UTF-8 */
	int label;
	const struct tt_labelled_entity *entities;
	size_t n_entities;
};

#define TT_EXAMPLES_BYTES ((size_t)1 << 36) /* more than a machine has */

/* Its label, else the one that all its entities in the text have, else TT_NO_LABEL. */
int tt_labelled_label(const struct tt_labelled *x);

struct tt_examples {
	struct tt_train_example *v;
	size_t n, cap;
	size_t cut;    /* texts that were cut to max_tokens */
	size_t unread; /* labelled mentions without a token of their own: cut off, or nothing of them left */
	struct tt_arena arena;
	struct tt_clean clean;
	struct tt_tokens tokens;
};

void tt_examples_init(struct tt_examples *x, size_t max_bytes);
void tt_examples_done(struct tt_examples *x);
void tt_examples_reset(struct tt_examples *x);

/* max_tokens: [CLS] and [SEP] included. A text of which nothing is left becomes an example of those two: the
 * n-th text stays the n-th example. TT_ENOMEM, TT_ELIMIT (max_bytes; a text of TT_TEXT_MAX). */
int tt_examples_add(struct tt_examples *x, const struct tt_tokenizer *t, const struct tt_labelled *given,
	size_t max_tokens, struct tt_err *err);

#endif
