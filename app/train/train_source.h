/* train_source.h - the examples of each epoch out of labelled texts: said differently (augmentation),
 * two as one, answered by teachers, or with words hidden. Owner: caller's storage (init/done). Threads: one.
 */
#ifndef TT_APP_TRAIN_SOURCE_H
#define TT_APP_TRAIN_SOURCE_H

#include "app/train/train_opts.h"
#include "nlp/load.h"
#include "nlp/train/augment/augment.h"
#include "nlp/train/fit/join.h"
#include "nlp/train/fit/teach.h"

struct tt_train_source {
	const struct tt_train_opts *o;
	const struct tt_train_set *set;
	const struct tt_tokenizer *tokenizer;
	size_t max_tokens;
	int32_t vocab, mask_id;
	struct tt_augment_options how;
	struct tt_entity_dict *dict;
	struct tt_augmenter *augmenter;   /* NULL: texts stay as they are */
	struct tt_augmented augmented[2]; /* the second: of a text that is joined to the first */
	size_t *joinable;                 /* rows of set; NULL: none is joined */
	size_t n_joinable;
	struct tt_loaded teachers[TT_TEACHERS_MAX];
	struct tt_crew *crews[TT_TEACHERS_MAX];
	struct tt_id teacher_ids[TT_TEACHERS_MAX]; /* nlp/model/settings.h */
	size_t n_teachers;
	char *teacher_list;
	struct tt_examples examples;
	bool made; /* examples are those of every epoch */
};

void tt_train_source_init(struct tt_train_source *s);
void tt_train_source_done(struct tt_train_source *s);

/* What the options ask for: dictionary, teachers, the id of [MASK]. o, set and tokenizer are borrowed. */
int tt_train_source_open(struct tt_train_source *s, const struct tt_train_opts *o,
	const struct tt_train_set *set, const struct tt_tokenizer *tokenizer,
	const struct tt_model_config *config, struct tt_err *err);

/* All of a set as they are, for validation; with the objective of words, hidden as in no epoch of training.
 */
int tt_train_source_plain(struct tt_train_source *s, const struct tt_train_set *set, struct tt_examples *ret,
	struct tt_err *err);

/* struct tt_fit_source's epoch, for a struct tt_train_source. */
int tt_train_source_epoch(
	void *source, int64_t epoch, const struct tt_train_example **ret, struct tt_err *err);

#endif
